"""What keeps 5P cards honest (domain.md 4.3.3): asked of whoever is locked."""

import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.business_date import business_date_of
from billing.models import Payment, Reversal
from service_quality.models import PraiseCard
from service_quality.services.refusals import CardRefused

Source = PraiseCard.Source
LONGEST_TEXT = 200
# Who stands above whom; everybody else is a colleague of everybody else.
RANKS = {Staff.Post.SUPERVISOR: 1, Staff.Post.MANAGER: 2}


def source_between(giver: Staff, receiver: Staff) -> PraiseCard.Source:
    """Whether the giver is a superior, a subordinate or a colleague: by their posts, not by what anybody says."""
    above = RANKS.get(Staff.Post(giver.post), 0) - RANKS.get(Staff.Post(receiver.post), 0)
    if above > 0:
        return Source.SUPERIOR
    return Source.SUBORDINATE if above < 0 else Source.COLLEAGUE


def check_words(kind: str, text: str) -> str:
    """The words without blanks around them. Codes: unknown_kind, text_too_long."""
    if kind not in PraiseCard.Kind.values:
        raise CardRefused(_("Choose one of the five kinds."), code="unknown_kind")
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise CardRefused(
            _("Say it in %(most)s characters at most."), code="text_too_long", params={"most": LONGEST_TEXT}
        )
    return text


def check_among_staff(giver: Staff, receiver: Staff, on: datetime.date) -> None:
    """Both are locked. Codes: to_oneself, not_at_work, already_today, too_many, loop."""
    if giver.pk == receiver.pk:
        raise CardRefused(_("Nobody gives a card to oneself."), code="to_oneself")
    if not receiver.is_active:
        raise CardRefused(_("This person does not work here any more."), code="not_at_work")
    given = PraiseCard.objects.standing().filter(giver=giver)
    if given.filter(receiver=receiver, given_on=on).exists():
        raise CardRefused(
            _("You gave this person a card on this day already. One a day."), code="already_today"
        )
    in_month = given.filter(given_on__year=on.year, given_on__month=on.month).count()
    if in_month >= settings.CARDS_PER_MONTH:
        raise CardRefused(
            _("Each of us gives %(most)s cards a month at most; these are given."),
            code="too_many",
            params={"most": settings.CARDS_PER_MONTH},
        )
    _check_loop(giver, receiver, on)


def check_receipt(payment: Payment, on: datetime.date) -> None:
    """The receipt is locked. Codes: no_visit, void_receipt, too_late, given_already."""
    if payment.taken_by_id is None:
        raise CardRefused(_("This receipt belongs to no visit at a window."), code="no_visit")
    if Reversal.objects.filter(payment=payment).exists():
        raise CardRefused(_("This receipt was voided."), code="void_receipt")
    if on > payment.business_date + datetime.timedelta(days=settings.CARD_DAYS):
        raise CardRefused(
            _("A card is given within %(days)s days of the visit. This receipt is older."),
            code="too_late",
            params={"days": settings.CARD_DAYS},
        )
    if PraiseCard.objects.standing().filter(payment=payment, source=Source.CUSTOMER).exists():
        raise CardRefused(_("A card was given for this receipt already. Thank you."), code="given_already")


def check_day(on: datetime.date, at: datetime.datetime, first: datetime.date | None = None) -> None:
    """A card that came on paper bears a day that can be true. Code: wrong_day."""
    today = business_date_of(at)
    earliest = first or today - datetime.timedelta(days=settings.CARD_DAYS)
    if not earliest <= on <= today:
        raise CardRefused(
            _("The card was given between %(first)s and %(last)s."),
            code="wrong_day",
            params={"first": earliest, "last": today},
        )


def _check_loop(giver: Staff, receiver: Staff, on: datetime.date) -> None:
    span = datetime.timedelta(days=settings.CARD_LOOP_DAYS)
    returned = PraiseCard.objects.standing().filter(
        giver=receiver, receiver=giver, given_on__range=(on - span, on + span)
    )
    if returned.exists():
        raise CardRefused(
            _("This person gave you a card less than %(days)s days ago. Cards are not exchanged."),
            code="loop",
            params={"days": settings.CARD_LOOP_DAYS},
        )
