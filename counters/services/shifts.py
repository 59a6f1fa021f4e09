import datetime
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.rows import read_rows
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Posting
from billing.money import NO_MONEY, to_money
from billing.services.business_days import is_closed
from counters.models import CashCount, Shift, TillEntry, Window
from counters.models.shift import DENOMINATIONS
from counters.queries.gas_tasks import writes_to_see_to
from counters.queries.shifts import handles_cash

MOST_PIECES = 100_000
LONGEST_REASON = 200


class ShiftRefused(ValidationError):
    """The shift stays as it was."""


def cash_ledger(shift: Shift) -> str:
    return f"cash:{shift.pk}"


@transaction.atomic
def open_shift(window: Window, *, cashier: Staff, opening_float: Decimal, at: datetime.datetime) -> Shift:
    """Begin to work a window with a float in the drawer; an adviser, at a window that takes no money, with none.

    Codes: not_your_hall, takes_no_money, takes_money, window_taken, shift_open, bad_float.
    """
    # The windows are few and opened once a day: their lock also orders the letters of the day.
    window = Window.objects.select_for_update(of=("self",)).select_related("hall").get(pk=window.pk)
    _check_window(window, cashier, opening_float)
    if taken := Shift.objects.open().filter(window=window).select_related("cashier").first():
        raise ShiftRefused(
            _("%(window)s is worked by %(cashier)s. Choose another window."),
            code="window_taken",
            params={"window": window, "cashier": taken.cashier.get_short_name()},
        )
    # Two browsers of one cashier at two windows: the row of the person is what they share.
    Staff.objects.select_for_update(no_key=True).get(pk=cashier.pk)
    if Shift.objects.open().filter(cashier=cashier).exists():
        raise ShiftRefused(_("You already have an open shift. Close it first."), code="shift_open")
    date = business_date_of(at)
    earlier = Shift.objects.filter(window=window, business_date=date).count()
    shift = Shift.objects.create(
        code=f"{window.hall.number}-{window.number:02d}-{date:%y%m%d}{_letters(earlier)}",
        window=window,
        cashier=cashier,
        business_date=date,
        opened_at=at,
        opening_float=opening_float,
    )
    record_audit(actor=cashier, action="open_shift", on=shift, at=at, details={"float": str(opening_float)})
    return shift


@transaction.atomic
def count_cash(
    shift: Shift, *, pieces: Mapping[Decimal, int], counted_by: Staff, at: datetime.datetime
) -> Decimal:
    """Hand in a blind count and learn by how much it differs from the books.

    Counting again is allowed and leaves its own line in the trail. Codes: not_yours, not_open, cards_unwritten, bad_count.
    """
    shift = lock_shift(shift.pk)
    _check_may_close(shift, counted_by)
    counted, expected = total_of(pieces), expected_cash(shift)
    record_audit(
        actor=counted_by,
        action="count_cash",
        on=shift,
        at=at,
        details={"counted": str(counted), "expected": str(expected)},
    )
    return counted - expected


@transaction.atomic
def close_shift(
    shift: Shift,
    *,
    pieces: Mapping[Decimal, int],
    reason: str,
    approved_by: Staff | None,
    closed_by: Staff,
    at: datetime.datetime,
) -> Shift:
    """Count the drawer and end the shift; over or short is booked and explained.

    `pieces` maps a denomination to how many there are. A difference above the hall's limit needs
    `approved_by`, a second person who may approve it.

    Codes: not_yours, not_open, bad_count, reason_needed, reason_too_long, approval_needed, same_person,
    may_not_approve, cards_unwritten (gas that was paid is on no card: write it or hand it over).
    Source: domain.md 3.1 (blind count, 长款 and 短款 are never set off against each other).
    """
    shift = lock_shift(shift.pk)
    _check_may_close(shift, closed_by)
    reason = reason.strip()
    counted, expected = total_of(pieces), expected_cash(shift)
    _check_difference(shift, counted - expected, reason, approved_by)
    CashCount.objects.bulk_create(
        CashCount(shift=shift, denomination=denomination, pieces=count)
        for denomination, count in pieces.items()
        if count
    )
    _post_difference(shift, counted - expected, at)
    shift.state = Shift.State.CLOSED
    shift.closed_at, shift.counted, shift.expected = at, counted, expected
    shift.difference_reason, shift.approved_by = reason, approved_by
    shift.save(
        update_fields=["state", "closed_at", "counted", "expected", "difference_reason", "approved_by"]
    )
    record_audit(
        actor=closed_by,
        action="close_shift",
        on=shift,
        at=at,
        reason=reason,
        details={
            "counted": str(counted),
            "expected": str(expected),
            "approved_by": approved_by.number if approved_by else None,
        },
    )
    return shift


def lock_shift(shift_id: int) -> Shift:
    """Lock the shift, the first lock of every verb at the counter."""
    (shift,) = read_rows(Shift, "WHERE id = %s FOR NO KEY UPDATE", [shift_id])
    return shift


