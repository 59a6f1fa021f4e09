"""A payment hall on one morning: the people, accounts and bills that the tests of pages and endpoints share."""

import datetime
import json
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, AuditEntry, Branch, Staff
from accounts.models.account import Category, Service
from billing.models import Allocation, Bill, Deposit, Payment, Posting, Receipt, Reversal, Tender
from counters.models import Shift, TillEntry
from counters.services.shifts import close_shift
from tests.factories.accounts import (
    make_account,
    make_branch,
    make_customer,
    make_district,
    make_premises,
    make_staff,
)
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, make_shift

if TYPE_CHECKING:
    # What the test client answers: a response that also has json().
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

WRITTEN_BY_A_PAYMENT: tuple[Any, ...] = (
    Payment, Tender, Allocation, Deposit, Posting, Receipt, Reversal, TillEntry, AuditEntry,
)  # fmt: skip
TODAY = MORNING.date()
PASSWORD = "a long enough secret"
# It stands in the other branch's rows, and must stand on no page of this one.
CANARY = "CANARY"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the doors' clock at a working morning: every look at it is a millisecond later than the last."""
    ticks = count()
    monkeypatch.setattr(timezone, "now", lambda: MORNING + datetime.timedelta(milliseconds=next(ticks)))


@dataclass(frozen=True)
class Hall:
    """What `cashier` sees, and what only `stranger` of another branch sees."""

    branch: Branch
    cashier: Staff
    colleague: Staff
    supervisor: Staff
    stranger: Staff
    shift: Shift
    account: Account
    bill: Bill
    foreign_account: Account
    foreign_bill: Bill


@pytest.fixture
def hall(clock: None) -> Hall:
    return make_hall()


def make_hall() -> Hall:
    """One open shift, one account that owes an overdue 100.00, and the same in another branch."""
    branch, elsewhere = make_branch(name="第一营业部"), make_branch(name=f"{CANARY} branch")
    cashier = make_staff(branch=branch, name="张桂兰", password=PASSWORD)
    stranger = make_staff(branch=elsewhere, name=f"{CANARY} cashier", password=PASSWORD)
    make_late_charge_rule()
    account = make_account(
        customer=make_customer(name="王淑英", phones=["13800001234"]),
        premises=make_premises(district=make_district(branch=branch)),
        service=Service.WATER,
        category=Category.RESIDENT,
        billed_area=None,
    )
    foreign_account = make_account(
        customer=make_customer(name=f"{CANARY} customer", phones=["13900005678"]),
        premises=make_premises(district=make_district(branch=elsewhere), community=f"{CANARY} court"),
        service=Service.WATER,
        billed_area=None,
    )
    return Hall(
        branch=branch,
        cashier=cashier,
        colleague=make_staff(branch=branch, name="李秀梅", password=PASSWORD),
        supervisor=make_staff(role="supervisor", branch=branch, name="林国庆", password=PASSWORD),
        stranger=stranger,
        shift=make_shift(cashier),
        account=account,
        bill=make_bill(account, total="100.00", due_on=TODAY - datetime.timedelta(days=8)),
        foreign_account=foreign_account,
        foreign_bill=make_bill(foreign_account, total="66.66", due_on=TODAY),
    )


def signed_in(staff: Staff, **options: Any) -> Client:
    """A browser of this person; an unexpected error is an answer with status 500, as a browser sees it."""
    client = Client(raise_request_exception=False, **options)
    client.force_login(staff)
    return client


def body_for(hall: Hall, **changes: Any) -> dict[str, Any]:
    """What the counter's script sends: the account's bill and its late charge, paid with 200.00 in cash."""
    return {
        "request_id": str(uuid4()),
        "account_no": hall.account.account_no,
        "bills": [hall.bill.pk],
        "tenders": [{"method": "CASH", "amount": "200.00", "reference": ""}],
        "keep_change_as_credit": False,
        **changes,
    }


def form_for(hall: Hall, **changes: Any) -> dict[str, Any]:
    """What the payment form sends without a script."""
    return {
        "request_id": str(uuid4()),
        "account": hall.account.account_no,
        "bills": [str(hall.bill.pk)],
        "method_1": "CASH",
        "amount_1": "200.00",
        "reference_1": "",
        "method_2": "",
        "amount_2": "",
        "reference_2": "",
        **changes,
    }


def end_shift(hall: Hall, shift: Shift | None = None) -> Shift:
    """Close the cashier's shift, or another: the drawer was emptied into the safe before it was counted."""
    shift = shift or hall.shift
    return close_shift(
        shift,
        pieces={},
        reason="已送存银行",
        approved_by=hall.supervisor,
        closed_by=shift.cashier,
        at=MORNING,
    )


def post_json(client: Client, address: str, body: Any) -> "Answer":
    raw = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(address, raw, content_type="application/json")


def text_of(answer: "Answer") -> str:
    return answer.content.decode()


def books() -> dict[str, int]:
    """How many rows of each kind a payment and its reversal leave behind; the same before and after a refusal."""
    return {model.__name__: model.objects.count() for model in WRITTEN_BY_A_PAYMENT}
