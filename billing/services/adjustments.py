import datetime
import re
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.rows import insert_rows
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Adjustment, Bill, Decision, Posting
from billing.models.adjustment import COMPONENT
from billing.money import NO_MONEY, to_money
from billing.services.arrears.money import money_came
from billing.services.cancelling import check_approver
from billing.services.extra_charges import bill_extra_charge
from billing.services.locks import balances_of, lock_accounts, lock_bills, save_balances
from billing.services.other_payers import check_no_other_payer
from billing.services.postings import PREPAID, RECEIVABLE
from billing.services.refusals import CorrectionRefused

LARGEST = Decimal("1000000")
LONGEST_NOTE = 200
OUTCOME = (
    "state", "decided_by", "decided_at", "business_date", "to_bill", "to_credit", "charge",
)  # fmt: skip


@transaction.atomic
def propose_adjustment(
    account: Account,
    *,
    bill: Bill | None = None,
    amount: Decimal,
    component: str,
    reason: str,
    note: str,
    proposed_by: Staff,
    at: datetime.datetime,
) -> Adjustment:
    """Propose to give money to a customer (below zero) or to ask for more (above). Nothing moves before approval.

    Codes: unknown_account, not_of_this_account, bill_cancelled, not_money, unknown_component, unknown_reason,
    note_missing, note_too_long, more_than_the_bill.
    """
    account = lock_accounts([account.pk])[account.pk]
    if not proposed_by.sees_branch(account.branch_id):
        raise CorrectionRefused(_("There is no such account here."), code="unknown_account")
    _check_words(component, reason, note)
    _check_amount(amount)
    if bill is not None:
        (bill,) = lock_bills([bill.pk])
        _check_bill(account, bill, amount)
    adjustment = Adjustment(
        account=account,
        bill=bill,
        amount=amount,
        component=component,
        reason=reason,
        note=note,
        proposed_at=at,
        proposed_by=proposed_by,
    )
    insert_rows([adjustment])
    _leave_a_trace(adjustment, "propose_adjustment", proposed_by, at)
    return adjustment


@transaction.atomic
def approve_adjustment(adjustment: Adjustment, *, approved_by: Staff, at: datetime.datetime) -> Adjustment:
    """Let a proposed adjustment count: a credit lowers its bill and then becomes prepaid credit, a charge is billed.

    Codes: already_decided, same_person, may_not_approve, unknown_account, bill_cancelled, more_than_the_bill,
    account_closed.
    """
    account = lock_accounts([adjustment.account_id])[adjustment.account_id]
    bill = lock_bills([adjustment.bill_id])[0] if adjustment.bill_id else None
    adjustment = _lock_proposal(adjustment, approved_by, account)
    check_approver(approved_by, adjustment.proposed_by)
    if bill is not None:
        _check_bill(account, bill, adjustment.amount)
    _decide(adjustment, Decision.APPROVED, approved_by, at)
    if adjustment.amount > 0:
        adjustment.charge = bill_extra_charge(adjustment, account, at)
        adjustment.save(update_fields=OUTCOME)
    else:
        _credit(adjustment, account, bill)
        money_came([account.pk], at)
    _leave_a_trace(adjustment, "approve_adjustment", approved_by, at)
    return adjustment


@transaction.atomic
def refuse_adjustment(adjustment: Adjustment, *, refused_by: Staff, at: datetime.datetime) -> Adjustment:
    """Refuse a proposed adjustment; nothing has moved. Codes: already_decided, same_person, may_not_approve."""
    account = lock_accounts([adjustment.account_id])[adjustment.account_id]
    adjustment = _lock_proposal(adjustment, refused_by, account)
    check_approver(refused_by, adjustment.proposed_by)
    _decide(adjustment, Decision.REFUSED, refused_by, at)
    adjustment.save(update_fields=OUTCOME)
    _leave_a_trace(adjustment, "refuse_adjustment", refused_by, at)
    return adjustment


def follow_adjustment(
    old: Adjustment,
    bill: Bill,
    *,
    proposed_by: Staff,
    approved_by: Staff | None,
    at: datetime.datetime,
) -> Adjustment | None:
    """Let a credit of a cancelled bill stand on the bill in its place, as far as that can be credited.

    The new row names the old one. `approved_by` was checked with the cancellation; without, it waits for approval.
    The caller holds the lock of the account. None where the new bill leaves nothing to credit.
    """
    # Several may follow: what waits for its second person counts already, or together they give too much.
    amount = max(old.amount, -left_of(bill, besides=Q(state=Decision.PROPOSED, follows__isnull=False)))
    if amount >= NO_MONEY:
        return None
    adjustment = Adjustment(
        account=bill.account,
        bill=bill,
        amount=amount,
        component=old.component,
        reason=old.reason,
        note=old.note,
        proposed_at=at,
        proposed_by=proposed_by,
        follows=old,
    )
    insert_rows([adjustment])
    _leave_a_trace(adjustment, "propose_adjustment", proposed_by, at)
    if approved_by is not None:
        _decide(adjustment, Decision.APPROVED, approved_by, at)
        _credit(adjustment, bill.account, bill)
        money_came([bill.account_id], at)
        _leave_a_trace(adjustment, "approve_adjustment", approved_by, at)
    return adjustment