def check_own_open_shift(shift: Shift, staff: Staff, at: datetime.datetime) -> None:
    if refusal := why_not_in_shift(shift, staff, at):
        raise refusal


def why_not_in_shift(shift: Shift, staff: Staff, at: datetime.datetime) -> ShiftRefused | None:
    """Why this person cannot work in this locked shift now, if so."""
    if shift.cashier_id != staff.pk:
        return ShiftRefused(_("This is the shift of somebody else."), code="not_yours")
    if not shift.is_open:
        return ShiftRefused(_("Open a shift first: this one is closed."), code="not_open")
    if business_date_of(at) != shift.business_date:
        return ShiftRefused(
            _("This shift belongs to %(date)s. Close it and open a new one."),
            code="another_day",
            params={"date": shift.business_date},
        )
    return None


def expected_cash(shift: Shift) -> Decimal:
    """What the drawer should hold: the float, and all that came in and went out."""
    moved = TillEntry.objects.filter(shift=shift).aggregate(cash=Sum(F("cash_in") - F("cash_out")))["cash"]
    expected: Decimal = shift.opening_float + (moved or NO_MONEY)
    return expected


def total_of(pieces: Mapping[Decimal, int]) -> Decimal:
    """The worth of a count sheet. Code: bad_count."""
    for denomination, count in pieces.items():
        if denomination not in DENOMINATIONS or not 0 <= count <= MOST_PIECES:
            raise ShiftRefused(_("A count is a whole number of notes or coins."), code="bad_count")
    return to_money(sum((denomination * count for denomination, count in pieces.items()), NO_MONEY))


def _check_may_close(shift: Shift, closed_by: Staff) -> None:
    if shift.cashier_id != closed_by.pk:
        raise ShiftRefused(_("This is the shift of somebody else."), code="not_yours")
    if not shift.is_open:
        raise ShiftRefused(_("This shift is already closed."), code="not_open")
    _check_cards_are_seen_to(closed_by)


def _check_cards_are_seen_to(staff: Staff) -> None:
    """Nobody goes home with a card that waits to be written, unless a colleague has it. Code: cards_unwritten."""
    waiting = writes_to_see_to(staff).count()
    if waiting:
        raise ShiftRefused(
            _("%(count)s cards still wait to be written. Write them, or hand them over first."),
            code="cards_unwritten",
            params={"count": waiting},
        )


def _letters(earlier: int) -> str:
    """The nth shift of a window on one day: A … Z, then AA."""
    return chr(ord("A") + earlier) if earlier < 26 else _letters(earlier // 26 - 1) + _letters(earlier % 26)


def _check_window(window: Window, cashier: Staff, opening_float: Decimal) -> None:
    if not cashier.sees_branch(window.hall.branch_id):
        raise ShiftRefused(_("This window is in a hall of another branch."), code="not_your_hall")
    if handles_cash(cashier) and not window.takes_money:
        raise ShiftRefused(_("This window takes no money."), code="takes_no_money")
    if window.takes_money and not handles_cash(cashier):
        raise ShiftRefused(
            _("This window takes money. Choose one that only gives advice."), code="takes_money"
        )
    most = window.hall.largest_float if window.takes_money else NO_MONEY
    if not _is_float(opening_float, most):
        raise ShiftRefused(
            _("The float of this hall is at most %(most)s."), code="bad_float", params={"most": most}
        )


def _is_float(amount: Decimal, most: Decimal) -> bool:
    return amount.is_finite() and 0 <= amount <= most and to_money(amount) == amount


def _check_difference(shift: Shift, difference: Decimal, reason: str, approved_by: Staff | None) -> None:
    if len(reason) > LONGEST_REASON:
        raise ShiftRefused(_("The reason is too long."), code="reason_too_long")
    if not difference:
        return
    if not reason:
        raise ShiftRefused(_("Say how the difference came about."), code="reason_needed")
    limit = shift.window.hall.difference_limit
    if abs(difference) <= limit:
        return
    if approved_by is None:
        raise ShiftRefused(
            _("A difference above %(limit)s needs a second person."),
            code="approval_needed",
            params={"limit": limit},
        )
    if approved_by.pk == shift.cashier_id:
        raise ShiftRefused(_("The second person cannot be yourself."), code="same_person")
    if not approved_by.has_perm("counters.approve_cash_difference"):
        raise ShiftRefused(
            _("%(name)s may not approve a cash difference. Ask the hall supervisor."),
            code="may_not_approve",
            params={"name": approved_by.get_short_name()},
        )


def _post_difference(shift: Shift, difference: Decimal, at: datetime.datetime) -> None:
    if difference:
        drawer = cash_ledger(shift)
        # A shift that was forgotten for days: its own day may take no postings any more.
        date = business_date_of(at) if is_closed(shift.business_date) else shift.business_date
        Posting.objects.create(
            debit=drawer if difference > 0 else "cash_difference",
            credit="cash_difference" if difference > 0 else drawer,
            amount=abs(difference),
            business_date=date,
            posted_at=at,
        )
