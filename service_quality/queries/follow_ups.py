"""Follow-ups in the order of the time that is left, and the story behind each."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Staff
from counters.models import TicketPeriod
from service_quality.models import FollowUp


def open_first(found: QuerySet[FollowUp], *, show: str, staff: Staff) -> QuerySet[FollowUp]:
    """Open ones by their day, those without a day first; done ones, the last first."""
    found = found.select_related("owner", "done_by", "rating__staff", "rating__window__hall")
    if show == "done":
        return found.filter(state=FollowUp.State.DONE).order_by("-done_at")
    found = found.filter(state=FollowUp.State.OPEN)
    if show == "mine":
        found = found.filter(owner=staff)
    return found.order_by(F("due_on").asc(nulls_first=True), "rating__level", "id")


def follow_up_rows(found: Iterable[FollowUp], today: datetime.date) -> list[dict[str, Any]]:
    return [{"follow_up": one, "left": _left(one, today), "tone": _tone(one, today)} for one in found]


def story_of(follow_up: FollowUp) -> list[dict[str, Any]]:
    """What happened, in the order in which it did: (at, what, where one reads more)."""
    rating = follow_up.rating
    events = _of_ticket(follow_up) + _of_payment(follow_up)
    events.append(
        {
            "at": rating.rated_at,
            "what": _("Rated %(level)s, %(channel)s")
            % {"level": rating.get_level_display(), "channel": rating.get_channel_display()},
            "url": "",
        }
    )
    if follow_up.done_at:
        events.append(
            {
                "at": follow_up.done_at,
                "what": _("Closed by %(name)s") % {"name": follow_up.done_by},
                "url": "",
            }
        )
    return sorted(events, key=lambda event: event["at"])


def _of_ticket(follow_up: FollowUp) -> list[dict[str, Any]]:
    ticket = follow_up.rating.ticket
    if ticket is None:
        return []
    events = [
        {"at": ticket.issued_at, "what": _("Number %(label)s taken") % {"label": ticket.label}, "url": ""}
    ]
    for period in TicketPeriod.objects.filter(ticket=ticket, ended_at__isnull=False).order_by("begun_at"):
        minutes = max(1, round((period.ended_at - period.begun_at).total_seconds() / 60))
        what = ngettext("%(kind)s: %(minutes)s minute", "%(kind)s: %(minutes)s minutes", minutes)
        events.append(
            {
                "at": period.begun_at,
                "what": what % {"kind": period.get_kind_display(), "minutes": minutes},
                "url": "",
            }
        )
    return events


def _of_payment(follow_up: FollowUp) -> list[dict[str, Any]]:
    payment = follow_up.rating.payment
    if payment is None:
        return []
    receipt = getattr(payment, "receipt", None)
    amount = f"{payment.tendered - payment.change_given:,.2f}"
    return [
        {
            "at": payment.taken_at,
            "what": _("¥ %(amount)s paid, receipt %(number)s")
            % {"amount": amount, "number": receipt.number if receipt else "–"},
            "url": reverse("counters:payment", args=[receipt.number]) if receipt else "",
        }
    ]


def _left(one: FollowUp, today: datetime.date) -> str:
    if not one.is_open:
        return _("done")
    if one.due_on is None:
        return _("no working calendar")
    days = (one.due_on - today).days
    if days < 0:
        return ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}
    if days == 0:
        return _("due today")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def _tone(one: FollowUp, today: datetime.date) -> str:
    """The end of a class of notice.css."""
    if not one.is_open:
        return "done"
    return "late" if one.due_on is None or one.due_on < today else "wait"
