"""Two days at a hall that leave every kind of row behind: what the books are proved on."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

from accounts.models import Account, Branch, Staff
from accounts.services.account_states import suspend_account
from accounts.services.districts import give_district
from billing.models import Bill, Payment
from billing.services.arrears.write_offs import approve_write_off, propose_write_off, recover_write_off
from billing.services.bill_run import run_billing
from billing.services.business_days import close_business_day
from billing.services.donations import approve_grant, propose_grant
from billing.services.meter_tests import record_meter_test
from billing.services.period_closes import close_period
from billing.services.receipts import print_receipt
from counters.models import Shift
from counters.services.diary import write_diary
from counters.services.payments import reverse_payment_at_counter, void_payment_at_counter
from counters.services.shifts import close_shift, expected_cash
from counters.services.visits import finish_ticket
from service_quality.models import Attachment
from service_quality.services.assessment.publishing import publish_assessment
from service_quality.services.card_books import make_card_book
from service_quality.services.ratings import rate_by_receipt
from tests.billing.arrears.reaching import reach_a_debtor
from tests.billing.correcting import make_corrections
from tests.billing.heating_days import live_a_heating_season
from tests.billing.metering import make_tariff, make_water_account
from tests.counters.gas_days import sell_gas_for_a_day
from tests.factories.accounts import make_account, make_branch, make_customer, make_district, make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.assessment import AFTERWARDS, OCTOBER, assess_with_a_complaint
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, make_shift, pay, pos
from tests.factories.donations import make_donation, take_back
from tests.factories.matters import make_matter
from tests.factories.queue import call, open_for, take_ticket
from tests.factories.recovery import make_target

FRIDAY = MORNING - datetime.timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Days:
    closed: Shift
    open: Shift
    supervisor: Staff
    account: Account
    voided: Payment
    reversed: Payment
    standing: Payment


def make_days() -> Days:
    """Friday is counted short and its books are closed; on Monday the hall is at work."""
    branch = make_branch()
    supervisor = make_staff(role="supervisor", branch=branch)
    close_short(sell_gas_for_a_day(branch, supervisor, FRIDAY), "0.00")
    friday = make_shift(make_staff(branch=branch), at=FRIDAY)
    make_late_charge_rule(service="HEAT")

    wang = make_customer()
    heat, neighbour = make_account(customer=wang, branch=branch), make_account(branch=branch)
    overdue = make_bill(heat, total="50.00", due_on=datetime.date(2026, 10, 31))
    current, theirs = make_bill(heat, total="100.00"), make_bill(neighbour, total="80.00")
    pay(friday, heat, [overdue], pos("52.00"), at=FRIDAY)
    several = pay(friday, heat, [overdue, current, theirs], cash("200.00"), at=FRIDAY)

    saver = make_account(branch=branch)
    bill = make_bill(saver, total="60.00")
    pay(friday, saver, [], cash("40.00"), keep_as_credit=True, at=FRIDAY)
    wrong = pay(friday, saver, [bill], cash("10.00"), at=FRIDAY)
    void_payment_at_counter(
        wrong,
        shift=friday,
        request_id=uuid4(),
        reason="WRONG_AMOUNT",
        note="",
        voided_by=friday.cashier,
        at=FRIDAY,
    )
    pay(friday, saver, [bill], at=FRIDAY)
    friday = close_short(friday, "5.00")
    finance = make_staff(role="finance", branch=branch)
    close_business_day(FRIDAY.date(), closed_by=finance, at=MORNING)

    monday = make_shift(make_staff(branch=branch))
    reverse_payment_at_counter(
        several,
        shift=monday,
        request_id=uuid4(),
        reason="WRONG_ACCOUNT",
        note="",
        reversed_by=monday.cashier,
        approved_by=supervisor,
        at=MORNING,
    )
    print_receipt(several.receipt, printed_by=monday.cashier, at=MORNING)
    suspend_account(saver, reason="外出过冬", actor=supervisor, at=MORNING)
    standing = serve_with_a_number(monday, neighbour, theirs)
    water = make_water_account(branch=branch, readings={"2026-11-20": "40"})
    make_tariff(branch=branch)
    pay(monday, water, [], cash("20.00"), keep_as_credit=True)
    run = run_billing(
        service="WATER",
        period="2026-11",
        issued_on=MORNING.date(),
        branch=branch,
        started_by=finance,
        at=MORNING,
    )
    record_meter_test(
        water,
        tested_on=FRIDAY.date(),
        laboratory="市计量检定所",
        certificate_no="JL-2026-0001",
        error_percent=Decimal("5"),
        tolerance_percent=Decimal("2"),
        by=supervisor,
        at=MORNING,
    )
    assert Bill.objects.filter(account=water, outstanding="117.20").exists()
    make_corrections(monday, finance, supervisor)
    write_off_debts(branch, finance, supervisor, monday)
    close_period(run, closed_by=finance, at=MORNING)
    live_a_heating_season(make_branch())
    ship_calendars()
    reach_a_debtor(make_branch())
    assess_with_a_complaint()
    publish_assessment(OCTOBER, by=make_staff(role="manager"), at=AFTERWARDS)
    rate_the_day(monday, standing, supervisor)
    matter = make_matter(supervisor)
    Attachment.objects.create(
        matter=matter, path="matters/valve.png", caption="阀门", size=1, added_at=MORNING
    )
    divide_a_branch(branch, supervisor)
    give_to_a_household(branch, finance, supervisor)
    return Days(friday, monday, supervisor, heat, wrong, several, standing)


def rate_the_day(shift: Shift, payment: Payment, supervisor: Staff) -> None:
    """A customer was not pleased, and cards are printed for others."""
    rate_by_receipt(payment, level=2, at=MORNING)
    make_card_book(shift.window.hall, sheets=1, by=supervisor, at=MORNING)


def serve_with_a_number(shift: Shift, account: Account, bill: Bill) -> Payment:
    """Somebody takes a number, is called and pays; afterwards the clerk writes a line into the diary."""
    hall = shift.window.hall
    open_for(shift.window, "A")
    take_ticket(hall)
    called = call(shift)
    assert called
    payment = pay(shift, account, [bill], cash("30.00"), pos("50.00", "032611230002"))
    finish_ticket(called, shift=shift, by=shift.cashier, at=MORNING)
    write_diary(kind="PRAISE", text="用户说谢谢", by=shift.cashier, at=MORNING)
    return payment


def divide_a_branch(branch: Branch, supervisor: Staff) -> None:
    """A district with a collector and a target that waits."""
    district = make_district(branch=branch)
    give_district(district, owner=make_staff(role="collector", branch=branch), by=supervisor, at=MORNING)
    make_target(district)


def give_to_a_household(branch: Branch, finance: Staff, supervisor: Staff) -> None:
    """A donor's money: a part is given to a bill, a part is proposed, the rest lies in the pot.

    It had been entered wrongly first, and was taken back.
    """
    take_back(make_donation(branch, by=supervisor), supervisor, finance)
    donation = make_donation(branch, by=supervisor)
    for decided in (True, False):
        bill = make_bill(make_account(branch=branch), total="60.00", due_on=datetime.date(2026, 11, 1))
        grant = propose_grant(
            donation, bill, amount=Decimal("50.00"), reason="低保户", by=supervisor, at=MORNING
        )
        if decided:
            approve_grant(grant, by=finance, at=MORNING)


def write_off_debts(branch: Branch, finance: Staff, supervisor: Staff, shift: Shift) -> None:
    """Three debts of long ago: one waits, one is written off, one is written off, taken back and paid."""
    manager = make_staff(role="manager", branch=branch)
    for number in range(3):
        account = make_account(branch=branch)
        bill = make_bill(account, total="70.00", due_on=datetime.date(2022, 11, 30))
        lost = propose_write_off(
            bill, kind="BAD", reason="DEMOLISHED", note="查无下落", proposed_by=finance, at=MORNING
        )
        if number:
            approve_write_off(lost, approved_by=supervisor, at=MORNING)
            lost = approve_write_off(lost, approved_by=manager, at=MORNING)
        if number == 2:
            recover_write_off(lost, recovered_by=shift.cashier, at=MORNING)
            pay(shift, account, [bill], cash("100.00"))


def close_short(shift: Shift, short: str, at: datetime.datetime = FRIDAY) -> Shift:
    """Count the drawer so much short of what it should hold, with a reason."""
    left = expected_cash(shift) - Decimal(short)
    return close_shift(
        shift,
        pieces=pieces_of(left),
        reason="找零时多付" if Decimal(short) else "",
        approved_by=None,
        closed_by=shift.cashier,
        at=at,
    )


def pieces_of(amount: Decimal) -> dict[Decimal, int]:
    """The fewest notes and coins that make the amount, which must end on a whole jiao."""
    pieces = {}
    for denomination in ("100", "50", "20", "10", "5", "1", "0.5", "0.1"):
        pieces[Decimal(denomination)], amount = divmod(amount, Decimal(denomination))
    assert amount == 0
    return {denomination: int(count) for denomination, count in pieces.items()}
