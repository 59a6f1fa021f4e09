from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from counters.services.board_signal import is_newest

BOARDS = "/queue/board/"


class BoardPollMiddleware:
    """Tell a board that nothing is new before anything else is done: sixty of them ask every second.

    Such an answer is empty and the same for everybody. Whatever is new goes the way of every other request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.method == "GET"
            and request.path_info.startswith(BOARDS)
            and is_newest(request.GET.get("seen", ""))
        ):
            return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
        return self.get_response(request)
