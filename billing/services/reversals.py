from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.services.audit import record_audit
from billing.models import Allocation, Balance, Bill, Payment, Reversal, Tender
from billing.money import NO_MONEY
from billing.services.arrears.money import money_went
from billing.services.gas_reversals import check_gas_can_go_back, gas_sold_by, take_gas_back
from billing.services.locks import balances_of, lock_accounts, lock_request, save_balances
from billing.services.refusals import ReversalRefused

LONGEST_NOTE = 200
# What an office can take back. Credit that paid a bill by itself is among it: the deposit behind it could
# never be undone otherwise.
UNDONE_AT_A_COUNTER = frozenset({Payment.Channel.COUNTER, Payment.Channel.CREDIT, Payment.Channel.DONATION})

# Every row of the payment once more with the sides exchanged. What had gone into one drawer
# comes out of the drawer that pays it back.
_MIRROR = """
    INSERT INTO billing_posting (debit, credit, amount, account_id, business_date, posted_at,
                                 bill_id, payment_id, reversal_id, reverses_id)
    SELECT CASE WHEN p.credit LIKE 'cash:%%' THEN %(cash)s ELSE p.credit END,
           CASE WHEN p.debit LIKE 'cash:%%' THEN %(cash)s ELSE p.debit END,
           p.amount, p.account_id, %(date)s, %(at)s, p.bill_id, p.payment_id, %(reversal)s, p.id
    FROM billing_posting p WHERE p.payment_id = %(payment)s AND p.reverses_id IS NULL ORDER BY p.id
"""


@transaction.atomic(savepoint=False)
def undo_payment(wanted: Reversal, *, cash_ledger: str) -> Reversal:
    """Write the counter-row of a payment: bills owe again, credit goes back, once.

    The caller holds the lock of the shift whose drawer pays the cash back (`cash_ledger`) and has asked
    `reversal_made_before`.

    Codes: unknown_payment, already_reversed, credit_spent, credit_already_used, unknown_reason, note_too_long,
    same_person, not_at_a_counter, and for gas on a card those of check_gas_can_go_back.
    """
    _check(wanted)
    payment = wanted.payment
    accounts = lock_accounts(_account_ids(payment))
    if Reversal.objects.filter(payment=payment).exists():
        raise ReversalRefused(_("This payment has already been undone."), code="already_reversed")
    gas = gas_sold_by(payment)
    if gas is not None:
        check_gas_can_go_back(gas, wanted.reversed_at)
    balances = balances_of(accounts)
    cancelled = _take_returns_back(payment, balances)
    _take_deposits_back(payment, balances)
    wanted.save(force_insert=True)
    _restore_bills(payment, balances, cancelled)
    save_balances([balances[pk] for pk in sorted(balances)])
    _mirror_postings(wanted, cash_ledger)
    if gas is not None:
        take_gas_back(gas, wanted)
    money_went(accounts, since=payment.business_date, at=wanted.reversed_at)
    record_audit(
        actor=wanted.reversed_by,
        action="void_payment" if wanted.kind == Reversal.Kind.VOID else "reverse_payment",
        on=payment,
        at=wanted.reversed_at,
        reason=f"{wanted.reason} {wanted.note}".strip()[:LONGEST_NOTE],
        details={"approved_by": wanted.approved_by.number if wanted.approved_by else None},
        request_id=wanted.request_id,
    )
    return wanted


def reversal_made_before(wanted: Reversal) -> Reversal | None:
    """Lock the request and look for the reversal that it has made already.

    Code: form_reused (other content, or another person).
    """
    lock_request(wanted.request_id)
    earlier = Reversal.objects.filter(request_id=wanted.request_id).first()
    if earlier is not None and _content(earlier) != _content(wanted):
        raise ReversalRefused(_("This form was already used. Start again."), code="form_reused")
    return earlier


def _content(reversal: Reversal) -> tuple[object, ...]:
    return (
        reversal.payment_id,
        reversal.kind,
        reversal.reason,
        reversal.note,
        reversal.reversed_by_id,
        reversal.approved_by_id,
    )


def _account_ids(payment: Payment) -> set[int]:
    return {payment.account_id, *payment.allocations.values_list("account_id", flat=True)}


def _check(wanted: Reversal) -> None:
    if wanted.reason not in Reversal.Reason.values:
        raise ReversalRefused(_("Choose a reason from the list."), code="unknown_reason")
    if len(wanted.note) > LONGEST_NOTE:
        raise ReversalRefused(_("The note is too long."), code="note_too_long")
    if not wanted.reversed_by.sees_branch(wanted.payment.branch_id):
        raise ReversalRefused(_("There is no such payment here."), code="unknown_payment")
    if wanted.payment.channel not in UNDONE_AT_A_COUNTER:
        raise ReversalRefused(
            _("This payment was not taken at a counter; its own channel has to undo it."),
            code="not_at_a_counter",
        )
    if wanted.kind == Reversal.Kind.REVERSAL and wanted.approved_by_id in (None, wanted.reversed_by_id):
        raise ReversalRefused(_("A second person has to approve this."), code="same_person")


def _mirror_postings(reversal: Reversal, cash_ledger: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _MIRROR,
            {
                "cash": cash_ledger,
                "date": reversal.business_date,
                "at": reversal.reversed_at,
                "reversal": reversal.pk,
                "payment": reversal.payment_id,
            },
        )


def _take_deposits_back(payment: Payment, balances: dict[int, Balance]) -> None:
    for deposit in payment.deposits.all():
        balances[deposit.account_id].prepaid -= deposit.amount
    for tender in payment.tenders.filter(method=Tender.Method.PREPAID):
        assert tender.account_id is not None  # by constraint
        balances[tender.account_id].prepaid += tender.amount
    if any(balance.prepaid < 0 for balance in balances.values()):
        raise ReversalRefused(
            _("The prepaid credit of this payment has already paid a bill. Undo that payment first."),
            code="credit_already_used",
        )


def _take_returns_back(payment: Payment, balances: dict[int, Balance]) -> set[int]:
    """What was paid on bills that were cancelled since is prepaid credit now: it goes from there."""
    shares = Allocation.objects.filter(payment=payment, bill__state=Bill.State.CANCELLED)
    cancelled = set()
    for share in shares:
        cancelled.add(share.bill_id)
        balances[share.account_id].prepaid -= share.principal + share.late_charge
    # Credit that this payment drew on comes back, so it may go again.
    drawn = {one.account_id: one.amount for one in payment.tenders.filter(method=Tender.Method.PREPAID)}
    for share in shares:
        balance = balances[share.account_id]
        if balance.prepaid + drawn.get(share.account_id, NO_MONEY) < 0:
            raise ReversalRefused(
                _(
                    "The bill that this payment settled was cancelled, and the credit has paid another bill "
                    "since. Undo that payment first."
                ),
                code="credit_spent",
            )
    return cancelled


def _restore_bills(payment: Payment, balances: dict[int, Balance], cancelled: set[int]) -> None:
    shares = {
        share.bill_id: share
        for share in Allocation.objects.filter(payment=payment).exclude(bill_id__in=cancelled)
    }
    bills = Bill.objects.filter(pk__in=list(shares)).select_for_update(no_key=True).order_by("pk")
    for bill in bills:
        share = shares[bill.pk]
        bill.outstanding += share.principal
        # With principal open again the late charge is computed from the days, not from what was left.
        bill.late_charge_left = NO_MONEY if bill.outstanding else bill.late_charge_left + share.late_charge
        bill.state = Bill.State.OPEN
        bill.save(update_fields=["outstanding", "late_charge_left", "state"])
        balances[bill.account_id].receivable += share.principal
