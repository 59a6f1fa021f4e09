import datetime
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, ExtractYear
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Branch, District


class HeatingSeasonQuerySet(models.QuerySet["HeatingSeason"]):
    def for_branch(self, branch_id: int) -> "HeatingSeasonQuerySet":
        """The seasons of a branch, its own row before the one for all, the newest season first."""
        return self.filter(Q(branch_id=branch_id) | Q(branch__isnull=True)).order_by(
            "-season", F("branch").desc(nulls_last=True)
        )


class HeatingSeason(models.Model):
    """One heating season as the city announced it: its days, when it is due, what a customer may still ask for.

    Source: domain.md 1.2, 2.1.3, 2.5. A branch without a row of its own follows the row for all.
    """

    class SilentUsers(models.TextChoices):
        OWES_ALL = "OWES_ALL", _("normal use: everything is owed")
        TREATED_AS_SUSPENDED = "SUSPENDED", _("treated as suspended, the valve is shut")

    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    season = models.CharField(_("season"), max_length=7, help_text=_("As on the bills: 2026-27."))
    starts_on = models.DateField(_("heat from"))
    ends_on = models.DateField(_("heat until"))
    due_on = models.DateField(_("due date"))
    suspend_by = models.DateField(_("suspension is asked for by"))
    early_until = models.DateField(_("early payment until"), null=True, blank=True)
    early_pct = models.DecimalField(
        _("given back for early payment, percent"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    late_terms = models.CharField(_("what is announced about late payment"), max_length=200, blank=True)
    silent_user_policy = models.CharField(
        _("neither paid nor reported"), max_length=12, choices=SilentUsers, default=SilentUsers.OWES_ALL
    )
    debtors_may_suspend = models.BooleanField(_("a customer with arrears may suspend"), default=False)
    warranty_seasons = models.PositiveSmallIntegerField(_("seasons of warranty of a building"), default=2)
    standard = models.DecimalField(
        _("lowest room temperature, °C"), max_digits=3, decimal_places=1, default=Decimal("18")
    )
    decision = models.CharField(_("announced by decision"), max_length=120)
    notes = models.CharField(pgettext_lazy("season", "notes"), max_length=200, blank=True)

    objects: ClassVar = HeatingSeasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("heating season")
        verbose_name_plural = _("heating seasons")
        ordering = ("-season", "branch")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["season", "branch"],
                nulls_distinct=False,
                name="a_branch_has_one_heating_season_a_year",
            ),
            models.CheckConstraint(
                condition=Q(season__regex=r"^20[0-9]{2}-[0-9]{2}$")
                & Q(season__startswith=Cast(ExtractYear("starts_on"), models.CharField())),
                name="heating_season_bears_the_year_it_starts_in",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="heating_season_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(suspend_by__lte=F("ends_on"), due_on__lte=F("ends_on")),
                name="heating_season_is_due_before_it_ends",
            ),
            models.CheckConstraint(
                condition=Q(early_until__isnull=True, early_pct__isnull=True)
                | Q(
                    early_until__isnull=False,
                    early_pct__isnull=False,
                    early_until__lte=F("due_on"),
                    early_pct__gt=0,
                    early_pct__lte=50,
                ),
                name="early_payment_ends_with_the_due_date",
            ),
            models.CheckConstraint(
                condition=Q(standard__gte=10, standard__lte=26), name="room_temperature_standard_is_a_room"
            ),
        ]

    def __str__(self) -> str:
        return str(_("%(season)s heating season")) % {"season": self.season.replace("-", "–")}

    @property
    def first_year(self) -> int:
        return int(self.season[:4])

    def days(self) -> int:
        """Days of heat, first and last counted."""
        return (self.ends_on - self.starts_on).days + 1

    def contains(self, day: datetime.date) -> bool:
        return self.starts_on <= day <= self.ends_on


class BuildingHandover(models.Model):
    """When a building was handed over: its developer answers for the heat in the first seasons."""

    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("district"))
    community = models.CharField(_("community"), max_length=60)
    building = models.CharField(_("building"), max_length=20, blank=True)
    handed_over_on = models.DateField(_("handed over on"))

    class Meta:
        verbose_name = _("handover of a building")
        verbose_name_plural = _("handovers of buildings")
        ordering = ("district", "community", "building")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "community", "building"], name="a_building_is_handed_over_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.community} {self.building}".strip()
