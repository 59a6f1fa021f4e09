import datetime
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from billing.allocation import Debt, Plan, Policy, allocate
from billing.models import Balance, Bill
from billing.money import NO_MONEY
from billing.queries.late_charges import debts_on
from billing.services.offers import PaymentRequest, check_tenders
from billing.services.other_payers import check_payer
from billing.services.reckoning import choose_bills, policy_on, reckon
from billing.services.refusals import PaymentRefused


@dataclass(frozen=True, slots=True)
class Preview:
    """What a request would do: the plan, what is to be paid, and why it would be refused, if it would."""

    plan: Plan
    bills: dict[int, Bill]
    to_pay: Decimal
    change: Decimal = NO_MONEY
    deposit: Decimal = NO_MONEY
    refusal: PaymentRefused | None = None

    @property
    def credit_used(self) -> Decimal:
        return sum(self.plan.credit_used.values(), NO_MONEY)


def preview_payment(wanted: PaymentRequest, *, on: datetime.date, asked_by: Staff) -> Preview:
    """What `take_payment` would do with this request on that day. Reads, locks nothing.

    Without tenders it shows the bills paid in full. Refuses only what cannot be shown at all: unknown_account,
    unknown_payer, bill_settled, older_bill_skipped and the codes of check_tenders; what else take_payment would refuse
    comes back inside the preview.
    """
    check_tenders(wanted.tenders)
    if wanted.payer_id:
        check_payer(wanted.payer_id, asked_by)
    account = Account.objects.visible_to(asked_by).filter(pk=wanted.account_id).first()
    if account is None:
        raise PaymentRefused(_("There is no such account here."), code="unknown_account")
    owners = Bill.objects.filter(pk__in=wanted.bill_ids).values("account")
    accounts = Account.objects.visible_to(asked_by).filter(Q(pk=account.pk) | Q(pk__in=owners))
    bills = list(Bill.objects.open().filter(account__in=accounts).select_related("account").oldest_first())
    chosen = choose_bills(bills, wanted.bill_ids, asked_by)
    debts = debts_on(chosen, on)
    balances = _balances({account.pk, *(bill.account_id for bill in chosen)})
    policy = policy_on(on)
    if wanted.payer_id:
        # Another pays: the customer's own credit stays the customer's.
        policy = replace(policy, uses_credit=False)
    whole = pay_in_full(debts, {pk: balance.prepaid for pk, balance in balances.items()}, policy)
    by_pk = {bill.pk: bill for bill in chosen}
    if not wanted.tenders and whole.money_used:
        return Preview(whole, by_pk, whole.money_used)
    try:
        reckoning = reckon(wanted, debts, balances, policy)
    except PaymentRefused as refusal:
        return Preview(whole, by_pk, whole.money_used, refusal=refusal)
    return Preview(reckoning.plan, by_pk, whole.money_used, reckoning.change, reckoning.deposit)


def pay_in_full(debts: list[Debt], prepaid: dict[int, Decimal], policy: Policy) -> Plan:
    """The plan of a payment that leaves nothing open; `money_used` is what has to be handed over."""
    return allocate(debts, sum((debt.total for debt in debts), NO_MONEY), prepaid, policy)


def _balances(account_ids: set[int]) -> dict[int, Balance]:
    found = Balance.objects.in_bulk(list(account_ids))
    return {
        pk: found.get(pk) or Balance(account_id=pk, receivable=NO_MONEY, prepaid=NO_MONEY)
        for pk in account_ids
    }
