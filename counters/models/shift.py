from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from billing.models.amount import LARGEST_AMOUNT, MoneyField, at_least
from billing.money import NO_MONEY
from counters.models.hall import Window

# Notes and coins in use, yuan, as they stand on the count sheet (domain.md 3.1.3).
DENOMINATIONS = tuple(Decimal(value) for value in ("100", "50", "20", "10", "5", "1", "0.5", "0.1"))


class ShiftQuerySet(models.QuerySet["Shift"]):
    def open(self) -> "ShiftQuerySet":
        return self.filter(state=Shift.State.OPEN)

    def visible_to(self, staff: Staff) -> "ShiftQuerySet":
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(window__hall__branch_id=staff.branch_id or 0)


class Shift(models.Model):
    """One cashier at one window from the float to the count (班次); an adviser's has neither."""

    class State(models.TextChoices):
        OPEN = "OPEN", pgettext_lazy("shift", "open")
        CLOSED = "CLOSED", pgettext_lazy("shift", "closed")

    code = models.CharField(_("receipt book"), max_length=30, unique=True)
    window = models.ForeignKey(Window, models.PROTECT, related_name="shifts", verbose_name=_("window"))
    cashier = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="shifts", verbose_name=_("cashier")
    )
    business_date = models.DateField(_("business date"))
    opened_at = models.DateTimeField(_("opened at"))
    opening_float = MoneyField(_("float"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    receipts_issued = models.PositiveIntegerField(_("receipts issued"), default=0)
    closed_at = models.DateTimeField(pgettext_lazy("shift", "closed at"), null=True)
    counted = MoneyField(_("counted"), null=True)
    expected = MoneyField(_("expected"), null=True)
    difference_reason = models.CharField(_("reason for the difference"), max_length=200, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("difference approved by"),
    )

    objects: ClassVar = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ("-opened_at",)
        permissions = [
            ("work_a_window", "Can open and close an own shift"),
            ("approve_cash_difference", "Can approve a cash difference above the limit"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["window"], condition=Q(state="OPEN"), name="window_has_one_open_shift"
            ),
            models.UniqueConstraint(
                fields=["cashier"], condition=Q(state="OPEN"), name="cashier_has_one_open_shift"
            ),
            models.CheckConstraint(condition=at_least("opening_float", NO_MONEY), name="float_is_money"),
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_at__isnull=True, counted__isnull=True, expected__isnull=True)
                | Q(state="CLOSED", closed_at__isnull=False)
                & at_least("counted", NO_MONEY)
                & Q(expected__gte=-LARGEST_AMOUNT, expected__lte=LARGEST_AMOUNT),
                name="shift_is_closed_with_a_count",
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN") | Q(counted=F("expected")) | ~Q(difference_reason=""),
                name="cash_difference_is_explained",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("cashier")),
                name="cash_difference_is_approved_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def difference(self) -> Decimal:
        """Counted minus expected: above zero is over (长款), below is short (短款)."""
        if self.counted is None or self.expected is None:
            return NO_MONEY
        difference: Decimal = self.counted - self.expected
        return difference


class CashCount(models.Model):
    """How many notes or coins of one kind were in the drawer at the close."""

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="counts", verbose_name=_("shift"))
    denomination = models.DecimalField(_("denomination"), max_digits=5, decimal_places=2)
    pieces = models.PositiveIntegerField(_("pieces"))

    class Meta:
        verbose_name = _("cash count")
        verbose_name_plural = _("cash counts")
        ordering = ("shift", "-denomination")
        constraints = [
            models.UniqueConstraint(fields=["shift", "denomination"], name="denomination_is_counted_once"),
            models.CheckConstraint(condition=Q(denomination__in=DENOMINATIONS), name="denomination_exists"),
        ]

    def __str__(self) -> str:
        return f"{self.denomination} × {self.pieces}"
