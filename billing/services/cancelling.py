"""The counter-rows of bills, written in sets: one statement a table, whatever the number of bills."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, Staff
from accounts.rows import insert_rows
from accounts.services.audit import audit_entry
from billing.business_date import business_date_of
from billing.models import (
    Adjustment,
    Allocation,
    Bill,
    BillCancellation,
    Decision,
    HeatCredit,
    Posting,
)
from billing.models.cancellation import CANCELLABLE
from billing.money import NO_MONEY
from billing.queries.limits import limit_of
from billing.services.arrears.money import money_came
from billing.services.business_days import is_closed
from billing.services.locks import balances_of, save_balances
from billing.services.other_payers import check_no_other_payer, other_payers
from billing.services.refusals import CorrectionRefused

LONGEST_NOTE = 200
# These credits belong to a fee or a settlement that stands beside the bill: the bill alone cannot be priced again.
SETTLED_BY_ANOTHER_BILL = (HeatCredit.Reason.SUSPENSION, HeatCredit.Reason.SETTLEMENT)

# What was paid on the bill leaves it for prepaid credit, payment by payment: a payment that is undone later takes
# its part out again by the mirror of its own rows. Late charge that was paid is income no more.
_RETURNS = """
    INSERT INTO billing_posting (debit, credit, amount, account_id, business_date, posted_at, bill_id,
                                 payment_id, cancellation_id)
    SELECT side.debit, side.credit, side.amount, share.account_id, c.business_date, c.cancelled_at, c.bill_id,
           share.payment_id, c.id
    FROM billing_billcancellation c
    JOIN billing_allocation share ON share.bill_id = c.bill_id
    LEFT JOIN billing_reversal undone ON undone.payment_id = share.payment_id
    CROSS JOIN LATERAL (VALUES ('late_charge', 'receivable', share.late_charge),
                               ('receivable', 'prepaid', share.principal + share.late_charge))
        AS side (debit, credit, amount)
    WHERE c.id = ANY (%(ids)s) AND undone.id IS NULL AND side.amount > 0
    ORDER BY share.id
"""
# What the bill had given back for cold rooms or early payment is taken back: those postings name no bill.
_TAKE_BACK_HEAT = """
    INSERT INTO billing_posting (debit, credit, amount, account_id, business_date, posted_at, cancellation_id,
                                 reverses_id)
    SELECT p.credit, p.debit, p.amount, p.account_id, c.business_date, c.cancelled_at, c.id, p.id
    FROM billing_billcancellation c
    JOIN billing_heatcredit given ON given.bill_id = c.bill_id
    JOIN billing_posting p ON p.id = given.posting_id
    WHERE c.id = ANY (%(ids)s)
    ORDER BY p.id
"""
# Every row of the bill itself once more with the sides exchanged, adjustments included.
_MIRROR = """
    INSERT INTO billing_posting (debit, credit, amount, account_id, business_date, posted_at, bill_id,
                                 adjustment_id, cancellation_id, reverses_id)
    SELECT p.credit, p.debit, p.amount, p.account_id, c.business_date, c.cancelled_at, p.bill_id,
           p.adjustment_id, c.id, p.id
    FROM billing_billcancellation c JOIN billing_posting p ON p.bill_id = c.bill_id
    WHERE c.id = ANY (%(ids)s) AND p.payment_id IS NULL AND p.reverses_id IS NULL
    ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Order:
    """Why bills are cancelled, who says so, and who else stands for it."""

    reason: str
    note: str
    cancelled_by: Staff
    approved_by: Staff | None
    at: datetime.datetime
    # What else was asked for in the same request, as one word.
    fingerprint: str = ""

    def check(self) -> None:
        """Refuse what can be seen without the bill. Codes: unknown_reason, note_too_long, same_person, may_not_approve."""
        if self.reason not in BillCancellation.Reason.values:
            raise CorrectionRefused(_("Choose a reason from the list."), code="unknown_reason")
        if len(self.note) > LONGEST_NOTE:
            raise CorrectionRefused(_("The note is too long."), code="note_too_long")
        if self.approved_by is not None:
            check_approver(self.approved_by, self.cancelled_by)


