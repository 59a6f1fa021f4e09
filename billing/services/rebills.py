"""A period that was billed wrongly, billed again: the bill, and the later ones that change with it."""

import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import (
    Adjustment,
    Bill,
    BillCancellation,
    BillRun,
    Reading,
)
from billing.money import NO_MONEY
from billing.services.bill_drafts import BillDraft
from billing.services.cancellations import cancellation_made_before
from billing.services.cancelling import (
    Order,
    check_bill,
    check_stands,
    needs_second_person,
    settled_on,
    write_cancellations,
)
from billing.services.exchanges import Exchange, Rebilling, exchanged, exchanged_before
from billing.services.following import carry_over, check_decided, credits_of, waived_on
from billing.services.heat_credits_again import credit_again
from billing.services.issue_bills import issue_bills
from billing.services.locks import balances_of, lock_bills, lock_request
from billing.services.reading_corrections import correct_reading
from billing.services.redrafts import changed_bills, drafts_of, later_bills
from billing.services.refusals import CorrectionRefused


@dataclass(frozen=True, slots=True)
class RightReading:
    """What the meter really showed on the day of a wrong reading."""

    reading: Reading
    value: Decimal
    rolled_over: bool = False


@transaction.atomic
def cancel_and_rebill(
    bill: Bill,
    *,
    reason: str,
    note: str,
    cancelled_by: Staff,
    approved_by: Staff | None = None,
    request_id: UUID,
    at: datetime.datetime,
    right: RightReading | None = None,
    follow: bool | None = None,
) -> Rebilling:
    """Cancel a bill and bill its period again with today's readings, facts and tariff.

    Where adjustments had given something back on these bills, `follow` says whether that stands on the new ones
    (each by a new adjustment that names the old one) or ends; who cancels has to say which. Credits for cold rooms
    and early payment are given again in proportion; a waived late charge ends, because the new bill begins its own.

    Later bills that change with it (the next one begins at the corrected reading, the tiers of the year move) are
    cancelled and billed again in their order; the money that had been paid on them pays the new ones first. With
    `right` the wrong reading is replaced in the same transaction. Asking twice with one request_id does it once.

    Codes: cannot_price_again, periods_overlap, not_of_this_bill, follow_undecided, and those of cancel_bill and
    correct_reading.
    """
    order = Order(reason, note, cancelled_by, approved_by, at, _fingerprint(right, follow))
    order.check()
    lock_request(request_id)
    if cancellation_made_before(bill, request_id, order):
        return _made_before(bill, request_id)
    return _exchange(bill, order, request_id, right, follow)


def preview_rebill(
    bill: Bill,
    *,
    reason: str,
    cancelled_by: Staff,
    at: datetime.datetime,
    right: RightReading | None = None,
    follow: bool | None = None,
) -> Rebilling:
    """What `cancel_and_rebill` would do, found by doing it and taking all of it back.

    The same codes; where a second person is needed, or a word about what was given back, it says so instead of
    refusing.
    """
    with transaction.atomic():
        # The database asks for a second person too; whoever stands in signs nothing that stays.
        stand_in = Staff.objects.exclude(pk=cancelled_by.pk).order_by("pk").first()
        order = Order(reason, "", cancelled_by, stand_in, at)
        rebilling = _exchange(bill, order, uuid4(), right, follow, is_preview=True)
        transaction.set_rollback(True)
    return rebilling


@transaction.atomic
def rebill(bill: Bill, *, rebilled_by: Staff, at: datetime.datetime, follow: bool | None = None) -> Bill:
    """Bill the period of a cancelled bill again, under the next number, in the place of the last one.

    What adjustments had given back on it is proposed again with `follow`, for a second person to approve.

    Codes: unknown_bill, not_cancelled, already_rebilled, follow_undecided, nothing_to_bill, cannot_price_again.
    """
    (locked,) = lock_bills([bill.pk])
    if not rebilled_by.sees_branch(locked.account.branch_id):
        raise CorrectionRefused(_("There is no such bill here."), code="unknown_bill")
    if locked.state != Bill.State.CANCELLED:
        raise CorrectionRefused(_("This bill counts. Cancel it first."), code="not_cancelled")
    standing = Bill.objects.filter(account_id=locked.account_id, kind=locked.kind, period=locked.period)
    if standing.exclude(state=Bill.State.CANCELLED).exists():
        raise CorrectionRefused(_("This period has already been billed again."), code="already_rebilled")
    # What was given back, and what was paid, went with the last bill of the period.
    while later := Bill.objects.filter(replaces=locked).first():
        (locked,) = lock_bills([later.pk])
    (draft,) = drafts_of([locked], business_date_of(at))
    if draft is None:
        raise CorrectionRefused(_("There is nothing to bill for this period."), code="nothing_to_bill")
    given = credits_of([locked])
    if follow is None:
        check_decided(given, follow, None)
    new = _issue(locked, draft, locked.cancellation.returned, rebilled_by, at)
    if follow:
        carry_over(given, locked, new, proposed_by=rebilled_by, approved_by=None, at=at)
    credit_again(locked, new, at=at)
    return new


