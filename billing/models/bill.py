import datetime
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account
from accounts.models.account import Service
from accounts.models.organisation import in_current_language
from billing.ledger_names import component_name
from billing.models.amount import LARGEST_AMOUNT, MoneyField, at_least
from billing.models.bill_run import BillRun
from billing.models.tariff import Tariff
from billing.money import NO_MONEY

# The period of the bill of an approved extra charge: this and the key of the adjustment.
EXTRA_CHARGE = "A"


class BillQuerySet(models.QuerySet["Bill"]):
    def open(self) -> "BillQuerySet":
        return self.filter(state=Bill.State.OPEN)

    def due_before(self, date: datetime.date) -> "BillQuerySet":
        return self.filter(due_on__lt=date)

    def oldest_first(self) -> "BillQuerySet":
        return self.order_by("due_on", "id")


class Bill(models.Model):
    """What an account owes for a period, and how much of it is still outstanding."""

    class Kind(models.TextChoices):
        USAGE = "USAGE", _("metered use")
        HEATING = "HEATING", _("heating season")
        ONE_OFF = "ONE_OFF", _("one-off fee")
        OPENING = "OPENING", _("taken over from the old system")
        PURCHASE = "PURCHASE", _("gas purchase")

    class State(models.TextChoices):
        OPEN = "OPEN", pgettext_lazy("bill", "open")
        PAID = "PAID", _("paid")
        CANCELLED = "CANCELLED", _("cancelled")
        WRITTEN_OFF = "WRITEOFF", _("written off")

    number = models.CharField(_("bill number"), max_length=40, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="bills", verbose_name=_("account"))
    service = models.CharField(_("service"), max_length=12, choices=Service)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    period = models.CharField(_("period"), max_length=10)
    period_from = models.DateField(pgettext_lazy("period", "from"))
    period_to = models.DateField(pgettext_lazy("period", "to"))
    run = models.ForeignKey(BillRun, models.PROTECT, null=True, related_name="bills", verbose_name=_("run"))
    tariff = models.ForeignKey(
        Tariff, models.PROTECT, null=True, related_name="bills", db_index=False, verbose_name=_("tariff")
    )
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"))
    quantity = models.DecimalField(_("quantity"), max_digits=16, decimal_places=4)
    amount = MoneyField(_("amount"))
    outstanding = MoneyField(_("outstanding"))
    late_charge_left = MoneyField(_("late charge left after the principal was paid"), default=NO_MONEY)
    adjusted = MoneyField(_("taken off by adjustments"), default=NO_MONEY, db_default=NO_MONEY)
    # Still owed by the customer, but no longer expected: it can be taken back and paid.
    written_off = MoneyField(_("written off"), default=NO_MONEY, db_default=NO_MONEY)
    state = models.CharField(_("state"), max_length=10, choices=State)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    basis = models.JSONField(_("what it was computed from"), default=dict)
    tier_uses = models.JSONField(_("units counted in each tier period"), default=dict)

    objects: ClassVar = BillQuerySet.as_manager()

    class Meta:
        verbose_name = _("bill")
        verbose_name_plural = _("bills")
        ordering = ("account", "due_on", "id")
        indexes = [
            models.Index(
                fields=["account", "due_on"], condition=Q(state="OPEN"), name="open_bills_of_an_account"
            ),
            models.Index(fields=["service", "period"], name="bills_of_a_period"),
            models.Index(fields=["due_on"], name="bills_by_due_date"),
            models.Index(
                fields=["account", "kind", "period"],
                condition=Q(state="CANCELLED"),
                name="cancelled_bills_of_a_period",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=at_least("amount", NO_MONEY), name="bill_amount_is_money"),
            models.CheckConstraint(
                condition=Q(
                    outstanding__gte=0,
                    adjusted__gte=0,
                    adjusted__lte=F("amount"),
                    written_off__gte=0,
                    outstanding__lte=F("amount") - F("adjusted") - F("written_off"),
                    amount__lte=LARGEST_AMOUNT,
                ),
                name="outstanding_lies_between_nothing_and_the_bill",
            ),
            models.CheckConstraint(
                condition=at_least("late_charge_left", NO_MONEY) & (Q(late_charge_left=0) | Q(outstanding=0)),
                name="late_charge_is_left_only_after_the_principal_is_paid",
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN") & (Q(outstanding__gt=0) | Q(late_charge_left__gt=0))
                | Q(state="WRITEOFF", outstanding=0, late_charge_left=0, written_off__gt=0)
                | Q(state__in=["PAID", "CANCELLED"], outstanding=0, late_charge_left=0, written_off=0),
                name="bill_is_open_exactly_while_something_is_outstanding",
            ),
            models.CheckConstraint(
                condition=Q(period_to__gte=F("period_from")), name="bill_period_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, quantity__lte=Decimal("99999999999")),
                name="bill_quantity_is_a_number",
            ),
            models.UniqueConstraint(
                fields=["account", "kind", "period"],
                condition=~Q(state="CANCELLED"),
                name="account_is_billed_once_for_a_period",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def settled_state(self) -> "Bill.State":
        """What it is called once nothing of it is outstanding."""
        return self.State.WRITTEN_OFF if self.written_off else self.State.PAID

    @property
    def title(self) -> str:
        """The period as it is said at the counter: 2025–26 采暖季, 2026-10."""
        if self.kind == self.Kind.HEATING:
            return str(_("%(season)s heating season")) % {"season": self.period.replace("-", "–")}
        if self.kind == self.Kind.ONE_OFF and self.period.startswith(EXTRA_CHARGE):
            return str(_("extra charge no. %(number)s")) % {"number": self.period[len(EXTRA_CHARGE) :]}
        if self.kind == self.Kind.ONE_OFF and "fee" in self.basis:
            # A fee of the price list is named by its day, one of the heating season by the season.
            when = f"{self.issued_on}" if "item" in self.basis else self.period[:7].replace("-", "–")
            return f"{self._fee_name()} {when}"
        if self.kind == self.Kind.PURCHASE:
            facts = {"volume": int(self.quantity), "date": self.issued_on.isoformat()}
            if "overuse" in self.basis:
                return str(_("%(volume)s m³ of gas used beyond what was bought, %(date)s")) % facts
            return str(_("%(volume)s m³ of gas, %(date)s")) % facts
        return self.period

    def _fee_name(self) -> str:
        english = component_name(self.basis["fee"])
        return in_current_language(self.basis.get("fee_zh", ""), english) or english

    def is_overdue_on(self, date: datetime.date) -> bool:
        return self.is_open and self.due_on < date


class BillLine(models.Model):
    """One line of a bill: a component in a tier, and the sentence that explains it."""

    bill = models.ForeignKey(
        Bill, models.PROTECT, related_name="lines", db_index=False, verbose_name=_("bill")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    component = models.CharField(_("component"), max_length=30)
    component_name = models.CharField(_("component name"), max_length=60, blank=True)
    category = models.CharField(_("category"), max_length=30, blank=True)
    tier = models.PositiveSmallIntegerField(_("tier"), null=True)
    quantity = models.DecimalField(_("quantity"), max_digits=16, decimal_places=4)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=6)
    amount = MoneyField(_("amount"))
    sentence = models.CharField(_("explanation"), max_length=200)
    sentence_en = models.CharField(_("explanation in English"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("bill line")
        verbose_name_plural = _("bill lines")
        ordering = ("bill", "position")
        constraints = [
            models.UniqueConstraint(fields=["bill", "position"], name="bill_lines_are_numbered"),
            models.CheckConstraint(
                condition=Q(amount__gte=-LARGEST_AMOUNT, amount__lte=LARGEST_AMOUNT),
                name="bill_line_amount_is_money",
            ),
        ]

    def __str__(self) -> str:
        return self.sentence
