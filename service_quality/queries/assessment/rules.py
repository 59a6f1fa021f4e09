"""The numbers in the formulas: which are in force for a month, and which a run was reckoned by."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from accounts.models.organisation import in_current_language
from service_quality.assessment.quality import QualityRule
from service_quality.models import AssessmentRule, WorkloadWeight

LEVELS = ("level_1", "level_2", "level_3", "level_4", "level_5")


def rule_on(month: datetime.date) -> AssessmentRule:
    """The newest rule of the month; the usual numbers where the company has not set its own."""
    rule = AssessmentRule.objects.filter(effective_from__lte=month).order_by("-effective_from").first()
    return rule or AssessmentRule(effective_from=month)


def weights_on(month: datetime.date) -> dict[str, WorkloadWeight]:
    """By kind of business, the weight that is in force. One query."""
    rows = WorkloadWeight.objects.filter(effective_from__lte=month).order_by("effective_from")
    return {row.business: row for row in rows}


def snapshot_of(rule: AssessmentRule, weights: Mapping[str, WorkloadWeight]) -> dict[str, Any]:
    """What a run keeps of both, so that it can be read and reckoned again whatever changes later."""
    numbers = ("without_ratings", "per_complaint", "per_missed_inquiry")
    return {
        "level_weights": [str(getattr(rule, level)) for level in LEVELS],
        "fewest_ratings": rule.fewest_ratings,
        "few_by_lower_bound": rule.few_by_lower_bound,
        **{number: str(getattr(rule, number)) for number in numbers},
        "weights": {
            code: {"name": one.name, "name_en": one.name_en, "weight": str(one.weight)}
            for code, one in sorted(weights.items())
        },
    }


def quality_rule_of(kept: Mapping[str, Any]) -> QualityRule:
    """The rule that a run keeps, as the formulas want it."""
    return QualityRule(
        level_weights=tuple(map(Decimal, kept["level_weights"])),
        fewest_ratings=kept["fewest_ratings"],
        few_by_lower_bound=kept["few_by_lower_bound"],
        without_ratings=Decimal(kept["without_ratings"]),
        per_complaint=Decimal(kept["per_complaint"]),
        per_missed_inquiry=Decimal(kept["per_missed_inquiry"]),
    )


def business_name(kept: Mapping[str, Any], code: str) -> str:
    """What a kind of business is called in the run that counted it."""
    one = kept["weights"].get(code, {})
    return in_current_language(one.get("name", code), one.get("name_en", ""))