def _exchange(
    bill: Bill,
    order: Order,
    request_id: UUID,
    right: RightReading | None,
    follow: bool | None,
    *,
    is_preview: bool = False,
) -> Rebilling:
    (chosen,) = lock_bills([bill.pk])
    check_stands(chosen, order.cancelled_by)
    # Read after the lock: a run may just have issued the next one.
    chain = sorted(lock_bills([bill.pk, *later_bills(bill)]), key=lambda one: one.period_to)
    if right is not None:
        _replace_reading(bill, right, order)
    drafts = list(drafts_of(chain, business_date_of(order.at)))
    changed = changed_bills(chain, drafts)
    chain, drafts = chain[:changed], drafts[:changed]
    account = {bill.account_id: chain[0].account}
    settled = settled_on(chain)
    given = credits_of(chain)
    if not is_preview:
        check_decided(given, follow, order.approved_by)
    rebilling = Rebilling(
        needs_second_person=bool(given) and follow is True,
        is_undecided=bool(given) and follow is None,
        waived=waived_on(chain),
    )
    # They go together: what one takes out of prepaid credit another may bring back, and only the sum counts.
    prepaid = balances_of(account)[bill.account_id].prepaid
    prepaid += sum((settled.moves(one) for one in chain), NO_MONEY)
    for one in chain:
        check_bill(one, settled, prepaid, order)
        paid = settled.paid.get(one.pk, NO_MONEY)
        rebilling.needs_second_person |= needs_second_person(one, paid, order.cancelled_by)
    write_cancellations([(one, _request_of(one, bill, request_id)) for one in chain], settled, order)
    meant_for_them = sum((settled.paid.get(one.pk, NO_MONEY) for one in chain), NO_MONEY)
    for one, draft in zip(chain, drafts, strict=True):
        new = _issue(one, draft, meant_for_them, order.cancelled_by, order.at) if draft else None
        meant_for_them = max(meant_for_them - (new.amount - new.outstanding if new else NO_MONEY), NO_MONEY)
        rebilling.exchanges.append(_taken_over(one, new, given, order, follow))
    rebilling.prepaid = balances_of(account)[bill.account_id].prepaid
    return rebilling


def _taken_over(
    old: Bill, new: Bill | None, given: Sequence[Adjustment], order: Order, follow: bool | None
) -> Exchange:
    """What had been given back on the old bill, on the new one: heat credits always, adjustments when asked for."""
    for_heat = list(old.heat_credits.order_by("pk"))
    carried = carry_over(
        given,
        old,
        new if follow else None,
        proposed_by=order.cancelled_by,
        approved_by=order.approved_by,
        at=order.at,
    )
    again = {one.replaces_id: one for one in (credit_again(old, new, at=order.at) if new else [])}
    return exchanged(old, new, carried, [(one, again.get(one.pk)) for one in for_heat])


def _replace_reading(bill: Bill, right: RightReading, order: Order) -> None:
    reading = right.reading
    if reading.installation.account_id != bill.account_id or not (
        bill.period_from < reading.read_on <= bill.period_to
    ):
        raise CorrectionRefused(_("This bill was not made from this reading."), code="not_of_this_bill")
    correct_reading(
        reading,
        value=right.value,
        rolled_over=right.rolled_over,
        note=f"{order.reason} {order.note}".strip(),
        corrected_by=order.cancelled_by,
        at=order.at,
    )


def _issue(
    old: Bill, draft: BillDraft, meant_for_it: Decimal, rebilled_by: Staff, at: datetime.datetime
) -> Bill:
    account_id = old.account_id
    (key,) = issue_bills(
        [draft],
        {account_id: old.account.branch_id},
        old.run or BillRun(service=old.service),
        at,
        meant_for_them={account_id: meant_for_it},
    )
    new: Bill = Bill.objects.get(pk=key)
    record_audit(
        actor=rebilled_by,
        action="rebill",
        on=new,
        at=at,
        details={"replaces": old.number, "amount": str(new.amount)},
    )
    return new


def _fingerprint(right: RightReading | None, follow: bool | None) -> str:
    """The same for the same right reading and the same word about what was given back."""
    reading = [right.reading.pk, str(right.value), right.rolled_over] if right else None
    return hashlib.sha256(json.dumps([reading, follow]).encode()).hexdigest()


def _request_of(one: Bill, bill: Bill, request_id: UUID) -> UUID:
    """The bill that was asked for has the request itself, the later ones have keys made from it."""
    return request_id if one.pk == bill.pk else uuid5(request_id, str(one.pk))


def _made_before(bill: Bill, request_id: UUID) -> Rebilling:
    bills = Bill.objects.filter(account_id=bill.account_id, kind=bill.kind, state=Bill.State.CANCELLED)
    requests = [_request_of(one, bill, request_id) for one in bills]
    made = BillCancellation.objects.filter(request_id__in=requests).select_related("bill").order_by("pk")
    account = {bill.account_id: bill.account}
    return Rebilling(
        [exchanged_before(one.bill) for one in made],
        any(one.approved_by_id for one in made),
        prepaid=balances_of(account)[bill.account_id].prepaid,
    )
