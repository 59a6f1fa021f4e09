import datetime
from dataclasses import dataclass

from service_quality.models import Rating, RatingRequest, RatingTablet
from service_quality.queries.visits import STILL_THERE, unasked_visit_at

THANKS = datetime.timedelta(seconds=5)
SECOND = datetime.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class TabletState:
    """What the tablet shows now: it asks, thanks, has somebody to ask, or only greets."""

    request: RatingRequest | None = None
    seconds_left: int = 0
    is_thanking: bool = False
    has_somebody: bool = False


def tablet_state(tablet: RatingTablet, at: datetime.datetime) -> TabletState:
    """Two to four queries; asked every two seconds by every window."""
    last = RatingRequest.objects.filter(window=tablet.window_id).order_by("-opened_at").first()
    if last is not None and last.outcome == RatingRequest.Outcome.WAITING and at < last.expires_at:
        return TabletState(request=last, seconds_left=-(-(last.expires_at - at) // SECOND))
    if (
        last is not None
        and last.outcome == RatingRequest.Outcome.RATED
        and _was_rated_since(last, at - THANKS)
    ):
        return TabletState(is_thanking=True)
    return TabletState(has_somebody=unasked_visit_at(tablet.window, at - STILL_THERE) is not None)


def _was_rated_since(request: RatingRequest, since: datetime.datetime) -> bool:
    of_visit = {"ticket": request.ticket_id} if request.ticket_id else {"payment": request.payment_id}
    return Rating.objects.filter(**of_visit, rated_at__gt=since).exists()