def left_of(bill: Bill, besides: Q | None = None) -> Decimal:
    """What was not given back yet of what the bill charges, neither by adjustments nor for heat."""
    counts = Q(state=Decision.APPROVED) | (besides or Q())
    earlier = bill.adjustments.filter(counts, amount__lt=0).values_list("amount", flat=True)
    for_heat = bill.heat_credits.values_list("amount", flat=True)
    left: Decimal = bill.amount + sum(earlier, NO_MONEY) - sum(for_heat, NO_MONEY)
    return left


def _check_words(component: str, reason: str, note: str) -> None:
    if not re.fullmatch(COMPONENT, component):
        raise CorrectionRefused(_("This component is not known."), code="unknown_component")
    if reason not in Adjustment.Reason.values:
        raise CorrectionRefused(_("Choose a reason from the list."), code="unknown_reason")
    if not note.strip():
        raise CorrectionRefused(
            _("Say in a note why: the customer reads it on the bill."), code="note_missing"
        )
    if len(note) > LONGEST_NOTE:
        raise CorrectionRefused(_("The note is too long."), code="note_too_long")


def _check_amount(amount: Decimal) -> None:
    if not amount.is_finite() or not 0 < abs(amount) <= LARGEST or to_money(amount) != amount:
        raise CorrectionRefused(
            _("An adjustment is an amount below 1,000,000 with at most two decimals, and not zero."),
            code="not_money",
        )


def _check_bill(account: Account, bill: Bill, amount: Decimal) -> None:
    if bill.account_id != account.pk:
        raise CorrectionRefused(_("This bill belongs to another account."), code="not_of_this_account")
    if bill.state == Bill.State.CANCELLED:
        raise CorrectionRefused(_("This bill has been cancelled."), code="bill_cancelled")
    if bill.written_off and amount < 0:
        raise CorrectionRefused(
            _("This debt was written off. Take it back first, then correct the bill."), code="written_off"
        )
    left = max(left_of(bill), NO_MONEY)
    if -amount > left:
        raise CorrectionRefused(
            _("Only %(left)s of this bill is left to be credited."),
            code="more_than_the_bill",
            params={"left": left},
        )


def _lock_proposal(adjustment: Adjustment, decided_by: Staff, account: Account) -> Adjustment:
    locked: Adjustment = Adjustment.objects.select_for_update(of=("self",)).get(pk=adjustment.pk)
    if not decided_by.sees_branch(account.branch_id):
        raise CorrectionRefused(_("There is no such account here."), code="unknown_account")
    if not locked.is_waiting:
        raise CorrectionRefused(_("This has already been decided."), code="already_decided")
    return locked


def _decide(adjustment: Adjustment, state: Decision, decided_by: Staff, at: datetime.datetime) -> None:
    adjustment.state = state
    adjustment.decided_by = decided_by
    adjustment.decided_at = at
    adjustment.business_date = business_date_of(at)


def _credit(adjustment: Adjustment, account: Account, bill: Bill | None) -> None:
    amount = -adjustment.amount
    adjustment.to_bill = min(amount, bill.outstanding) if bill else NO_MONEY
    adjustment.to_credit = amount - adjustment.to_bill
    if adjustment.to_credit and bill is not None:
        check_no_other_payer(bill.pk)
    if adjustment.to_credit and account.state == Account.State.CLOSED:
        raise CorrectionRefused(
            _("Account %(account)s is closed: it takes no prepaid credit."),
            code="account_closed",
            params={"account": account.account_no},
        )
    adjustment.save(update_fields=OUTCOME)
    insert_rows(list(_postings(adjustment)))
    balance = balances_of({account.pk: account})[account.pk]
    balance.receivable -= adjustment.to_bill
    balance.prepaid += adjustment.to_credit
    if bill is not None and adjustment.to_bill:
        bill.adjusted += adjustment.to_bill
        bill.outstanding -= adjustment.to_bill
        bill.state = Bill.State.OPEN if bill.outstanding else bill.settled_state
        bill.save(update_fields=["adjusted", "outstanding", "state"])
    save_balances([balance])


def _postings(adjustment: Adjustment) -> Sequence[Posting]:
    # It is approved.
    assert adjustment.business_date is not None
    assert adjustment.decided_at is not None
    sides = ((RECEIVABLE, adjustment.to_bill), (PREPAID, adjustment.to_credit))
    return [
        Posting(
            debit=f"revenue:{adjustment.component}",
            credit=ledger,
            amount=amount,
            account_id=adjustment.account_id,
            bill_id=adjustment.bill_id,
            adjustment=adjustment,
            business_date=adjustment.business_date,
            posted_at=adjustment.decided_at,
        )
        for ledger, amount in sides
        if amount
    ]


def _leave_a_trace(adjustment: Adjustment, action: str, actor: Staff, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=action,
        on=adjustment,
        at=at,
        reason=f"{adjustment.reason} {adjustment.note}".strip()[:LONGEST_NOTE],
        details={"amount": str(adjustment.amount), "component": adjustment.component},
    )
