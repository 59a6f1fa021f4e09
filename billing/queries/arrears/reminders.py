"""Whom a reminder would reach, what it would say, and why some get none. One account or ten thousand: six queries."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from billing.models import ArrearsHold, Bill, OptOut
from billing.money import NO_MONEY
from billing.queries.arrears.holds import holds_of
from billing.queries.late_charges import debts_on


class WhyNot(TextChoices):
    """Why an account gets no reminder, the strongest reason first."""

    NO_DEBT = "NO_DEBT", _("nothing is overdue any more")
    CLOSED = "CLOSED", _("the account is closed")
    HELD = "HELD", _("dispute, promise, instalments, payment under way or court")
    NO_NUMBER = "NO_NUMBER", _("no mobile number")
    OPTED_OUT = "OPTED_OUT", _("wants no SMS")


@dataclass(frozen=True, slots=True)
class OverdueBill:
    number: str
    title: str
    due_on: datetime.date
    outstanding: Decimal
    late_charge: Decimal


@dataclass(slots=True)
class Reminder:
    """What there is to say to one account on a day."""

    account: Account
    on: datetime.date
    bills: list[OverdueBill] = field(default_factory=list)
    contact: Contact | None = None
    is_held: bool = False
    has_opted_out: bool = False

    @property
    def amount(self) -> Decimal:
        return sum((bill.outstanding for bill in self.bills), NO_MONEY)

    @property
    def late_charge(self) -> Decimal:
        return sum((bill.late_charge for bill in self.bills), NO_MONEY)

    @property
    def total(self) -> Decimal:
        return self.amount + self.late_charge

    @property
    def days(self) -> int:
        return (self.on - self.bills[0].due_on).days if self.bills else 0

    @property
    def why_not(self) -> str:
        """Why neither letter nor call nor SMS goes to it; "" where they may."""
        if not self.bills:
            return WhyNot.NO_DEBT
        if self.account.state == Account.State.CLOSED:
            return WhyNot.CLOSED
        return WhyNot.HELD if self.is_held else ""

    @property
    def why_no_sms(self) -> str:
        if self.why_not or self.contact is None:
            return self.why_not or WhyNot.NO_NUMBER
        return WhyNot.OPTED_OUT if self.has_opted_out else ""

    def fields(self) -> dict[str, str]:
        """What the sentences of templates/notices/ may name. Customers are written to in Chinese."""
        with translation.override("zh-hans"):
            return {
                "name": self.account.customer.name,
                "account_no": self.account.account_no,
                "address": self.account.premises.address,
                "branch": self.account.branch.name,
                "service": self.account.get_service_display(),
                "amount": f"{self.amount:.2f}",
                "late_charge": f"{self.late_charge:.2f}",
                "total": f"{self.total:.2f}",
                "bills": str(len(self.bills)),
                "days": str(self.days),
                "oldest_due_on": _in_chinese(self.bills[0].due_on) if self.bills else "",
                "today": _in_chinese(self.on),
            }


FIELDS = frozenset(
    {
        "name",
        "account_no",
        "address",
        "branch",
        "service",
        "amount",
        "late_charge",
        "total",
        "bills",
        "days",
        "oldest_due_on",
        "today",
    }
)


def reminders_of(account_ids: Iterable[int], on: datetime.date) -> dict[int, Reminder]:
    """What there is to say to each account on the day."""
    accounts = Account.objects.with_people_and_place().in_bulk(list(account_ids))
    reminders = {pk: Reminder(account, on) for pk, account in accounts.items()}
    _add_bills(reminders, on)
    _add_contacts(reminders)
    for pk, kinds in holds_of(accounts, on).items():
        reminders[pk].is_held = any(kind in ArrearsHold.HOLD_ALL for kind in kinds)
    return reminders


def _add_bills(reminders: dict[int, Reminder], on: datetime.date) -> None:
    overdue = list(Bill.objects.open().due_before(on).filter(account_id__in=list(reminders)).oldest_first())
    for bill in overdue:
        bill.account = reminders[bill.account_id].account
    with translation.override("zh-hans"):
        for bill, debt in zip(overdue, debts_on(overdue, on), strict=True):
            row = OverdueBill(bill.number, bill.title, bill.due_on, bill.outstanding, debt.late_charge)
            reminders[bill.account_id].bills.append(row)


def _add_contacts(reminders: dict[int, Reminder]) -> None:
    """The first mobile number that is not known to be wrong."""
    customers = {reminder.account.customer_id for reminder in reminders.values()}
    numbers: dict[int, list[Contact]] = defaultdict(list)
    mobiles = Contact.objects.filter(
        customer_id__in=customers, kind=Contact.Kind.MOBILE, is_wrong=False
    ).order_by("id")
    for contact in mobiles:
        numbers[contact.customer_id].append(contact)
    first = {customer: found[0] for customer, found in numbers.items()}
    opted_out = set(
        OptOut.objects.filter(phone__in={contact.phone for contact in first.values()}).values_list(
            "phone", flat=True
        )
    )
    for reminder in reminders.values():
        reminder.contact = first.get(reminder.account.customer_id)
        reminder.has_opted_out = reminder.contact is not None and reminder.contact.phone in opted_out


def _in_chinese(day: datetime.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
