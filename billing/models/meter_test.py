from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account
from billing.models.meter import HIGHEST_REGISTER, MeterInstallation

LARGEST_ERROR = Decimal("999.99")


class MeterTest(models.Model):
    """A test of a meter on the bench (校表): by how much it counts wrong, and how much is allowed."""

    class Result(models.TextChoices):
        WITHIN = "WITHIN", _("within the tolerance")
        FAST = "FAST", _("counts too much")
        SLOW = "SLOW", _("counts too little")

    installation = models.ForeignKey(
        MeterInstallation, models.PROTECT, related_name="tests", verbose_name=_("meter installation")
    )
    tested_on = models.DateField(_("tested on"))
    laboratory = models.CharField(_("tested by"), max_length=100)
    certificate_no = models.CharField(_("certificate number"), max_length=60, unique=True)
    error_percent = models.DecimalField(_("error, percent"), max_digits=5, decimal_places=2)
    tolerance_percent = models.DecimalField(_("tolerance, percent"), max_digits=4, decimal_places=2)
    result = models.CharField(_("result"), max_length=6, choices=Result)
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    class Meta:
        verbose_name = _("meter test")
        verbose_name_plural = _("meter tests")
        ordering = ("-tested_on", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(error_percent__gt=-100, error_percent__lte=LARGEST_ERROR),
                name="meter_error_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=Q(tolerance_percent__gt=0, tolerance_percent__lt=100),
                name="meter_tolerance_is_a_percentage",
            ),
        ]

    def __str__(self) -> str:
        return self.certificate_no


class UnitCorrection(models.Model):
    """Units that a tested meter counted too much in the current month: to be credited, and whether it was done."""

    class State(models.TextChoices):
        TO_CORRECT = "TO_CORRECT", _("to be corrected")
        SETTLED = "SETTLED", pgettext_lazy("correction", "settled")

    test = models.OneToOneField(
        MeterTest, models.PROTECT, related_name="correction", verbose_name=_("meter test")
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="unit_corrections", verbose_name=_("account")
    )
    used_from = models.DateField(pgettext_lazy("period", "from"))
    used_to = models.DateField(pgettext_lazy("period", "to"))
    counted = models.DecimalField(_("units that the meter counted"), max_digits=16, decimal_places=4)
    units = models.DecimalField(_("units to credit"), max_digits=16, decimal_places=4)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.TO_CORRECT)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("correction of units")
        verbose_name_plural = _("corrections of units")
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(units__gt=0, counted__gt=0, counted__lte=HIGHEST_REGISTER * 99999),
                name="correction_gives_back_some_units",
            ),
            models.CheckConstraint(
                condition=Q(state="TO_CORRECT", settled_at__isnull=True, settled_by__isnull=True)
                | ~Q(note="") & Q(state="SETTLED", settled_at__isnull=False, settled_by__isnull=False),
                name="settled_correction_names_who_and_how",
            ),
            models.CheckConstraint(
                condition=Q(used_to__gte=models.F("used_from")), name="correction_period_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.units}"
