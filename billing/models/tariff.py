import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch
from accounts.models.account import Service
from accounts.models.organisation import in_current_language
from billing.models.decision_life import DecisionLife


class Tariff(models.Model):
    """A price decision for one service: its rules, and dated versions of its prices.

    Rules and versions are kept in the JSON form that docs/formats.md describes. These rules hold from the
    beginning, so they stay as they are once a version is approved; later ones stand in the versions.
    """

    class Kind(models.TextChoices):
        """How the rating engine reads the prices; the words are those of a case file."""

        METERED = "metered", _("by meter")
        HEATING_AREA = "heating_area", _("by heated area")
        HEATING_TWO_PART = "heating_two_part", _("base and metered heat")
        ONE_OFF = "one_off", _("one-off fees")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    service = models.CharField(_("service"), max_length=12, choices=Service)
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="tariffs", verbose_name=_("branch")
    )
    kind = models.CharField(_("kind"), max_length=30)
    rules = models.JSONField(_("rules"), default=dict)
    source = models.CharField(_("source"), max_length=300, blank=True)
    due_days = models.PositiveSmallIntegerField(_("days from the bill to the due date"), default=15)

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        constraints = [
            models.UniqueConstraint(
                fields=["service", "branch"],
                # Fees that are charged once have price lists of their own beside the price of the service.
                condition=~Q(kind="one_off"),
                nulls_distinct=False,
                name="one_tariff_prices_a_service_in_a_branch",
            ),
            models.UniqueConstraint(
                fields=["service", "branch"],
                nulls_distinct=False,
                condition=Q(kind="one_off"),
                name="one_list_names_the_fees_of_a_service_in_a_branch",
            ),
        ]

    def __str__(self) -> str:
        return in_current_language(self.name, self.name_en)

    @property
    def kind_word(self) -> str:
        return str(self.Kind(self.kind).label) if self.kind in self.Kind.values else self.kind

    def definition(self) -> dict[str, Any]:
        """The whole tariff as one document for the rating engine, approved versions only."""
        approved = self.versions.filter(approved_by__isnull=False).order_by("effective_from")
        return {**self.rules, "versions": [version.definition() for version in approved]}

    def rules_on(self, day: datetime.date) -> dict[str, Any]:
        """The rules in force on a day: those of the tariff, and over them what a version brought."""
        return {**self.rules, **self.brought_rules_on(day)}

    def brought_rules_on(self, day: datetime.date) -> dict[str, Any]:
        """The newest rules that an approved version brought until a day; empty where none did."""
        brought = [
            one
            for one in self.versions.all()
            if one.rules is not None and one.is_approved and one.effective_from <= day
        ]
        newest = max(brought, key=lambda one: one.effective_from, default=None)
        return newest.rules or {} if newest is not None else {}


class TariffVersionQuerySet(models.QuerySet["TariffVersion"]):
    def approved(self) -> "TariffVersionQuerySet":
        return self.filter(approved_by__isnull=False)

    def waiting(self) -> "TariffVersionQuerySet":
        return self.filter(approved_by__isnull=True, submitted_at__isnull=False)


class TariffVersion(DecisionLife, models.Model):
    """The prices of a tariff from one date on. An approved version is never edited.

    It is in force from its date by the calendar alone: no job has to run. `rules` inside the prices replace,
    key by key, those of the tariff from that date on, until a later version brings its own.
    """

    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="versions", verbose_name=_("tariff"))
    effective_from = models.DateField(_("effective from"))
    effective_until = models.DateField(_("last effective day"), null=True, blank=True)
    prices = models.JSONField(_("prices"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("submitted by"),
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    sent_back = models.CharField(_("why it was sent back"), max_length=200, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects: ClassVar = TariffVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("tariff version")
        verbose_name_plural = _("tariff versions")
        ordering = ("tariff", "effective_from")
        permissions = [("approve_tariff", "Can approve a tariff that somebody else made")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("made_by")),
                name="tariff_is_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(submitted_by__isnull=True)
                | ~Q(approved_by=F("submitted_by")),
                name="whoever_submits_a_tariff_does_not_approve_it",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True, submitted_at__isnull=True)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="a_submitted_tariff_has_a_person_and_a_time",
            ),
            models.UniqueConstraint(
                fields=["tariff", "effective_from"], name="tariff_has_one_version_from_a_day"
            ),
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True) | Q(effective_until__gte=F("effective_from")),
                name="tariff_version_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="approved_tariff_versions_do_not_overlap",
                expressions=[
                    ("tariff", RangeOperators.EQUAL),
                    (
                        Func(
                            F("effective_from"),
                            F("effective_until"),
                            models.Value("[]"),
                            function="daterange",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(approved_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff} {self.effective_from}"

    def get_absolute_url(self) -> str:
        return reverse("billing:tariff_version", args=[self.pk])

    def definition(self) -> dict[str, Any]:
        return {"effective_from": self.effective_from.isoformat(), **self.prices}

    @property
    def rules(self) -> dict[str, Any] | None:
        """The rules that this version brings, if it brings any."""
        brought: dict[str, Any] | None = self.prices.get("rules")
        return brought

    def standing_rules(self) -> dict[str, Any]:
        """What this version changes about the rules of its tariff: by its own, or by those before it."""
        return self.rules if self.rules is not None else self.tariff.brought_rules_on(self.effective_from)

    def whole_rules(self) -> dict[str, Any]:
        """The rules that hold on the first day of this version."""
        return {**self.tariff.rules, **self.standing_rules()}
