from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch
from accounts.models.account import Service
from accounts.models.organisation import in_current_language


class Tariff(models.Model):
    """A price decision for one service: its rules, and dated versions of its prices.

    Rules and versions are kept in the JSON form that docs/formats.md describes.
    """

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
        ]

    def __str__(self) -> str:
        return in_current_language(self.name, self.name_en)

    def definition(self) -> dict[str, Any]:
        """The whole tariff as one document for the rating engine, approved versions only."""
        approved = self.versions.filter(approved_by__isnull=False).order_by("effective_from")
        return {**self.rules, "versions": [version.definition() for version in approved]}


class TariffVersion(models.Model):
    """The prices of a tariff from one date on. An approved version is never edited."""

    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="versions", verbose_name=_("tariff"))
    effective_from = models.DateField(_("effective from"))
    effective_until = models.DateField(_("last effective day"), null=True, blank=True)
    prices = models.JSONField(_("prices"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

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

    def definition(self) -> dict[str, Any]:
        return {"effective_from": self.effective_from.isoformat(), **self.prices}
