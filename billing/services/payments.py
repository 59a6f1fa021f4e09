import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.rows import insert_rows, read_rows
from accounts.services.audit import record_audit
from billing.allocation import Plan, Share
from billing.models import (
    Allocation,
    Balance,
    Deposit,
    Payment,
    Receipt,
    Tender,
    ThirdPartyPayment,
)
from billing.money import NO_MONEY
from billing.queries.late_charges import debts_on
from billing.queries.references import is_reference_used
from billing.services.arrears.money import money_came
from billing.services.locks import (
    balances_of,
    lock_accounts,
    lock_open_bills,
    lock_reference,
    lock_request,
    save_balances,
)
from billing.services.offers import DONATED, HANDED_OVER, PaymentRequest, check_tenders
from billing.services.other_payers import check_payer
from billing.services.postings import Sources, ledger_of, payment_postings
from billing.services.reckoning import Reckoning, choose_bills, policy_on, reckon
from billing.services.refusals import PaymentRefused


@dataclass(frozen=True, slots=True)
class Till:
    """Where the money goes: the ledger of the drawer and the next number of its receipt book."""

    cash_ledger: str
    book: str
    serial: int
    business_date: datetime.date


class Taken(NamedTuple):
    """The payment, and whether this request had taken it before."""

    payment: Payment
    before: bool


@transaction.atomic(savepoint=False)
def take_payment(wanted: PaymentRequest, *, till: Till, taken_by: Staff, at: datetime.datetime) -> Taken:
    """Take money at a counter, settle the chosen bills oldest first, and number the receipt.

    The caller holds the lock of the shift that the till belongs to. Asking twice with one
    request_id and the same content answers the same payment; other content is refused.

    Codes: form_reused, unknown_account, account_closed, bill_settled, older_bill_skipped, nothing_to_take,
    too_much, nothing_owed, reference_used, unknown_payer, payer_gets_it_back, and those of check_tenders.
    """
    lock_request(wanted.request_id)
    if earlier := payment_taken_before(wanted, taken_by):
        return Taken(earlier, before=True)
    check_tenders(wanted.tenders, DONATED if wanted.is_donated else HANDED_OVER)
    if wanted.payer_id:
        check_payer(wanted.payer_id, taken_by)
    if wanted.payer_id and wanted.keep_as_credit:
        raise PaymentRefused(
            _("Another's money pays bills only: what is over goes back to the payer."),
            code="payer_gets_it_back",
        )
    locked = lock_accounts([wanted.account_id], wanted.bill_ids)
    # A bill of another branch looks like one that does not exist.
    accounts = {pk: account for pk, account in locked.items() if taken_by.sees_branch(account.branch_id)}
    _check_account(accounts.get(wanted.account_id), wanted)
    bills = lock_open_bills(accounts)
    balances = balances_of(accounts)
    policy = policy_on(till.business_date)
    if wanted.payer_id:
        # Another pays: the customer's own credit stays the customer's.
        policy = replace(policy, uses_credit=False)
    chosen = choose_bills(bills, wanted.bill_ids, taken_by)
    debts = debts_on(chosen, till.business_date)
    reckoning = reckon(wanted, debts, balances, policy)
    _check_references(wanted)
    payment = Payment(
        request_id=wanted.request_id,
        fingerprint=wanted.fingerprint(taken_by.pk),
        channel=Payment.Channel.DONATION if wanted.is_donated else Payment.Channel.COUNTER,
        branch_id=accounts[wanted.account_id].branch_id,
        account_id=wanted.account_id,
        business_date=till.business_date,
        taken_at=at,
        taken_by=taken_by,
        tendered=wanted.tendered + sum(reckoning.plan.credit_used.values(), NO_MONEY),
        change_given=reckoning.change,
        allocated=reckoning.plan.allocated,
        credited=reckoning.deposit,
        policy=policy.as_json(),
    )
    _write(payment, wanted, reckoning, balances, till, at)
    if wanted.payer_id:
        ThirdPartyPayment.objects.create(payment=payment, payer_id=wanted.payer_id)
    money_came(accounts, at)
    record_audit(
        actor=taken_by,
        action="take_payment",
        on=payment,
        at=at,
        details={"tendered": str(payment.tendered), "allocated": str(payment.allocated)},
        request_id=wanted.request_id,
    )
    return Taken(payment, before=False)


def payment_taken_before(wanted: PaymentRequest, taken_by: Staff) -> Payment | None:
    """The payment that this request has taken already.

    Code: form_reused (other content, or another person).
    """
    earlier = next(iter(read_rows(Payment, "WHERE request_id = %s", [wanted.request_id])), None)
    # Say nothing of what the first request was about.
    if earlier is not None and earlier.fingerprint != wanted.fingerprint(taken_by.pk):
        raise PaymentRefused(
            _("This form was already used for another payment. Start again from the account."),
            code="form_reused",
        )
    return earlier


