"""One case as its page and its paper show it: every rung with what became of it, what is owed, what holds it."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from billing.models import ArrearsCase, ArrearsHold, Bill, CaseStep, Message, PolicyStep, SupplyOrder
from billing.money import NO_MONEY
from billing.queries.arrears.holds import holds_everything, holds_of
from billing.queries.arrears.limitation import WARNED_DAYS, limitations_of
from billing.queries.arrears.unsent import reason_in_words
from billing.queries.late_charges import debts_on

State = CaseStep.State
TONES = {
    State.PROPOSED: "wait",
    State.DUE: "wait",
    State.SENT: "wait",
    State.DONE: "done",
    State.FAILED: "late",
    State.CANCELLED: "",
}


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message, and why it did not go out."""

    message: Message
    reason: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step, the colour of its state, and its messages."""

    step: CaseStep
    tone: str
    messages: list[MessageRow]


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the policy, and what was done for it in this case, oldest first."""

    rule: PolicyStep
    steps: list[StepRow]
    is_done: bool
    is_next: bool
    # The first day on which it may be raised; None until the step before is delivered.
    not_before: datetime.date | None


@dataclass(frozen=True, slots=True)
class CaseBill:
    bill: Bill
    late_charge: Decimal
    lapses_on: datetime.date | None
    is_lapsing: bool

    @property
    def owed(self) -> Decimal:
        owed: Decimal = self.bill.outstanding + self.late_charge
        return owed


def rungs_of(case: ArrearsCase, oldest_due_on: datetime.date | None) -> list[Rung]:
    """The whole ladder of the case. Two queries and one for each thing that hangs on a step."""
    steps: dict[int, list[StepRow]] = {}
    for step in _steps_of(case):
        messages = [MessageRow(one, reason_in_words(one.error)) for one in step.messages.all()]
        steps.setdefault(step.position, []).append(StepRow(step, TONES[State(step.state)], messages))
    return [
        Rung(
            rule,
            steps.get(rule.position, []),
            rule.position <= case.level,
            rule.position == case.level + 1 and case.state == ArrearsCase.State.OPEN,
            _not_before(case, rule, oldest_due_on),
        )
        for rule in case.version.steps.order_by("position")
    ]


def bills_of(case: ArrearsCase, on: datetime.date) -> list[CaseBill]:
    """The open bills that are overdue, oldest first, with late charge and limitation of the day."""
    bills = list(
        Bill.objects.open()
        .due_before(on)
        .filter(account_id=case.account_id)
        .select_related("account")
        .oldest_first()
    )
    limits = limitations_of([case.account_id], on)
    warned = on + datetime.timedelta(days=WARNED_DAYS)
    found = []
    for bill, debt in zip(bills, debts_on(bills, on), strict=True):
        lapses_on = limits[bill.pk].lapses_on if bill.pk in limits else None
        found.append(
            CaseBill(bill, debt.late_charge, lapses_on, lapses_on is not None and lapses_on <= warned)
        )
    return found


def what_holds(case: ArrearsCase, on: datetime.date) -> dict[str, Any]:
    """The kinds that hold the account now, whether they hold the whole ladder, and the rows behind them."""
    kinds = holds_of([case.account_id], on).get(case.account_id, [])
    holds = (
        ArrearsHold.objects.filter(account_id=case.account_id)
        .select_related("made_by", "lifted_by")
        .prefetch_related("promises")
        .order_by("-pk")
    )
    return {
        "kinds": [ArrearsHold.Kind(kind).label for kind in kinds],
        "is_whole": holds_everything(kinds),
        "rows": [_hold_row(hold, on) for hold in holds],
    }


def total_of(bills: list[CaseBill]) -> Decimal:
    return sum((one.owed for one in bills), NO_MONEY)


def _steps_of(case: ArrearsCase) -> list[CaseStep]:
    orders = SupplyOrder.objects.select_related("proposed_by", "decided_by", "worker", "done_by")
    return list(
        case.steps.select_related("approved_by", "proposed_by")
        .prefetch_related("proofs__recorded_by", "messages", "attempts__by", Prefetch("orders", orders))
        .order_by("position", "pk")
    )


def _not_before(
    case: ArrearsCase, rule: PolicyStep, oldest_due_on: datetime.date | None
) -> datetime.date | None:
    if rule.position != case.level + 1:
        return None
    since = case.reached_on or oldest_due_on
    return since + datetime.timedelta(days=rule.min_days) if since else None


def _hold_row(hold: ArrearsHold, on: datetime.date) -> dict[str, Any]:
    is_over = hold.lifted_at is not None or (hold.ends_on is not None and hold.ends_on < on)
    by_money = hold.kind in (ArrearsHold.Kind.PROMISE, ArrearsHold.Kind.INSTALMENTS)
    return {
        "hold": hold,
        "is_over": is_over,
        "may_be_lifted": not is_over and not by_money,
        "promises": list(hold.promises.all()),
    }
