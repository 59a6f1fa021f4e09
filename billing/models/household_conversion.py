from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from billing.models.amount import MoneyField, at_least
from billing.models.bill import Bill
from billing.models.heating_season import HeatingSeason
from billing.models.meter import HIGHEST_REGISTER
from billing.money import NO_MONEY


class HouseholdConversion(models.Model):
    """From a day on a household is billed in another way (分户改造): by area, or by base charge and heat meter."""

    class Method(models.TextChoices):
        AREA = "AREA", _("by heated area")
        TWO_PART = "TWO_PART", _("base charge and heat meter")

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="heat_conversions", verbose_name=_("account")
    )
    converted_on = models.DateField(_("converted on"))
    method = models.CharField(_("billed from then on"), max_length=10, choices=Method)
    note = models.CharField(_("note"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("entered at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    class Meta:
        verbose_name = _("household conversion")
        verbose_name_plural = _("household conversions")
        ordering = ("account", "converted_on")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "converted_on"], name="household_is_converted_once_on_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.converted_on} {self.get_method_display()}"


class SeasonSettlement(models.Model):
    """The end of a season of a household with a heat meter: what it used, what it owed, what it had prepaid."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="season_settlements", verbose_name=_("account")
    )
    season = models.ForeignKey(
        HeatingSeason, models.PROTECT, related_name="settlements", verbose_name=_("heating season")
    )
    prepaid_bill = models.OneToOneField(
        Bill, models.PROTECT, related_name="settlement", verbose_name=_("bill before the season")
    )
    heat_used = models.DecimalField(_("heat used"), max_digits=16, decimal_places=4)
    heat_unit = models.CharField(_("unit of heat"), max_length=10)
    prepaid = MoneyField(_("billed before the season"))
    total = MoneyField(_("settled"))
    refund = MoneyField(_("goes back"), default=NO_MONEY)
    collect = MoneyField(_("still to pay"), default=NO_MONEY)
    basis = models.JSONField(_("what it was computed from"), default=dict)
    extra_bill = models.OneToOneField(
        Bill, models.PROTECT, null=True, related_name="+", verbose_name=_("bill of the rest")
    )
    settled_at = models.DateTimeField(_("settled at"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("settled by")
    )

    class Meta:
        verbose_name = _("season settlement")
        verbose_name_plural = _("season settlements")
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "season"], name="a_season_of_an_account_is_settled_once"
            ),
            models.CheckConstraint(
                condition=Q(heat_used__gte=0, heat_used__lte=Decimal(10) * HIGHEST_REGISTER),
                name="heat_used_is_a_number",
            ),
            models.CheckConstraint(
                condition=at_least("prepaid", NO_MONEY)
                & at_least("total", NO_MONEY)
                & at_least("refund", NO_MONEY)
                & at_least("collect", NO_MONEY),
                name="settlement_amounts_are_money",
            ),
            models.CheckConstraint(
                condition=Q(refund=models.F("prepaid") - models.F("total"), collect=0, refund__gte=0)
                | Q(collect=models.F("total") - models.F("prepaid"), refund=0, collect__gt=0),
                name="settlement_gives_back_or_collects_the_difference",
            ),
            models.CheckConstraint(
                condition=Q(collect=0, extra_bill__isnull=True) | Q(collect__gt=0, extra_bill__isnull=False),
                name="settlement_collects_by_a_bill",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.season}"
