from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Staff
from billing.models.amount import MoneyField, at_least
from billing.models.bill import Bill
from billing.money import FEN

MOST_ROOMS = 8


class TemperatureQuerySet(models.QuerySet["TemperatureTest"]):
    def visible_to(self, staff: Staff) -> "TemperatureQuerySet":
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(account__branch_id=staff.branch_id or 0)


class TemperatureTest(models.Model):
    """How warm it was in up to eight rooms on one visit (测温), signed by both sides. Never changed."""

    class Obstacle(models.TextChoices):
        """What makes the customer answer for the cold (domain.md 2.4.6)."""

        NONE = "", _("nothing: the company answers for it")
        CHANGED_PIPES = "CHANGED_PIPES", _("the customer changed pipes or radiators")
        BLOCKED_REPAIR = "BLOCKED_REPAIR", _("the customer blocked the repair")

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="temperature_tests", verbose_name=_("account")
    )
    tested_at = models.DateTimeField(_("measured at"))
    mean = models.DecimalField(_("mean, °C"), max_digits=4, decimal_places=2)
    standard = models.DecimalField(_("standard, °C"), max_digits=3, decimal_places=1)
    is_below = models.BooleanField(_("below the standard"))
    instrument = models.CharField(_("instrument"), max_length=60)
    witness = models.CharField(_("signed by the customer"), max_length=60)
    photo_note = models.CharField(_("where the photos are"), max_length=120, blank=True)
    obstacle = models.CharField(
        _("does the customer answer for it?"), max_length=20, choices=Obstacle, blank=True
    )
    tested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("measured by")
    )
    recorded_at = models.DateTimeField(_("entered at"))

    objects: ClassVar = TemperatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("temperature test")
        verbose_name_plural = _("temperature tests")
        ordering = ("-tested_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "tested_at"], name="a_visit_is_recorded_once"),
            models.CheckConstraint(
                condition=Q(mean__gte=-30, mean__lte=50), name="mean_temperature_is_a_temperature"
            ),
            models.CheckConstraint(
                condition=Q(is_below=True, mean__lt=F("standard"))
                | Q(is_below=False, mean__gte=F("standard")),
                name="verdict_follows_from_mean_and_standard",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.tested_at:%Y-%m-%d} {self.mean} °C"


class RoomTemperature(models.Model):
    """One room of a visit: measured in its middle, 1.4 m high."""

    test = models.ForeignKey(
        TemperatureTest, models.PROTECT, related_name="rooms", verbose_name=_("temperature test")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    place = models.CharField(_("room"), max_length=20)
    degrees = models.DecimalField(_("°C"), max_digits=3, decimal_places=1)

    class Meta:
        verbose_name = _("room temperature")
        verbose_name_plural = _("room temperatures")
        ordering = ("test", "position")
        constraints = [
            models.UniqueConstraint(fields=["test", "position"], name="rooms_of_a_visit_are_numbered"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_ROOMS), name="a_visit_has_eight_rooms_at_most"
            ),
            models.CheckConstraint(
                condition=Q(degrees__gte=-30, degrees__lte=50), name="room_temperature_is_a_temperature"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.degrees} °C"


class TemperatureRefundQuerySet(models.QuerySet["TemperatureRefund"]):
    def visible_to(self, staff: Staff) -> "TemperatureRefundQuerySet":
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(account__branch_id=staff.branch_id or 0)


class TemperatureRefund(models.Model):
    """What goes back to a customer for days below the standard: proposed by one, approved by another."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("proposed")
        APPROVED = "APPROVED", _("approved")
        REFUSED = "REFUSED", _("refused")

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="temperature_refunds", verbose_name=_("account")
    )
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="temperature_refunds", verbose_name=_("bill"))
    heat_fee = MoneyField(_("heating charge of the season"))
    season_days = models.PositiveSmallIntegerField(_("days of the season"))
    weighted_days = models.DecimalField(_("weighted days"), max_digits=7, decimal_places=3)
    amount = MoneyField(_("amount"))
    sentence = models.CharField(_("explanation"), max_length=200)
    sentence_en = models.CharField(_("explanation in English"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects: ClassVar = TemperatureRefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund for low temperature")
        verbose_name_plural = _("refunds for low temperature")
        ordering = ("-id",)
        permissions = [("decide_temperaturerefund", "Can decide a refund that somebody else proposed")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=at_least("amount", FEN) & at_least("heat_fee", FEN),
                name="temperature_refund_is_money",
            ),
            models.CheckConstraint(
                condition=Q(amount__lte=F("heat_fee")), name="refund_is_not_more_than_the_heating_charge"
            ),
            models.CheckConstraint(
                condition=Q(state="PROPOSED", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["APPROVED", "REFUSED"], decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decided_by=F("proposed_by")),
                name="refund_is_decided_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"

    @property
    def is_proposed(self) -> bool:
        return self.state == self.State.PROPOSED


class ColdSpell(models.Model):
    """Days in a row for which one temperature test stands, inside a refund."""

    refund = models.ForeignKey(
        TemperatureRefund, models.PROTECT, related_name="spells", verbose_name=_("refund")
    )
    test = models.ForeignKey(
        TemperatureTest, models.PROTECT, related_name="spells", verbose_name=_("temperature test")
    )
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("account"))
    from_on = models.DateField(_("first day"))
    to_on = models.DateField(_("last day"))
    days = models.PositiveSmallIntegerField(_("days"))
    degrees = models.DecimalField(_("°C"), max_digits=4, decimal_places=2)
    pct = models.DecimalField(_("share of the daily fee, percent"), max_digits=5, decimal_places=2)
    counts = models.BooleanField(_("stands"), default=True)

    class Meta:
        verbose_name = _("days below standard")
        verbose_name_plural = _("days below standard")
        ordering = ("refund", "from_on")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on"), days__gte=1), name="cold_spell_has_days"
            ),
            models.CheckConstraint(
                condition=Q(pct__gte=0, pct__lte=Decimal(100)), name="cold_spell_has_a_share"
            ),
            ExclusionConstraint(
                name="a_cold_day_is_refunded_once",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    (
                        Func(F("from_on"), F("to_on"), models.Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(counts=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} – {self.to_on} {self.degrees} °C"
