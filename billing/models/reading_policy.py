from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.account import Service


class ReadingPolicy(models.Model):
    """From when on a reading of a service is odd enough for a person to look at it."""

    class Estimate(models.TextChoices):
        USUAL = "USUAL", _("the mean of the usual readings")
        LAST = "LAST", _("as in the last period")

    service = models.CharField(_("service"), max_length=12, choices=Service, unique=True)
    usual_of = models.PositiveSmallIntegerField(
        _("readings that make the usual use"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    high_factor = models.DecimalField(
        _("times the usual use that is odd"), max_digits=5, decimal_places=2, default=Decimal("3.00")
    )
    high_from = models.DecimalField(
        _("units below which no use is odd"), max_digits=12, decimal_places=3, default=Decimal("10")
    )
    zero_times = models.PositiveSmallIntegerField(
        _("readings without any use that are odd"),
        default=3,
        help_text=_("0: never"),
        validators=[MaxValueValidator(12)],
    )
    under_factor = models.DecimalField(
        _("jump after a low reading that means it was read too low, times the usual"),
        max_digits=5,
        decimal_places=2,
        default=Decimal("2.00"),
    )
    estimate_by = models.CharField(
        _("an estimate is proposed from"), max_length=6, choices=Estimate, default=Estimate.USUAL
    )

    class Meta:
        verbose_name = _("rules for odd readings")
        verbose_name_plural = _("rules for odd readings")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(usual_of__gte=1, usual_of__lte=12, zero_times__lte=12),
                name="reading_policy_looks_back_over_at_most_a_year",
            ),
            models.CheckConstraint(
                condition=Q(
                    high_factor__gt=1, high_factor__lte=999, under_factor__gt=1, under_factor__lte=999
                ),
                name="reading_policy_factors_are_above_one",
            ),
            models.CheckConstraint(
                condition=Q(high_from__gte=0, high_from__lte=999999),
                name="reading_policy_high_from_is_a_number",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_service_display())
