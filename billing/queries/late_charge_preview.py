"""What being late costs under a rule, before and after it: bills that everybody can recompute."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from billing.models import LateChargeRule
from billing.rating import compile_late_charge
from billing.rating.late_charge import late_charge

_BILLS = (("resident", Decimal("100.00")), ("non_resident", Decimal("1000.00")))
_DAYS_LATE = (1, 30, 90, 400)


@dataclass(frozen=True, slots=True)
class LateExample:
    """A bill of an amount that is paid so many days late."""

    is_resident: bool
    amount: Decimal
    days: int
    before: Decimal | None
    after: Decimal
    sentence_zh: str
    sentence_en: str

    @property
    def is_dearer(self) -> bool:
        return self.before is not None and self.after > self.before

    @property
    def is_cheaper(self) -> bool:
        return self.before is not None and self.after < self.before


def rule_before(rule: LateChargeRule) -> LateChargeRule | None:
    """The rule that bills due on the first day of this one would have had without it."""
    approved = LateChargeRule.objects.approved().filter(service=rule.service).exclude(pk=rule.pk)
    for branch_id in dict.fromkeys((rule.branch_id, None)):
        found: LateChargeRule | None = (
            approved.filter(branch=branch_id, effective_from__lte=rule.effective_from)
            .order_by("-effective_from")
            .first()
        )
        if found is not None:
            return found
    return None


def late_examples(rule: LateChargeRule) -> list[LateExample]:
    earlier = rule_before(rule)
    new = compile_late_charge(rule.terms)
    old = compile_late_charge(earlier.terms) if earlier is not None else None
    due_on = rule.effective_from
    examples = []
    for category, amount in _BILLS:
        for days in _DAYS_LATE:
            paid_on = due_on + datetime.timedelta(days=days)
            after = late_charge(new, amount, due_on, paid_on, category=category)
            before = late_charge(old, amount, due_on, paid_on, category=category) if old else None
            examples.append(
                LateExample(
                    category == "resident",
                    amount,
                    days,
                    before.penalty if before else None,
                    after.penalty,
                    after.sentence_zh,
                    after.sentence_en,
                )
            )
    return examples
