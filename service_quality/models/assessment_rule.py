from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import in_current_language
from billing.models.amount import MoneyField, at_least
from billing.money import NO_MONEY

HUNDRED = Decimal("100.00")


class PercentField(models.DecimalField):  # type: ignore[type-arg]
    """A number from 0 to 100 with two decimals; its model has the constraint."""

    default_validators: ClassVar = [MinValueValidator(0), MaxValueValidator(HUNDRED)]

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = 5, 2
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


def percent(*columns: str) -> Q:
    """Each column holds a number from 0 to 100."""
    condition = Q()
    for column in columns:
        condition &= Q(**{f"{column}__gte": 0, f"{column}__lte": HUNDRED})
    return condition


class AssessmentRule(models.Model):
    """What the numbers in the formulas of the month and the year are, from a month on (domain.md 4.2 to 4.5)."""

    effective_from = models.DateField(_("effective from"), unique=True)
    level_1 = PercentField(_("weight of very dissatisfied"), default=Decimal("0.00"))
    level_2 = PercentField(_("weight of dissatisfied"), default=Decimal("30.00"))
    level_3 = PercentField(_("weight of fairly satisfied"), default=Decimal("60.00"))
    level_4 = PercentField(_("weight of satisfied"), default=Decimal("80.00"))
    level_5 = PercentField(_("weight of very satisfied"), default=Decimal("100.00"))
    fewest_ratings = models.PositiveSmallIntegerField(_("ratings that speak for one person"), default=30)
    few_by_lower_bound = models.BooleanField(
        _("fewer ratings count by their lower bound, not by the mean of the hall"), default=False
    )
    without_ratings = PercentField(_("satisfaction where nobody rated"), default=Decimal("80.00"))
    per_complaint = PercentField(_("taken away for an upheld complaint"), default=Decimal("5.00"))
    per_missed_inquiry = PercentField(
        _("taken away for an inquiry not kept in time"), default=Decimal("2.00")
    )
    environment = PercentField(_("weight of the hall environment"), default=Decimal("20.00"))
    service = PercentField(_("weight of the service"), default=Decimal("20.00"))
    norms = PercentField(_("weight of the norms"), default=Decimal("20.00"))
    skill = PercentField(_("weight of the skills"), default=Decimal("20.00"))
    workload = PercentField(_("weight of the workload"), default=Decimal("20.00"))
    rewarded_share = PercentField(_("rewarded teams, percent"), default=Decimal("30.00"))
    excluded_share = PercentField(_("teams excluded by complaints, percent"), default=Decimal("30.00"))
    reward = MoneyField(_("reward of a team"), default=Decimal("2000.00"))

    class Meta:
        verbose_name = _("assessment rule")
        verbose_name_plural = _("assessment rules")
        ordering = ("-effective_from",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=percent(
                    "level_1",
                    "level_2",
                    "level_3",
                    "level_4",
                    "level_5",
                    "without_ratings",
                    "per_complaint",
                    "per_missed_inquiry",
                    "rewarded_share",
                    "excluded_share",
                ),
                name="assessment_rule_is_in_percent",
            ),
            models.CheckConstraint(
                condition=percent("environment", "service", "norms", "skill", "workload")
                & Q(
                    environment=HUNDRED
                    - models.F("service")
                    - models.F("norms")
                    - models.F("skill")
                    - models.F("workload")
                ),
                name="weights_of_the_items_sum_to_a_hundred",
            ),
            models.CheckConstraint(condition=at_least("reward", NO_MONEY), name="team_reward_is_money"),
        ]

    def __str__(self) -> str:
        return str(self.effective_from)


class WorkloadWeight(models.Model):
    """How much one piece of a kind of business counts as work, from a month on."""

    business = models.CharField(_("business"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2)
    effective_from = models.DateField(_("effective from"))

    class Meta:
        verbose_name = _("weight of work")
        verbose_name_plural = _("weights of work")
        ordering = ("business", "-effective_from")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["business", "effective_from"], name="business_has_one_weight_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=0, weight__lte=100), name="weight_of_work_is_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{in_current_language(self.name, self.name_en)} × {self.weight}"
