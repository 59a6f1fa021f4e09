"""Asking for a rating, and taking it: at the tablet of the window, or by the code on the receipt."""

import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Payment
from service_quality.models import Rating, RatingRequest, RatingTablet
from service_quality.queries.visits import STILL_THERE, Visit, unasked_visit_at, visit_of_payment
from service_quality.satisfaction import BAD, LEVELS
from service_quality.services.follow_ups import open_follow_up
from service_quality.services.locks import lock_visit
from service_quality.services.refusals import RatingRefused

Outcome = RatingRequest.Outcome
LONGEST_COMMENT = 500


@transaction.atomic
def open_rating_request(tablet: RatingTablet, *, at: datetime.datetime) -> RatingRequest | None:
    """Ask the customer whose visit ended last at the window, once; None when there is nobody to ask.

    The clerk has no part in it: the tablet asks by itself as soon as the visit is over.
    """
    # Two screens of one tablet wait for each other here.
    tablet = RatingTablet.objects.select_for_update(of=("self",)).select_related("window").get(pk=tablet.pk)
    asked = RatingRequest.objects.filter(window=tablet.window, outcome=Outcome.WAITING)
    asked.filter(expires_at__lte=at).update(outcome=Outcome.EXPIRED)
    if under_way := asked.first():
        return under_way
    visit = unasked_visit_at(tablet.window, at - STILL_THERE)
    if visit is None:
        return None
    return RatingRequest.objects.create(
        window=visit.window,
        ticket=visit.ticket,
        payment=visit.payment,
        staff_id=visit.staff_id,
        opened_at=at,
        expires_at=at + datetime.timedelta(seconds=settings.RATING_SECONDS),
    )


@transaction.atomic
def rate_at_tablet(
    request: RatingRequest, *, level: int, at: datetime.datetime, signed_in: Staff | None = None
) -> Rating:
    """Take the one touch of the customer. `signed_in` is who works at the browser: at a tablet nobody.

    Codes: own_window, staff_may_not_rate, unknown_level, rated_already, request_expired.
    """
    request = (
        RatingRequest.objects.select_for_update(of=("self",))
        .select_related("window__hall__branch", "ticket", "payment")
        .get(pk=request.pk)
    )
    visit = Visit(request.window, request.staff_id, request.opened_at, request.ticket, request.payment)
    _check_who(visit, signed_in)
    if request.outcome == Outcome.EXPIRED or (
        request.outcome == Outcome.WAITING and at >= request.expires_at
    ):
        raise RatingRefused(
            _("The time to rate is over. The code on the receipt still works."), code="request_expired"
        )
    rating = _rate(visit, level, channel=Rating.Channel.TABLET, at=at)
    request.outcome = Outcome.RATED
    request.save(update_fields=["outcome"])
    return rating


@transaction.atomic
def rate_by_receipt(
    payment: Payment,
    *,
    level: int,
    comment: str = "",
    at: datetime.datetime,
    signed_in: Staff | None = None,
) -> Rating:
    """Take the rating of somebody who holds the receipt, once for the visit and within some days.

    Codes: no_visit, own_window, staff_may_not_rate, too_late, unknown_level, comment_too_long, rated_already.
    """
    visit = visit_of_payment(payment)
    if visit is None:
        raise RatingRefused(_("This receipt belongs to no visit at a window."), code="no_visit")
    _check_who(visit, signed_in)
    if business_date_of(at) > last_day_to_rate(payment):
        raise RatingRefused(
            _("A visit can be rated for %(days)s days. This receipt is older."),
            code="too_late",
            params={"days": settings.RATING_DAYS},
        )
    comment = comment.strip()
    if len(comment) > LONGEST_COMMENT:
        raise RatingRefused(
            _("Say it in %(most)s characters at most."),
            code="comment_too_long",
            params={"most": LONGEST_COMMENT},
        )
    return _rate(visit, level, channel=Rating.Channel.QR, comment=comment, at=at)


def last_day_to_rate(payment: Payment) -> datetime.date:
    day: datetime.date = payment.business_date + datetime.timedelta(days=settings.RATING_DAYS)
    return day


def _check_who(visit: Visit, signed_in: Staff | None) -> None:
    if signed_in is None:
        return
    if signed_in.pk == visit.staff_id:
        raise RatingRefused(_("Nobody rates the own window."), code="own_window")
    raise RatingRefused(
        _("Customers rate. Sign out, or use a device that is not signed in."), code="staff_may_not_rate"
    )


def _rate(
    visit: Visit, level: int, *, channel: Rating.Channel, at: datetime.datetime, comment: str = ""
) -> Rating:
    if level not in LEVELS:
        raise RatingRefused(_("Choose one of the five levels."), code="unknown_level")
    lock_visit(visit)
    if is_rated(visit):
        raise RatingRefused(_("This visit was rated already. Thank you."), code="rated_already")
    rating = Rating.objects.create(
        ticket=visit.ticket,
        payment=visit.payment,
        staff_id=visit.staff_id,
        hall=visit.window.hall,
        window=visit.window,
        level=level,
        channel=channel,
        comment=comment,
        business_date=business_date_of(visit.finished_at),
        rated_at=at,
    )
    record_audit(
        actor=None,
        action="quality.rate",
        on=rating,
        at=at,
        branch=visit.window.hall.branch,
        details={"level": level, "channel": str(channel)},
    )
    if level in BAD:
        open_follow_up(rating, at=at)
    return rating


def is_rated(visit: Visit) -> bool:
    by_ticket = visit.ticket is not None and Rating.objects.filter(ticket=visit.ticket).exists()
    return by_ticket or (visit.payment is not None and Rating.objects.filter(payment=visit.payment).exists())
