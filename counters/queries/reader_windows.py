from typing import NamedTuple

from counters.models import ReaderToken, Window


class ReaderWindow(NamedTuple):
    """A window whose reader hangs on its own computer, and the token that counts there, if any."""

    window: Window
    token: ReaderToken | None


def windows_with_tokens() -> list[ReaderWindow]:
    windows = (
        Window.objects.filter(card_reader=Window.CardReader.AGENT)
        .select_related("hall")
        .order_by("hall__number", "number")
    )
    live = ReaderToken.objects.filter(revoked_at__isnull=True).select_related("issued_by")
    tokens = {token.window_id: token for token in live}
    return [ReaderWindow(window, tokens.get(window.pk)) for window in windows]
