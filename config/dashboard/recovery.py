"""What came in of what was due this month, by district and against its target: bills of the month and old debts apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models.organisation import in_current_language
from billing.money import NO_MONEY
from billing.queries.recovery import Recovery, recovery_by_district
from billing.recovery_rates import rate_of
from config.dashboard.scope import Scope, page

REACHED = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One bar: the rate, the target it is held against, and the bills behind it."""

    label: str
    rate: Decimal | None
    target: Decimal | None
    received: Decimal
    due: Decimal
    url: str
    tone: str

    @property
    def width(self) -> int:
        """Of a bar that is 100 wide."""
        return round(min(max(self.rate or NO_MONEY, NO_MONEY), Decimal(100)))

    @property
    def mark(self) -> int | None:
        return None if self.target is None else round(min(self.target, Decimal(100)))


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    owner: str
    current: Part
    old: Part


def recovery_of(scope: Scope) -> list[Row]:
    """The districts of the branch, or of the company; the one that is furthest behind its target first. One query."""
    branches = None if scope.branch_id is None else [scope.branch_id]
    month = f"{scope.today:%Y-%m}"
    found = sorted(recovery_by_district(branches, scope.today), key=lambda one: _behind(one.current))
    return [
        Row(
            in_current_language(one.name, one.name_en),
            in_current_language(one.owner_name, one.owner_name_en),
            _part(_("current"), one.current, _bills(one.code, "CURRENT", month)),
            _part(_("old debts"), one.old, _bills(one.code, "OLD", month)),
        )
        for one in found
    ]


def whole(rows: Iterable[Row]) -> Part:
    """All districts together; a sum of targets is none."""
    parts = [row.current for row in rows]
    due = sum((part.due for part in parts), NO_MONEY)
    received = sum((part.received for part in parts), NO_MONEY)
    return Part("", rate_of(received, due), None, received, due, page("billing:recovery"), "")


def _part(label: str, part: Recovery, url: str) -> Part:
    reached = part.achievement
    tone = "" if reached is None else "done" if reached >= REACHED else "late"
    return Part(label, part.rate, part.target, part.received, part.due, url, tone)


def _bills(code: str, kind: str, month: str) -> str:
    return f"{reverse('billing:recovery_bills', args=[code])}?kind={kind}&month={month}"


def _behind(part: Recovery) -> Decimal:
    return part.achievement if part.achievement is not None else Decimal("Infinity")
