"""What each district has to recover: harder ones less (domain.md 4.7), approved before the month began."""

import datetime
from decimal import Decimal

from billing.models import RecoveryTarget
from billing.services.recovery_targets import approve_target, propose_target
from config.demo.company import Company
from config.demo.history import History, add_months
from config.demo.visits import at_time

# The base of a month's own bills, and of debts that were overdue when it began.
_BASES = {RecoveryTarget.Kind.CURRENT: Decimal("96.00"), RecoveryTarget.Kind.OLD: Decimal("12.00")}
_DIFFICULTIES = ("1.00", "1.00", "0.98", "0.98", "0.94", "0.94")
_HARDER = Decimal("0.92")
A_WEEK = datetime.timedelta(days=7)


def set_targets(company: Company, history: History) -> None:
    """Targets from the first month of the books on, and a change for the next month that waits for the manager."""
    first = history.runs[0].issued_on.replace(day=1)
    before = at_time(first - A_WEEK, 10)
    for district, difficulty in zip(company.districts, _DIFFICULTIES, strict=True):
        proposer = company.supervisor_of(1 if district.branch_id == company.branches[1].pk else 3)
        for kind, base in _BASES.items():
            target = propose_target(
                district, kind=kind, month=first, base=base, difficulty=Decimal(difficulty),
                reason="按小区新旧和欠费历史核定", by=proposer, at=before,
            )  # fmt: skip
            approve_target(target, by=company.manager, at=before)
    propose_target(
        company.districts[-1],
        kind=RecoveryTarget.Kind.CURRENT,
        month=add_months(history.on, 1),
        base=_BASES[RecoveryTarget.Kind.CURRENT],
        difficulty=_HARDER,
        reason="老旧小区集中，计划下调难度系数",
        by=company.supervisor_of(3),
        at=at_time(history.on - A_WEEK, 10),
    )
