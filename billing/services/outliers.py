"""Bills that somebody should look at before they are published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.money import to_money
from billing.services.bill_drafts import BillDraft

# The limits of the readers' own review (three times the usual use), so that both find the same accounts.
TIMES = 3
# Nobody is astonished by a bill of 9 yuan after one of 2.
SMALLEST_DIFFERENCE = Decimal("20.00")
# Above it a bill is looked at whatever the account paid before: a new account has no usual amount.
LIMITS: Mapping[str, Decimal] = {
    "RESIDENT": Decimal("5000.00"),
    "RESIDENT_SHARED": Decimal("20000.00"),
}
OTHER_LIMIT = Decimal("200000.00")


@dataclass(frozen=True, slots=True)
class Outlier:
    account_id: int
    code: str
    amount: Decimal
    usual: Decimal | None
    params: Mapping[str, str]


def outliers_among(
    drafts: Sequence[BillDraft], usual: Mapping[int, Decimal], categories: Mapping[int, str]
) -> list[Outlier]:
    """`usual` is the mean of the last bills by account, `categories` the category of use."""
    found = []
    for draft in drafts:
        mean = usual.get(draft.account_id)
        limit = LIMITS.get(categories[draft.account_id], OTHER_LIMIT)
        code = _code(draft.total, mean, limit)
        if code:
            mean = None if mean is None else to_money(mean)
            params = {"amount": str(draft.total), "usual": str(mean or ""), "limit": str(limit)}
            found.append(Outlier(draft.account_id, code, draft.total, mean, params))
    return found


def _code(amount: Decimal, usual: Decimal | None, limit: Decimal) -> str:
    if usual is not None and abs(amount - usual) >= SMALLEST_DIFFERENCE:
        if not amount:
            return "zero"
        if amount > usual * TIMES:
            return "high"
        if amount * TIMES < usual:
            return "low"
    return "limit" if amount > limit else ""