def _check_account(account: Account | None, wanted: PaymentRequest) -> None:
    if account is None:
        raise PaymentRefused(_("There is no such account here."), code="unknown_account")
    if account.state == Account.State.CLOSED and (wanted.keep_as_credit or not wanted.bill_ids):
        raise PaymentRefused(
            _("Account %(account)s is closed: it takes no prepaid credit."),
            code="account_closed",
            params={"account": account.account_no},
        )


def _check_references(wanted: PaymentRequest) -> None:
    """A slip or an order pays once, into the pot of donations too, unless the payment it stood on was undone."""
    references = sorted({(one.method, one.reference) for one in wanted.tenders if one.reference})
    for method, reference in references:
        lock_reference(method, reference)
        if is_reference_used(method, reference):
            raise PaymentRefused(
                _("Reference %(reference)s already stands on another payment. Check the slip."),
                code="reference_used",
                params={"reference": reference},
            )


def _write(
    payment: Payment,
    wanted: PaymentRequest,
    reckoning: Reckoning,
    balances: dict[int, Balance],
    till: Till,
    at: datetime.datetime,
) -> None:
    plan, deposit = reckoning.plan, reckoning.deposit
    insert_rows([payment])
    insert_rows(_tenders(payment, wanted, plan))
    if plan.shares:
        insert_rows(_allocations(payment, plan.shares))
        _lower_bills(plan.shares)
    if deposit:
        Deposit.objects.create(payment=payment, account_id=wanted.account_id, amount=deposit)
    sources = Sources(_money(wanted, reckoning.change, till.cash_ledger))
    insert_rows(payment_postings(payment, plan.shares, deposit, sources, at))
    _move_balances(balances, plan, wanted.account_id, deposit)
    if wanted.is_donated:
        # Nobody stands at a window who would get a receipt.
        return
    receipt = Receipt(
        payment=payment, book=till.book, serial=till.serial, number=f"{till.book}-{till.serial:04d}"
    )
    insert_rows([receipt])


def _tenders(payment: Payment, wanted: PaymentRequest, plan: Plan) -> list[Tender]:
    handed_over = [
        Tender(
            payment=payment, position=position, method=one.method, amount=one.amount, reference=one.reference
        )
        for position, one in enumerate(wanted.tenders, 1)
    ]
    from_credit = [
        Tender(
            payment=payment,
            position=position,
            method=Tender.Method.PREPAID,
            amount=amount,
            account_id=account_id,
        )
        for position, (account_id, amount) in enumerate(plan.credit_used.items(), len(handed_over) + 1)
    ]
    return handed_over + from_credit


def _allocations(payment: Payment, shares: Sequence[Share]) -> list[Allocation]:
    return [
        Allocation(
            payment=payment,
            position=position,
            bill_id=share.debt.bill_id,
            account_id=share.debt.account_id,
            principal=share.principal,
            late_charge=share.late_charge,
            late_charge_left=share.late_charge_left,
            late_charge_sentence=share.debt.late_charge_sentence,
            late_charge_sentence_en=share.debt.late_charge_sentence_en,
        )
        for position, share in enumerate(shares, 1)
    ]


def _money(wanted: PaymentRequest, change: Decimal, cash_ledger: str) -> list[tuple[str, Decimal]]:
    """What stays of each tender: change goes back out of the cash. Cash is drawn on last."""
    rest = change
    sources = []
    for one in sorted(wanted.tenders, key=lambda tender: tender.method == Tender.Method.CASH):
        back = min(rest, one.amount) if one.method == Tender.Method.CASH else NO_MONEY
        rest -= back
        sources.append((ledger_of(one.method, cash_ledger), one.amount - back))
    return sources


def _lower_bills(shares: Sequence[Share]) -> None:
    rows = [(share.debt.bill_id, share.principal, share.late_charge_left) for share in shares]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE billing_bill AS bill
            SET outstanding = bill.outstanding - paid.principal,
                late_charge_left = paid.late_left,
                state = CASE WHEN bill.outstanding = paid.principal AND paid.late_left = 0
                             THEN CASE WHEN bill.written_off > 0 THEN 'WRITEOFF' ELSE 'PAID' END
                             ELSE 'OPEN' END
            FROM (VALUES {", ".join(["(%s, %s::numeric, %s::numeric)"] * len(rows))})
                AS paid (bill_id, principal, late_left)
            WHERE bill.id = paid.bill_id
            """,  # noqa: S608 -- only placeholders are put into the text
            [value for row in rows for value in row],
        )


def _move_balances(balances: dict[int, Balance], plan: Plan, account_id: int, deposit: Decimal) -> None:
    for share in plan.shares:
        balance = balances[share.debt.account_id]
        balance.receivable -= share.principal
        balance.prepaid -= share.by_credit
    balances[account_id].prepaid += deposit
    touched = {account_id, *(share.debt.account_id for share in plan.shares)}
    save_balances([balances[pk] for pk in sorted(touched)])
