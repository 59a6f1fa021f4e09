"""The matters of a person, in the order in which they have to be dealt with."""

import datetime
from dataclasses import dataclass

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from service_quality.models import Matter

State = Matter.State
A_DAY = datetime.timedelta(days=1)
LISTS = {
    "mine": _("in my hand"),
    "first": _("first heard by me"),
    "new": _("nobody has it yet"),
    "open": _("all open"),
    "today": _("due today"),
    "warned": _("due soon"),
    "overdue": _("overdue"),
    "interim": _("customer to be told"),
    "undated": _("without a date"),
    "answered": _("to be closed"),
    "revisit": _("to be asked back"),
    "closed": _("closed"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A list by its name, and how many matters stand in it."""

    code: str
    label: str
    count: int


def in_list(code: str, staff: Staff, at: datetime.datetime) -> Q:
    """The condition of a list."""
    unanswered = Q(state__in=Matter.UNANSWERED)
    today = timezone.localdate(at)
    tomorrow = timezone.make_aware(datetime.datetime.combine(today + A_DAY, datetime.time()))
    conditions = {
        "mine": Q(handler=staff, state__in=[State.OPEN, State.ANSWERED]),
        "first": Q(first_responder=staff) & ~Q(state=State.CLOSED),
        "new": Q(state=State.NEW),
        "open": unanswered,
        "today": unanswered & Q(due_at__gte=at, due_at__lt=tomorrow),
        "warned": unanswered & Q(warn_at__lte=at, due_at__gte=at),
        "overdue": unanswered & Q(due_at__lt=at),
        # What was escalated: an answer that is overdue, or the word in between.
        "late": unanswered & (Q(due_at__lt=at) | Q(interim_due_at__lt=at, interim_told_at__isnull=True)),
        "interim": unanswered & Q(interim_due_at__lt=tomorrow, interim_told_at__isnull=True),
        "undated": unanswered & Q(due_at__isnull=True),
        "answered": Q(state=State.ANSWERED),
        "revisit": Q(state=State.CLOSED, revisit_due_on__lte=today, satisfaction__isnull=True),
        "closed": Q(state=State.CLOSED),
    }
    return conditions[code]


def figures_of(staff: Staff, at: datetime.datetime) -> list[Figure]:
    """How many matters each list holds for the person. One query."""
    counts = Matter.objects.visible_to(staff, at).aggregate(
        **{code: Count("pk", filter=in_list(code, staff, at)) for code in LISTS}
    )
    return [Figure(code, str(label), counts[code]) for code, label in LISTS.items()]


def matters_in(code: str, staff: Staff, at: datetime.datetime, *, query: str = "") -> QuerySet[Matter]:
    """A list in its order: what has the least working time left first, what is closed newest first."""
    found = Matter.objects.visible_to(staff, at).filter(in_list(code, staff, at))
    if query:
        found = found.filter(_matching(query))
    pending = Case(When(interim_told_at__isnull=True, then=F("interim_due_at")))
    order = (
        ["-closed_at"] if code in ("closed", "revisit") else [F("next_at").asc(nulls_first=True), "opened_at"]
    )
    return (
        found.annotate(next_at=Least(F("due_at"), pending))
        .select_related("handler", "first_responder", "account__customer", "policy")
        .order_by(*order, "pk")
    )


def found_matters(query: str, staff: Staff, at: datetime.datetime) -> QuerySet[Matter]:
    """Everywhere, open or closed: by number, hotline number, account, telephone, name, words. Newest first."""
    return (
        Matter.objects.visible_to(staff, at)
        .filter(_matching(query))
        .select_related("handler", "first_responder", "account__customer", "policy")
        .order_by("-opened_at", "-pk")
    )


def _matching(query: str) -> Q:
    return (
        Q(number__startswith=query)
        | Q(external_number=query)
        | Q(account__account_no=query.upper())
        | Q(phone__endswith=query)
        | Q(contact_name__icontains=query)
        | Q(text__icontains=query)
    )
