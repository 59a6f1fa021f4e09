from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account
from accounts.models.account import Service

HIGHEST_REGISTER = Decimal("999999999.999")


class Meter(models.Model):
    """A meter as it was bought: its number, how many digits it shows, what one unit stands for."""

    serial_no = models.CharField(_("meter number"), max_length=30)
    service = models.CharField(_("service"), max_length=12, choices=Service)
    digits = models.PositiveSmallIntegerField(_("digits"), default=5)
    multiplier = models.DecimalField(_("multiplier"), max_digits=8, decimal_places=3, default=Decimal("1"))

    class Meta:
        verbose_name = _("meter")
        verbose_name_plural = _("meters")
        constraints = [
            models.UniqueConstraint(fields=["service", "serial_no"], name="meter_number_is_unique"),
            models.CheckConstraint(
                condition=Q(multiplier__gt=0, multiplier__lte=99999), name="meter_multiplier_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(digits__gte=3, digits__lte=9), name="meter_has_three_to_nine_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.serial_no


class MeterInstallation(models.Model):
    """The time that a meter measured an account: from, to, and what it showed at both ends."""

    meter = models.ForeignKey(Meter, models.PROTECT, related_name="installations", verbose_name=_("meter"))
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="installations", verbose_name=_("account")
    )
    installed_on = models.DateField(_("installed on"))
    removed_on = models.DateField(_("removed on"), null=True, blank=True)
    initial = models.DecimalField(_("initial reading"), max_digits=12, decimal_places=3)
    final = models.DecimalField(_("final reading"), max_digits=12, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = _("meter installation")
        verbose_name_plural = _("meter installations")
        ordering = ("account", "installed_on")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(removed_on__isnull=True, final__isnull=True)
                | Q(removed_on__gte=F("installed_on"), final__isnull=False),
                name="meter_is_removed_with_a_final_reading",
            ),
            models.CheckConstraint(
                condition=Q(initial__gte=0, initial__lte=HIGHEST_REGISTER),
                name="initial_reading_is_a_number",
            ),
            ExclusionConstraint(
                name="meter_is_in_one_place_at_a_time",
                expressions=[
                    ("meter", RangeOperators.EQUAL),
                    (
                        Func(F("installed_on"), F("removed_on"), models.Value("[)"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meter} @ {self.account}"


class Reading(models.Model):
    """What a meter showed on a day, and who says so."""

    class Kind(models.TextChoices):
        INITIAL = "INITIAL", _("initial")
        ACTUAL = "ACTUAL", _("actual")
        ESTIMATED = "ESTIMATED", _("estimated")
        SELF_REPORTED = "SELF_REPORTED", _("reported by the customer")
        FINAL = "FINAL", _("final")

    installation = models.ForeignKey(
        MeterInstallation, models.PROTECT, related_name="readings", verbose_name=_("meter installation")
    )
    read_on = models.DateField(_("read on"))
    value = models.DecimalField(pgettext_lazy("figure", "reading"), max_digits=12, decimal_places=3)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind, default=Kind.ACTUAL)
    rolled_over = models.BooleanField(_("the meter rolled over since the last reading"), default=False)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("read by"),
    )
    # A wrong reading stays in the file; the one that replaces it names it.
    is_superseded = models.BooleanField(_("replaced by a corrected reading"), default=False, db_default=False)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("corrects"),
    )

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ("installation", "read_on")
        constraints = [
            models.UniqueConstraint(
                fields=["installation", "read_on"],
                condition=Q(is_superseded=False),
                name="meter_is_read_once_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0, value__lte=HIGHEST_REGISTER), name="reading_is_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.read_on} {self.value}"