def check_approver(approved_by: Staff, proposed_by: Staff) -> None:
    """Codes: same_person, may_not_approve."""
    if approved_by.pk == proposed_by.pk:
        raise CorrectionRefused(_("A second person has to approve this."), code="same_person")
    if not approved_by.has_perm("billing.approve_correction"):
        raise CorrectionRefused(
            _("%(name)s may not approve a correction. Ask the hall supervisor."),
            code="may_not_approve",
            params={"name": approved_by.get_short_name()},
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """What was paid on each of some locked bills, and what else became prepaid credit because of them."""

    paid: Mapping[int, Decimal]
    credited: Mapping[int, Decimal]
    # Who else than the customer has paid on a bill.
    payers: Mapping[int, str] = field(default_factory=dict)
    # On these a credit of the bill before waits for approval: it would end with the bill, and nobody be asked.
    awaited: Collection[int] = ()

    def moves(self, bill: Bill) -> Decimal:
        """What the cancellation adds to the prepaid credit of the account."""
        return self.paid.get(bill.pk, NO_MONEY) - self.credited.get(bill.pk, NO_MONEY)


def settled_on(bills: Sequence[Bill]) -> Settled:
    ids = [bill.pk for bill in bills]
    paid = (
        Allocation.objects.filter(bill_id__in=ids, payment__reversal__isnull=True)
        .order_by()
        .values_list("bill_id")
        .annotate(amount=Sum(F("principal") + F("late_charge")))
    )
    # Adjustments of a bill that was paid; their postings are mirrored with those of the bill.
    credited = (
        Posting.objects.filter(bill_id__in=ids, payment__isnull=True, reverses__isnull=True, credit="prepaid")
        .order_by()
        .values_list("bill_id")
        .annotate(amount=Sum("amount"))
    )
    for_heat = dict(
        HeatCredit.objects.filter(bill_id__in=ids)
        .order_by()
        .values_list("bill_id")
        .annotate(amount=Sum("amount"))
    )
    both = dict(credited)
    for bill_id, amount in for_heat.items():
        both[bill_id] = both.get(bill_id, NO_MONEY) + amount
    awaited = Adjustment.objects.filter(bill_id__in=ids, state=Decision.PROPOSED, follows__isnull=False)
    return Settled(dict(paid), both, other_payers(ids), set(awaited.values_list("bill_id", flat=True)))


def needs_second_person(bill: Bill, paid: Decimal, cancelled_by: Staff) -> bool:
    """Money was taken on it, its day is closed, or it is larger than this person may cancel alone."""
    return bool(paid) or is_closed(bill.issued_on) or bill.amount > limit_of(cancelled_by, "CANCEL_ALONE")


def check_stands(bill: Bill, staff: Staff) -> None:
    """Refuse what this person cannot cancel at all.

    Codes: unknown_bill, not_cancellable, already_cancelled, written_off, credited_for_heat.
    """
    if not staff.sees_branch(bill.account.branch_id):
        raise CorrectionRefused(_("There is no such bill here."), code="unknown_bill")
    if bill.kind not in CANCELLABLE:
        raise CorrectionRefused(
            _("This was sold at a window: undo the payment there, with what was sold."),
            code="not_cancellable",
        )
    if bill.state == Bill.State.CANCELLED:
        raise CorrectionRefused(_("This bill has already been cancelled."), code="already_cancelled")
    if bill.written_off:
        raise CorrectionRefused(
            _("This debt was written off. Take it back first, then correct the bill."), code="written_off"
        )
    if bill.heat_credits.filter(reason__in=SETTLED_BY_ANOTHER_BILL).exists():
        raise CorrectionRefused(
            _(
                "This season was settled by a suspension or by the heat meter. Correct the difference by an"
                " adjustment."
            ),
            code="credited_for_heat",
        )


def check_bill(bill: Bill, settled: Settled, prepaid: Decimal, order: Order) -> None:
    """Refuse a locked bill that cannot be cancelled. `prepaid` is the credit that would be left once it is.

    Codes: paid_by_another, follow_waits, second_person_needed, credit_spent, and those of check_stands.
    """
    check_stands(bill, order.cancelled_by)
    check_no_other_payer(bill.pk, settled.payers)
    if bill.pk in settled.awaited:
        raise CorrectionRefused(
            _(
                "What was given back on the bill before waits for approval on this one. Decide about it first."
            ),
            code="follow_waits",
        )
    if order.approved_by is None and needs_second_person(
        bill, settled.paid.get(bill.pk, NO_MONEY), order.cancelled_by
    ):
        raise CorrectionRefused(
            _("This bill was paid, is large or stands in closed books: a second person has to approve this."),
            code="second_person_needed",
        )
    if prepaid < 0:
        raise CorrectionRefused(
            _("An adjustment of this bill became prepaid credit that has been used since."),
            code="credit_spent",
        )


def write_cancellations(
    wanted: Sequence[tuple[Bill, UUID]], settled: Settled, order: Order
) -> list[BillCancellation]:
    """Cancel locked and checked bills: counter-rows, money to prepaid credit, balances, trail.

    The caller holds the locks of the accounts and of the bills, inside a transaction.
    """
    balances = balances_of({bill.account_id: bill.account for bill, _request in wanted})
    rows = [
        BillCancellation(
            bill=bill,
            request_id=request_id,
            reason=order.reason,
            note=order.note,
            business_date=business_date_of(order.at),
            cancelled_at=order.at,
            cancelled_by=order.cancelled_by,
            approved_by=order.approved_by,
            returned=settled.paid.get(bill.pk, NO_MONEY),
            fingerprint=order.fingerprint,
        )
        for bill, request_id in wanted
    ]
    insert_rows(rows)
    with connection.cursor() as cursor:
        cursor.execute(_RETURNS, {"ids": [row.pk for row in rows]})
        cursor.execute(_MIRROR, {"ids": [row.pk for row in rows]})
        cursor.execute(_TAKE_BACK_HEAT, {"ids": [row.pk for row in rows]})
    for bill, _request in wanted:
        balances[bill.account_id].receivable -= bill.outstanding
        balances[bill.account_id].prepaid += settled.moves(bill)
    Bill.objects.filter(pk__in=[bill.pk for bill, _request in wanted]).update(
        outstanding=NO_MONEY, late_charge_left=NO_MONEY, state=Bill.State.CANCELLED
    )
    save_balances([balances[pk] for pk in sorted(balances)])
    insert_rows([_trace_of(row) for row in rows])
    money_came(sorted(balances), order.at)
    return rows


def _trace_of(row: BillCancellation) -> AuditEntry:
    return audit_entry(
        actor=row.cancelled_by,
        action="cancel_bill",
        on=row.bill,
        at=row.cancelled_at,
        reason=f"{row.reason} {row.note}".strip()[:LONGEST_NOTE],
        details={
            "approved_by": row.approved_by.number if row.approved_by else None,
            "returned": str(row.returned),
        },
        request_id=row.request_id,
    )
