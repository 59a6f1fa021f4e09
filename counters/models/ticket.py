import datetime
import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from billing.models import Payment
from counters.models.hall import Hall, Window
from counters.models.shift import Shift
from counters.models.ticket_service import TicketService

CODE_BYTES = 12


def new_ticket_code() -> str:
    """The end of the address of the visitor's own page: nobody guesses it."""
    return secrets.token_urlsafe(CODE_BYTES)


class TicketQuerySet(models.QuerySet["Ticket"]):
    def waiting(self) -> "TicketQuerySet":
        return self.filter(state=Ticket.State.WAITING)

    def at_a_window(self) -> "TicketQuerySet":
        return self.filter(state__in=Ticket.AT_A_WINDOW)

    def left_open(self) -> "TicketQuerySet":
        return self.filter(state__in=Ticket.OPEN)

    def of_day(self, hall: Hall, day: datetime.date) -> "TicketQuerySet":
        return self.filter(hall=hall, business_date=day)

    def in_line(self) -> "TicketQuerySet":
        """The order in which they are called: priority first, then who came first."""
        return self.order_by("-is_priority", "place_at", "id")

    def visible_to(self, staff: Staff) -> "TicketQuerySet":
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(hall__branch_id=staff.branch_id or 0)


class Ticket(models.Model):
    """A visitor's place in the line of a hall on one day (排队号)."""

    class State(models.TextChoices):
        WAITING = "WAITING", pgettext_lazy("ticket", "waiting")
        CALLED = "CALLED", pgettext_lazy("ticket", "called")
        SERVING = "SERVING", pgettext_lazy("ticket", "being served")
        HELD = "HELD", pgettext_lazy("ticket", "on hold")
        DONE = "DONE", pgettext_lazy("ticket", "finished")
        NO_SHOW = "NO_SHOW", pgettext_lazy("ticket", "did not come")
        CANCELLED = "CANCELLED", pgettext_lazy("ticket", "not called any more")

    # The same stands in the migration, where the database follows it.
    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        State.WAITING: frozenset({State.CALLED, State.CANCELLED}),
        State.CALLED: frozenset({State.SERVING, State.HELD, State.WAITING, State.DONE, State.NO_SHOW}),
        State.SERVING: frozenset({State.HELD, State.WAITING, State.DONE}),
        State.HELD: frozenset({State.CALLED, State.WAITING, State.NO_SHOW}),
        State.NO_SHOW: frozenset({State.CALLED}),
        State.DONE: frozenset(),
        State.CANCELLED: frozenset(),
    }
    AT_A_WINDOW = (State.CALLED, State.SERVING)
    OPEN = (State.WAITING, State.CALLED, State.SERVING, State.HELD)

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="tickets", verbose_name=_("hall"))
    # What stands on the paper; it stays when the ticket goes to another service.
    service = models.ForeignKey(
        TicketService, models.PROTECT, related_name="tickets", verbose_name=_("service of the queue")
    )
    business_date = models.DateField(_("business date"))
    number = models.PositiveIntegerField(pgettext_lazy("ticket", "number"))
    is_priority = models.BooleanField(_("priority"), default=False)
    code = models.CharField(_("code"), max_length=20, unique=True, default=new_ticket_code)
    request_id = models.UUIDField(_("request"), unique=True, default=uuid.uuid4)
    issued_at = models.DateTimeField(pgettext_lazy("ticket", "issued at"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    waits_for = models.ForeignKey(
        TicketService, models.PROTECT, related_name="+", verbose_name=_("waits for")
    )
    for_window = models.ForeignKey(
        Window, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("for window")
    )
    # By this instant the ticket stands in line: when it was issued, or for whom it waits since.
    place_at = models.DateTimeField(_("place in line"))
    window = models.ForeignKey(
        Window, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("window")
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("served by"),
    )
    shift = models.ForeignKey(
        Shift, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("shift")
    )
    called_at = models.DateTimeField(_("called at"), null=True, blank=True)
    announced_at = models.DateTimeField(_("last called out at"), null=True, blank=True)
    calls = models.PositiveSmallIntegerField(_("calls"), default=0)
    ended_at = models.DateTimeField(pgettext_lazy("ticket", "ended at"), null=True, blank=True)

    objects: ClassVar = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ("-business_date", "hall", "id")
        permissions = [
            ("call_ticket", "Can call and serve tickets at the own window"),
            ("see_the_hall", "Can see the hall as it is now"),
            ("run_the_hall", "Can open windows for services and end pauses"),
        ]
        indexes: ClassVar = [
            models.Index(
                F("hall"),
                F("business_date"),
                F("is_priority").desc(),
                F("place_at"),
                F("id"),
                condition=Q(state="WAITING"),
                name="tickets_in_line",
            ),
            models.Index(fields=["hall", "business_date", "state"], name="tickets_of_a_day"),
            models.Index(
                fields=["business_date"],
                condition=Q(state__in=("WAITING", "CALLED", "SERVING", "HELD")),
                name="tickets_left_open",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hall", "service", "business_date", "number"],
                name="ticket_numbers_are_unique_in_a_day",
            ),
            models.UniqueConstraint(
                fields=["window"],
                condition=Q(state__in=("CALLED", "SERVING")),
                name="window_serves_one_ticket",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="ticket_numbers_start_at_one"),
            models.CheckConstraint(
                condition=Q(state="WAITING", window__isnull=True, staff__isnull=True, shift__isnull=True)
                | Q(state="CANCELLED", window__isnull=True)
                | Q(
                    state__in=("CALLED", "SERVING", "HELD", "DONE", "NO_SHOW"),
                    window__isnull=False,
                    staff__isnull=False,
                    called_at__isnull=False,
                ),
                name="ticket_has_a_window_once_it_is_called",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("DONE", "NO_SHOW", "CANCELLED"), ended_at__isnull=False)
                | Q(state__in=("WAITING", "CALLED", "SERVING", "HELD"), ended_at__isnull=True),
                name="ticket_ends_with_its_state",
            ),
            models.CheckConstraint(
                condition=(Q(called_at__isnull=True) | Q(called_at__gte=F("issued_at")))
                & (Q(ended_at__isnull=True) | Q(ended_at__gte=F("issued_at"))),
                name="ticket_is_issued_first",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("queue:ticket", args=[self.code])

    @property
    def label(self) -> str:
        """What is called out: A017."""
        return f"{self.service_id}{self.number:03}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_at_a_window(self) -> bool:
        return self.state in self.AT_A_WINDOW

    @property
    def is_held(self) -> bool:
        return self.state == self.State.HELD

    @property
    def is_serving(self) -> bool:
        return self.state == self.State.SERVING

    @property
    def is_missed(self) -> bool:
        return self.state == self.State.NO_SHOW


class TicketCounter(models.Model):
    """The last number of a service in a hall on a day: whoever takes the next one holds this row."""

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+", verbose_name=_("hall"))
    service = models.ForeignKey(
        TicketService, models.PROTECT, related_name="+", verbose_name=_("service of the queue")
    )
    business_date = models.DateField(_("business date"))
    last = models.PositiveIntegerField(_("last number"))

    class Meta:
        verbose_name = _("ticket counter")
        verbose_name_plural = _("ticket counters")
        ordering = ("hall", "business_date", "service")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hall", "service", "business_date"], name="service_has_one_counter_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.service_id}{self.last:03}"


class TicketPeriod(models.Model):
    """How long a visitor waited, was served or was put on hold: each row one stretch of the visit."""

    class Kind(models.TextChoices):
        WAIT = "WAIT", pgettext_lazy("period", "waiting")
        SERVE = "SERVE", pgettext_lazy("period", "at the window")
        HOLD = "HOLD", pgettext_lazy("period", "on hold")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="periods", verbose_name=_("ticket"))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    window = models.ForeignKey(
        Window, models.PROTECT, null=True, related_name="periods", verbose_name=_("window")
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("served by")
    )
    begun_at = models.DateTimeField(_("begun at"))
    ended_at = models.DateTimeField(pgettext_lazy("period", "ended at"), null=True)

    class Meta:
        verbose_name = _("period of a ticket")
        verbose_name_plural = _("periods of tickets")
        ordering = ("ticket", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at__isnull=True), name="ticket_is_in_one_period"
            ),
            models.CheckConstraint(
                condition=Q(kind="WAIT", window__isnull=True, staff__isnull=True)
                | Q(kind__in=("SERVE", "HOLD"), window__isnull=False, staff__isnull=False),
                name="period_has_a_window_unless_it_is_a_wait",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("begun_at")),
                name="period_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.get_kind_display()}"


class TicketPayment(models.Model):
    """A payment that was taken while its window served the ticket."""

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="ticket_payments", verbose_name=_("ticket")
    )
    payment = models.OneToOneField(
        Payment, models.PROTECT, related_name="ticket_payment", verbose_name=_("payment")
    )

    class Meta:
        verbose_name = _("payment of a ticket")
        verbose_name_plural = _("payments of tickets")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.payment_id}"
