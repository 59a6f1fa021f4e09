"""What the books say of an account, on the account's own page and in lists."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import Account, Staff
from accounts.models.account import Service
from billing.business_date import business_date_of
from billing.models import ArrearsCase, Bill, Reading
from billing.queries.due import prepaid_of, what_is_due
from billing.queries.owed import Owed, owed_by
from billing.queries.tier_standing import tier_standing
from billing.rating.plain import plain

SHOWN = 40
BILL_TONES = {
    Bill.State.OPEN: "wait",
    Bill.State.PAID: "done",
    Bill.State.CANCELLED: "",
    Bill.State.WRITTEN_OFF: "late",
}


def books_in_list(accounts: Iterable[Account], at: datetime) -> dict[int, Mapping[str, Any]]:
    """What each account owes. One query."""
    today = business_date_of(at)
    accounts = list(accounts)
    owed = owed_by(account.pk for account in accounts)
    return {
        account.pk: {
            "owed": owed.get(account.pk, Owed()).amount,
            "is_overdue": owed.get(account.pk, Owed()).is_overdue_on(today),
        }
        for account in accounts
    }


def books_of_account(account: Account, staff: Staff, at: datetime) -> dict[str, Any]:
    """What is owed today, the latest bills, the latest readings."""
    today = business_date_of(at)
    due = what_is_due(account.account_no, staff=staff, on=today)
    assert due is not None  # the page has found the account for this person
    late = {one.bill.pk: one.debt.late_charge for one in due.own_bills}
    return {
        "account": {
            "owed": due.principal + due.late_charge,
            "principal": due.principal,
            "late_charge": due.late_charge,
            "prepaid": prepaid_of(due.account),
            "tier": tier_standing(account, today),
            "heat_url": _heat_url(account, staff),
            # Heat is mostly billed by area: without a meter there is nothing to read.
            "is_read": account.service != Service.HEAT,
            "case_url": _case_url(account, staff),
        },
        "bills": [
            {
                "title": bill.title,
                "number": bill.number,
                "url": reverse("billing:bill_detail", args=[bill.number]),
                "due_on": bill.due_on,
                "is_overdue": bill.is_overdue_on(today),
                "amount": bill.amount,
                "outstanding": bill.outstanding,
                "late_charge": late.get(bill.pk),
                "state_label": bill.get_state_display(),
                "state_tone": BILL_TONES[Bill.State(bill.state)],
            }
            for bill in account.bills.order_by("-due_on", "-id")[:SHOWN]
        ],
        "readings": _readings(account),
    }


def _heat_url(account: Account, staff: Staff) -> str:
    """The way to the heating season of the account, for those who may see it."""
    if account.service != Service.HEAT or not staff.has_perm("billing.view_heatsuspension"):
        return ""
    return reverse("billing:heat_account", args=[account.account_no])


def _case_url(account: Account, staff: Staff) -> str:
    """The way to the open arrears case, if there is one and the person may see it."""
    if not staff.has_perm("billing.view_arrearscase"):
        return ""
    case = account.arrears_cases.filter(state=ArrearsCase.State.OPEN).values_list("pk", flat=True).first()
    return reverse("billing:arrears_case", args=[case]) if case else ""


def _readings(account: Account) -> list[dict[str, Any]]:
    """Newest first; each beside the one before it on the same meter."""
    rows = list(
        Reading.objects.standing()
        .filter(installation__account=account)
        .select_related("installation__meter")
        .order_by("installation_id", "read_on")
    )
    shown: list[dict[str, Any]] = []
    before: Reading | None = None
    for reading in rows:
        installation = reading.installation
        is_next = before is not None and before.installation_id == reading.installation_id
        start = before.value if before is not None and is_next else installation.initial
        turn = 10**installation.meter.digits if reading.rolled_over else 0
        shown.append(
            {
                "read_on": reading.read_on,
                "meter_no": installation.meter.serial_no,
                "reading_from": plain(start),
                "reading_to": plain(reading.value),
                "quantity": plain((reading.value - start + turn) * installation.meter.multiplier),
                "unit": "",
                "source_label": _source_label(reading),
                "is_estimated": reading.is_estimate or reading.is_in_review,
            }
        )
        before = reading
    return sorted(shown, key=lambda row: row["read_on"], reverse=True)[:SHOWN]


def _source_label(reading: Reading) -> str:
    """How it was read; one that waits for a review says so."""
    kind = reading.get_kind_display()
    return f"{kind} · {reading.get_state_display()}" if reading.is_in_review else kind
