"""The year in which a heating company got 7,000,000 yuan of old debts back: 5,000 calls, 20,000 messages, 8,000
notices, 8,000 lines for the valve. ARREARS_YEAR=1 plays the whole of it, otherwise a hundredth."""

import datetime
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Account, Branch, Staff
from accounts.models.account import Category
from billing.models import ArrearsCase, Bill, CaseStep, Letter, LetterRun, Message, SupplyOrder
from billing.policy_file import SHIPPED, read_policy_file
from billing.printing import set_letters
from billing.queries.arrears.year import YearRows, year_figures
from billing.queries.recovery import recovery_by_district
from billing.sending import send_messages
from billing.services.arrears.contacts import record_call
from billing.services.arrears.daily_run import run_arrears
from billing.services.arrears.letter_deliveries import record_delivery
from billing.services.arrears.letters import letter_steps, make_letters
from billing.services.arrears.mailings import queue_messages
from billing.services.arrears.message_reports import record_report
from billing.services.arrears.policy_import import import_policies
from billing.services.arrears.queueing import queue_step_messages
from billing.sms.file import FileGateway
from billing.sms.gateway import Fate, Finding
from config.demo.planner import plans_for_unknown_tables
from counters.models import Shift
from tests.counters.rows import broken_invariants
from tests.factories.accounts import (
    make_account,
    make_branch,
    make_customer,
    make_district,
    make_premises,
    make_staff,
)
from tests.factories.arrears import ship_calendars
from tests.factories.billing import make_bill
from tests.factories.counters import cash, make_shift, pay

IS_FULL = bool(os.environ.get("ARREARS_YEAR"))
# The locks of eight thousand payments are too many for one transaction.
pytestmark = pytest.mark.django_db(transaction=IS_FULL)

PART = 1 if IS_FULL else 100
HOUSEHOLDS, UNITS, CALLS, MESSAGES = 5_000 // PART, 3_000 // PART, 5_000 // PART, 20_000 // PART
DEBTORS = HOUSEHOLDS + UNITS
OWED = Decimal("875.00")
RECOVERED = OWED * DEBTORS
DUE = datetime.date(2026, 3, 31)
A_DAY = datetime.timedelta(days=1)


def morning(days: int) -> datetime.datetime:
    """Nine o'clock so many days after the bills were due."""
    day = DUE + days * A_DAY
    return datetime.datetime(day.year, day.month, day.day, 9, tzinfo=timezone.get_default_timezone())


