"""What the cashier sees of the customer at the window."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.masking import mask_phone
from accounts.models import Account, Staff
from accounts.models.account import Service
from accounts.models.organisation import in_current_language
from accounts.queries.account_facts import TONES
from accounts.queries.evidence import evidence_notes
from billing.allocation import Plan
from billing.queries.due import Due, DueBill, prepaid_of, what_is_due
from billing.queries.households import Household, household_from
from billing.queries.tier_standing import TierStanding, tier_standing
from billing.services.previews import pay_in_full
from billing.services.reckoning import policy_on


@dataclass(slots=True)
class Panel:
    """The account panel of the counter; templates/counters/_account.html shows it."""

    account: Account
    plan: Plan
    due: Due
    years: list[dict[str, Any]] = field(default_factory=list)
    flags: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tier: TierStanding | None = None
    masked_phone: str = ""

    @property
    def account_no(self) -> str:
        return self.account.account_no

    @property
    def name(self) -> str:
        return self.account.customer.name

    @property
    def address(self) -> str:
        return self.account.premises.address

    @property
    def category(self) -> str:
        return self.account.get_category_display()

    @property
    def service(self) -> str:
        return self.account.get_service_display()

    @property
    def area(self) -> Decimal | None:
        return self.account.billed_area

    @property
    def url(self) -> str:
        return reverse("accounts:account_detail", args=[self.account.account_no])

    @property
    def gas_url(self) -> str:
        """Where gas is sold to this account; empty for other services."""
        if self.account.service != Service.GAS:
            return ""
        return reverse("counters:gas_sale", args=[self.account.account_no])

    @property
    def prepaid(self) -> Decimal:
        return prepaid_of(self.account)

    @property
    def principal(self) -> Decimal:
        return self.due.principal

    @property
    def late_charge(self) -> Decimal:
        return self.due.late_charge

    @property
    def credit_used(self) -> Decimal:
        return sum(self.plan.credit_used.values(), Decimal(0))

    @property
    def to_pay(self) -> Decimal:
        return self.plan.money_used

    @property
    def allocation(self) -> dict[str, Any]:
        titles = {one.bill.pk: one.bill.title for one in self.due.bills}
        return {
            "lines": [
                {
                    "title": titles[share.debt.bill_id],
                    "principal": share.principal,
                    "late_charge": share.late_charge,
                }
                for share in self.plan.shares
            ],
            "deposit": None,
        }


def panel_of(
    account_no: str, *, staff: Staff, on: datetime.date, selected: Iterable[int] | None = None
) -> Panel | None:
    """Everything about an account at one glance; None when it does not exist for this person.

    `selected` are the ticked bills of a form that came back; at first all of the account's own.
    """
    due = what_is_due(account_no, staff=staff, on=on)
    if due is None:
        return None
    ticked = set(selected) if selected is not None else {one.bill.pk for one in due.own_bills}
    debts = [one.debt for one in due.bills if one.bill.pk in ticked]
    account = due.account
    evidence = list(account.evidence.all())
    household = household_from(account, evidence)
    return Panel(
        account=account,
        plan=pay_in_full(debts, due.prepaid, policy_on(on)),
        due=due,
        years=_years(due, ticked),
        flags=_flags(account, household, on),
        notes=[*_notes(due), *evidence_notes(evidence, on)],
        tier=tier_standing(account, on, household),
        masked_phone=mask_phone(due.phone) if due.phone else "",
    )


def _years(due: Due, ticked: set[int]) -> list[dict[str, Any]]:
    """Own bills first, by year; then those of the customer's other accounts, by account."""

    def label(one: DueBill) -> str:
        if one.bill.account_id == due.account.pk:
            return str(one.bill.due_on.year)
        return f"{one.bill.get_service_display()} {one.bill.account.account_no}"

    others = [one for one in due.bills if one.bill.account_id != due.account.pk]
    ordered = due.own_bills + sorted(others, key=lambda one: one.bill.account_id)
    return [
        {"label": name, "bills": [_row(one, one.bill.pk in ticked) for one in bills]}
        for name, bills in groupby(ordered, key=label)
    ]


def _row(one: DueBill, is_selected: bool) -> dict[str, Any]:
    bill, debt = one.bill, one.debt
    return {
        "id": bill.pk,
        "title": bill.title,
        "url": reverse("billing:bill_detail", args=[bill.number]),
        "explanation_url": reverse("billing:bill_explanation", args=[bill.number]),
        "due_on": bill.due_on,
        "is_overdue": one.is_overdue,
        "principal": debt.principal,
        "late_charge": debt.late_charge,
        "is_selected": is_selected,
        "late_charge_sentence": in_current_language(debt.late_charge_sentence, debt.late_charge_sentence_en),
        "lines": [
            {"explanation": in_current_language(line.sentence, line.sentence_en), "amount": line.amount}
            for line in bill.lines.all()
        ],
    }


def _flags(account: Account, household: Household, on: datetime.date) -> list[dict[str, str]]:
    flags = []
    if account.state != Account.State.ACTIVE:
        flags.append({"label": account.get_state_display(), "tone": TONES[Account.State(account.state)]})
    if household.has_low_income_on(on):
        flags.append({"label": _("low income"), "tone": ""})
    elif account.customer.low_income_no:
        until = account.customer.low_income_until
        is_valid = until is None or until >= on
        flags.append(
            {
                "label": _("low income") if is_valid else _("low income, expired"),
                "tone": "" if is_valid else "wait",
            }
        )
    if account.is_disputed:
        flags.append({"label": _("in dispute"), "tone": "wait"})
    if account.is_in_court:
        flags.append({"label": _("in court"), "tone": "late"})
    return flags


def _notes(due: Due) -> list[str]:
    notes = []
    if due.account.is_in_court:
        notes.append(_("This account is in court: ask the supervisor before promising anything."))
    overdue = [one for one in due.own_bills if one.is_overdue]
    if overdue:
        notes.append(
            _("%(count)s overdue, the oldest since %(date)s")
            % {"count": len(overdue), "date": overdue[0].bill.due_on.isoformat()}
        )
    return notes
