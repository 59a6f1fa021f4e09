"""What was wrong and has been put right in the demo company, and what still waits for a second person."""

from decimal import Decimal

from django.db.models import F

from billing.models import Bill, Reading
from billing.queries.late_charges import debts_on
from billing.services.adjustments import approve_adjustment, propose_adjustment
from billing.services.rebills import RightReading, cancel_and_rebill
from billing.services.waivers import approve_waiver, propose_waiver
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.history import History
from config.demo.visits import at_time

_WAIVED = Decimal("2.00")
_GIVEN, _ASKED = Decimal("-60.00"), Decimal("85.00")


def correct_bills(company: Company, history: History, chance: Chance) -> None:
    """One reading put right and billed again, an adjustment and a waiver decided, and one of each to be decided."""
    now = at_time(history.on, 9)
    _read_again(company, history, chance)
    finance, manager = company.finance, company.manager
    metered = Bill.objects.filter(kind=Bill.Kind.USAGE, state="OPEN", amount__gt=100).order_by("pk")
    for bill, amount, reason, note in zip(
        metered.select_related("account")[:2],
        (_GIVEN, _ASKED),
        ("LEAK", "NOT_BILLED"),
        ("表后暗漏，核减部分水量", "补收上期漏计部分"),
        strict=False,
    ):
        adjustment = propose_adjustment(
            bill.account, bill=bill, amount=amount, component=bill.lines.all()[0].component, reason=reason,
            note=note, proposed_by=finance, at=now,
        )  # fmt: skip
        if amount < 0:
            approve_adjustment(adjustment, approved_by=manager, at=now)
    overdue = Bill.objects.filter(state="OPEN", due_on__lt=history.on, outstanding=F("amount")).order_by("pk")
    growing = [
        debt.bill_id
        for debt in debts_on(list(overdue.select_related("account")[:20]), history.on)
        if debt.late_charge >= _WAIVED
    ]
    for bill, is_decided in zip(
        Bill.objects.filter(pk__in=growing).order_by("pk")[:2], (True, False), strict=False
    ):
        waiver = propose_waiver(
            bill,
            amount=_WAIVED,
            reason="HARDSHIP",
            note="低保户，申请减免违约金",
            proposed_by=finance,
            at=now,
        )
        if is_decided:
            approve_waiver(waiver, approved_by=manager, at=now)


def _read_again(company: Company, history: History, chance: Chance) -> None:
    """A digit was misread: the bill of this month is cancelled and billed again with what the meter really shows."""
    bill = (
        Bill.objects.filter(
            kind=Bill.Kind.USAGE, service="WATER", quantity__range=(8, 80), account__category="RESIDENT",
            issued_on__gt=history.open_from,
        ).order_by("-issued_on", "pk").first()
    )  # fmt: skip
    if bill is None:
        return
    reading = Reading.objects.filter(
        installation__account=bill.account_id, state=Reading.State.ACCEPTED, read_on__lte=bill.period_to
    ).latest("read_on", "id")
    cancel_and_rebill(
        bill, reason="WRONG_READING", note="抄表员看错一位，已复核照片", cancelled_by=company.finance,
        approved_by=company.manager, request_id=chance.uuid(), at=at_time(history.on, 9),
        right=RightReading(reading, reading.value - int(bill.quantity) // 2, reading.rolled_over),
    )  # fmt: skip
