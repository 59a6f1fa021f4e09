"""Single bills of the heating season, written as the run writes its own."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account
from billing.business_date import business_date_of
from billing.models import Bill, BillRun, Tariff
from billing.rating.lines import RatedLine
from billing.services.bill_drafts import BillDraft
from billing.services.business_days import is_closed
from billing.services.issue_bills import issue_bills
from billing.services.refusals import HeatingRefused


@dataclass(frozen=True, slots=True)
class SingleBill:
    """What a bill that no run issues says of itself."""

    kind: str
    period: str
    period_from: datetime.date
    period_to: datetime.date
    due_on: datetime.date
    quantity: Decimal
    total: Decimal
    lines: Sequence[RatedLine]
    basis: Mapping[str, Any]


def open_day(at: datetime.datetime) -> datetime.date:
    """The day in whose books the verb writes. Code: day_closed."""
    day = business_date_of(at)
    if is_closed(day):
        raise HeatingRefused(_("The books of %(date)s are closed."), code="day_closed", params={"date": day})
    return day


def issue_single_bill(account: Account, tariff: Tariff, bill: SingleBill, at: datetime.datetime) -> Bill:
    """Write the bill with its lines, postings and balance. The caller holds the lock of the account."""
    draft = BillDraft(
        account.pk, account.account_no, tariff.pk, bill.kind, bill.period, bill.period_from, bill.period_to,
        business_date_of(at), bill.due_on, bill.quantity, bill.total, bill.lines, bill.basis, {},
    )  # fmt: skip
    # No run stands behind it: the row keeps the service, and no key.
    issue_bills([draft], {account.pk: account.branch_id}, BillRun(service=account.service), at)
    written: Bill = Bill.objects.exclude(state=Bill.State.CANCELLED).get(
        account=account, kind=bill.kind, period=bill.period
    )
    return written