class Company:
    """Who owes, and who goes after it."""

    def __init__(self, file: Path) -> None:
        self.branch: Branch = make_branch()
        self.district = make_district(branch=self.branch)
        self.collector: Staff = make_staff(role="collector", branch=self.branch)
        self.supervisor: Staff = make_staff(role="supervisor", branch=self.branch)
        self.gateway, self.file = FileGateway(file), file
        import_policies(
            read_policy_file(SHIPPED), made_by=make_staff(role="finance"), approved_by=make_staff(role="manager"),
            at=morning(-200),
        )  # fmt: skip
        ship_calendars()
        self.bills = [self._debtor(number) for number in range(DEBTORS)]

    def _debtor(self, number: int) -> Bill:
        account = make_account(
            customer=make_customer(phones=[f"139{number:08}"]),
            premises=make_premises(
                district=self.district, building=str(number // 60 + 1), unit=str(number // 12 % 5 + 1),
                room=f"{number % 12 // 2 + 1}0{number % 2 + 1}",
            ),
            category=Category.RESIDENT if number < HOUSEHOLDS else Category.NONRESIDENT,
        )  # fmt: skip
        return make_bill(account, total=str(OWED), due_on=DUE)

    def runs(self, days: int) -> None:
        at = morning(days)
        assert run_arrears(at.date(), at=at.replace(hour=6)) is not None

    def sends(self, days: int) -> None:
        """Everything that waits leaves, and the telephones report it."""
        at = morning(days)
        queue_step_messages(at=at)
        send_messages(self.gateway, worker="story", clock=lambda: at)
        for message in Message.objects.filter(state="SENT"):
            record_report(message.pk, Finding(Fate.DELIVERED, message.gateway_id), at=at)

    def reminds(self, days: int, how_many: int) -> None:
        ids = [bill.account_id for bill in self.bills[:how_many]]
        queue_messages(ids, template="arrears_sms", at=morning(days), by=self.collector)
        self.sends(days)

    def calls(self, days: int) -> None:
        steps = CaseStep.objects.filter(state="DUE", rule__channel="CALL").order_by("pk")
        for number, step in enumerate(islice(steps, CALLS)):
            record_call(
                step.pk, result="REFUSED", recording=f"R{number:06}", request_id=uuid4(), at=morning(days),
                by=self.collector,
            )  # fmt: skip

    def prints_and_delivers(self, days: int) -> None:
        at = morning(days)
        steps = (
            letter_steps(self.collector).filter(rule__template="demand_letter").values_list("pk", flat=True)
        )
        mailing = make_letters(steps, template="demand_letter", at=at, by=self.collector)
        set_letters(clock=lambda: at)
        assert LetterRun.objects.get(mailing=mailing).state == "READY"
        for letter in Letter.objects.filter(mailing=mailing).select_related("mailing", "account"):
            record_delivery(
                letter, kind="SIGNED", delivered_at=at, reference="本人", at=at, by=self.collector
            )

    def is_paid(self, days: int) -> None:
        at = morning(days)
        shift: Shift = make_shift(make_staff(branch=self.branch), at=at)
        for bill in self.bills:
            pay(shift, bill.account, [bill], cash(str(OWED)), at=at)


def figures() -> dict[str, Any]:
    return {one.kind: one.total for one in year_figures(None, 2026)}


@pytest.fixture(autouse=True)
def unknown_tables(db: None) -> Iterator[None]:
    """A year whose tables nobody has analysed when it begins."""
    with plans_for_unknown_tables():
        yield


def test_a_year_of_urging_brings_the_old_debts_back(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    company = Company(tmp_path / "sms.jsonl")

    company.runs(6)
    company.sends(6)
    company.reminds(8, DEBTORS)
    company.reminds(10, MESSAGES - 2 * DEBTORS)
    company.runs(13)
    company.calls(13)
    company.runs(21)
    company.prints_and_delivers(21)
    company.runs(36)

    lines = SupplyOrder.objects.filter(kind="RESTRICT", state="PROPOSED")
    assert lines.count() == DEBTORS
    company.is_paid(37)

    assert figures() == {
        "calls": CALLS, "messages": MESSAGES, "notices": DEBTORS, "lines": DEBTORS, "recovered": RECOVERED,
    }  # fmt: skip
    sent = [json.loads(line)["key"] for line in company.file.read_text(encoding="utf-8").splitlines()]
    assert (len(sent), len(set(sent))) == (MESSAGES, MESSAGES)
    assert not ArrearsCase.objects.filter(state="OPEN").exists()
    assert not SupplyOrder.objects.exclude(state="CANCELLED").exists()
    assert not Account.objects.exclude(state="ACTIVE").exists()
    (district,) = (one for one in recovery_by_district([company.branch.pk], datetime.date(2026, 5, 1)))
    assert (district.old.due, district.old.received, district.old.rate) == (
        RECOVERED,
        RECOVERED,
        Decimal(100),
    )
    rows = YearRows("lines", [company.branch.pk], datetime.date(2026, 1, 1), datetime.date(2027, 1, 1))
    assert len(rows) == DEBTORS
    assert len(rows[0:10]) == 10
    written = StringIO()
    call_command("arrears_year", "2026", stdout=written)
    assert str(RECOVERED) in written.getvalue()
    assert broken_invariants() == []
