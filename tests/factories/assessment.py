"""A month that can be assessed: weights, pools, work at the windows, ratings."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from uuid import uuid4

from django.utils import timezone

from accounts.models import Account, Branch, Staff
from billing.models import Payment
from counters.models import Hall, Shift, Ticket, TicketService, Window
from counters.services.payments import reverse_payment_at_counter, void_payment_at_counter
from counters.services.shifts import close_shift
from service_quality.models import AssessmentRun, PayPool, Rating, Supervision, WorkloadWeight
from service_quality.services.assessment.corrections import ask_correction
from service_quality.services.assessment.inputs import enter_pay_pool
from service_quality.services.assessment.publishing import publish_assessment
from service_quality.services.assessment.runs import run_assessment
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import cash, make_shift, make_window, pay
from tests.factories.matters import make_matter
from tests.hall import Hall as Place

OCTOBER = datetime.date(2026, 10, 1)
# A working day of the month that is assessed, and the morning on which it is.
THAT_DAY = datetime.datetime(2026, 10, 20, 9, 30, tzinfo=timezone.get_default_timezone())
AFTERWARDS = datetime.datetime(2026, 11, 2, 7, 0, tzinfo=timezone.get_default_timezone())
MINUTE = datetime.timedelta(minutes=1)
WEIGHTS = {
    "PAYMENT": "1.00",
    "PREPAYMENT": "0.80",
    "GAS_SALE": "1.50",
    "TICKET_A": "0.20",
    "TICKET_B": "2.00",
}

_numbers = count(1)


def make_weights(**changes: str) -> None:
    WorkloadWeight.objects.bulk_create(
        WorkloadWeight(
            business=code,
            name=f"业务{code[-1]}",
            weight=Decimal(weight),
            effective_from=datetime.date(2026, 1, 1),
        )
        for code, weight in {**WEIGHTS, **changes}.items()
    )


def make_pool(
    amount: str = "6000.00",
    *,
    pool: str = "CASHIER",
    branch: Branch | None = None,
    month: datetime.date = OCTOBER,
) -> PayPool:
    manager = make_staff(role="manager", branch=None)
    return enter_pay_pool(month, pool, Decimal(amount), branch=branch, by=manager, at=THAT_DAY)


def take_payments(cashier: Staff, number: int, *, at: datetime.datetime = THAT_DAY) -> Shift:
    """A shift of a day with so many receipts, closed in the evening."""
    shift = make_shift(cashier, at=at)
    take_more(shift, number, at=at)
    return end_day(shift, at)


def take_more(shift: Shift, number: int, *, at: datetime.datetime = THAT_DAY) -> list[Payment]:
    account = make_account(branch=shift.window.hall.branch)
    return [take_one(shift, account, at) for _ in range(number)]


def take_one(shift: Shift, account: Account, at: datetime.datetime = THAT_DAY) -> Payment:
    return pay(shift, account, [make_bill(account, total="10.00", due_on=at.date())], cash("10.00"), at=at)


def void_one(payment: Payment, shift: Shift, *, at: datetime.datetime = THAT_DAY) -> None:
    void_payment_at_counter(
        payment,
        shift=shift,
        request_id=uuid4(),
        reason="WRONG_AMOUNT",
        note="",
        voided_by=shift.cashier,
        at=at + MINUTE,
    )


def reverse_one(payment: Payment, cashier: Staff, *, at: datetime.datetime) -> None:
    """Undo a payment of a closed shift, in a shift of another day."""
    shift = make_shift(cashier, at=at)
    reverse_payment_at_counter(
        payment,
        shift=shift,
        request_id=uuid4(),
        reason="WRONG_ACCOUNT",
        note="",
        reversed_by=cashier,
        approved_by=make_staff(role="supervisor", branch=shift.window.hall.branch),
        at=at + MINUTE,
    )


def end_day(shift: Shift, at: datetime.datetime = THAT_DAY) -> Shift:
    supervisor = make_staff(role="supervisor", branch=shift.window.hall.branch)
    return close_shift(
        shift,
        pieces={},
        reason="已送存银行",
        approved_by=supervisor,
        closed_by=shift.cashier,
        at=at + 2 * MINUTE,
    )


def finish_tickets(staff: Staff, window: Window, number: int, *, service: str = "B") -> list[Ticket]:
    """Visitors of the queue whom this person served."""
    hall = window.hall
    made, _is_new = TicketService.objects.get_or_create(code=service, defaults={"name": "咨询"})
    return Ticket.objects.bulk_create(
        Ticket(
            hall=hall,
            service=made,
            waits_for=made,
            business_date=THAT_DAY.date(),
            number=next(_numbers),
            issued_at=THAT_DAY,
            place_at=THAT_DAY,
            state=Ticket.State.DONE,
            window=window,
            staff=staff,
            called_at=THAT_DAY + MINUTE,
            ended_at=THAT_DAY + 2 * MINUTE,
        )
        for _ in range(number)
    )


def rate(staff: Staff, tickets: Sequence[Ticket], levels: Sequence[int]) -> None:
    """Customers touch the tablet: one level for each ticket, the rest are not rated."""
    Rating.objects.bulk_create(
        Rating(
            ticket=ticket,
            staff=staff,
            hall=ticket.hall,
            window=ticket.window,
            level=level,
            channel=Rating.Channel.TABLET,
            business_date=ticket.business_date,
            rated_at=THAT_DAY + 3 * MINUTE,
        )
        for ticket, level in zip(tickets, levels, strict=False)
    )


def supervise(hall: Hall, supervisor: Staff) -> Supervision:
    return Supervision.objects.create(hall=hall, supervisor=supervisor)


def make_assessed(place: Place, *, publish: bool = True) -> AssessmentRun:
    """October of the cashier and of the stranger, each in an own hall; the supervisor has the cashier's hall."""
    make_weights()
    for person, number in ((place.cashier, 3), (place.stranger, 1)):
        window = make_window(person.branch, number=9)
        tickets = finish_tickets(person, window, number, service="B")
        rate(person, tickets, [5] * number)
        if person == place.cashier:
            supervise(window.hall, place.supervisor)
    make_pool("1000.00")
    run = run_assessment(OCTOBER, at=AFTERWARDS)
    manager = make_staff(role="manager", branch=None)
    return publish_assessment(OCTOBER, by=manager, at=AFTERWARDS) if publish else run


def assessment_objects(place: Place) -> dict[str, tuple[str, str]]:
    """A published month with a line of the hall and one of elsewhere, a correction of each; and a draft."""
    run = make_assessed(place)
    run_assessment(datetime.date(2026, 9, 1), at=AFTERWARDS)
    lines = [run.lines.get(staff=person) for person in (place.cashier, place.stranger)]
    manager = make_staff(role="manager", branch=None)
    corrections = [
        ask_correction(line.pk, field="complaints", new=Decimal(1), reason="查实", by=manager, at=AFTERWARDS)
        for line in lines
    ]
    return {
        "assessed month": ("2026-10", "2026-09"),
        "assessed year": ("2026", "2025"),
        "assessment line": (str(lines[0].pk), str(lines[1].pk)),
        "assessment correction": (str(corrections[0].pk), str(corrections[1].pk)),
    }


def assess_with_a_complaint() -> AssessmentRun:
    """A month in which a promise to a customer was not kept. The calendars must be there."""
    adviser = make_staff(role="adviser")
    make_weights()
    finish_tickets(adviser, make_window(adviser.branch, number=8), 1)
    make_matter(adviser, at=THAT_DAY)
    make_pool(pool="ADVISER")
    return run_assessment(OCTOBER, at=AFTERWARDS)
