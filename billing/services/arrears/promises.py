"""Promises to pay and instalments: made by a person, kept or broken by the money alone."""

import datetime
from collections.abc import Collection, Sequence
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.keys import key_array
from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import ArrearsHold, Bill, Promise
from billing.money import FEN, NO_MONEY, to_money
from billing.queries.arrears.debts import Debt, overdue_of
from billing.queries.late_charges import debts_on
from billing.services.arrears.closing import hold_back_steps
from billing.services.arrears.holds import lock_account
from billing.services.refusals import ArrearsRefused

Kind = ArrearsHold.Kind

LONGEST_PROMISE = datetime.timedelta(days=30)
LONGEST_PLAN = datetime.timedelta(days=366)
MOST_PARTS = 24
# Whoever broke so many promises since the debt began to be overdue is not believed once more.
MOST_BROKEN = 2

# Money counts from the making of the promise until its day; the second instalment needs the first one too.
# Where nothing is open any more there is nothing left to break.
_SETTLE = """
    WITH promised AS (
        SELECT p.id, p.hold_id, p.account_id, p.due_on, p.state, p.decided_on, h.made_at,
            sum(p.amount) OVER (PARTITION BY p.hold_id ORDER BY p.position) AS until_then
        FROM billing_promise p JOIN billing_arrearshold h ON h.id = p.hold_id
        WHERE p.account_id = ANY (%(ids)s) AND p.state IN ('OPEN', 'KEPT')
    ), judged AS (
        SELECT id, hold_id, state AS before, CASE
            WHEN NOT EXISTS (SELECT FROM billing_bill b WHERE b.account_id = promised.account_id AND b.state = 'OPEN')
                OR until_then <= (
                    SELECT COALESCE(sum(part.principal + part.late_charge), 0)
                    FROM billing_allocation part JOIN billing_payment m ON m.id = part.payment_id
                    WHERE part.account_id = promised.account_id AND m.taken_at >= promised.made_at
                        AND m.business_date <= promised.due_on
                        AND NOT EXISTS (SELECT FROM billing_reversal r WHERE r.payment_id = m.id))
                THEN 'KEPT'
            WHEN due_on < %(on)s THEN 'BROKEN' ELSE 'OPEN' END AS now
        FROM promised WHERE state = 'OPEN' OR decided_on >= %(since)s
    ), settled AS (
        UPDATE billing_promise p
        SET state = judged.now, decided_on = CASE WHEN judged.now = 'OPEN' THEN NULL ELSE %(on)s::date END
        FROM judged WHERE p.id = judged.id AND judged.now <> judged.before
        RETURNING p.id, p.hold_id
    ), lifted AS (
        UPDATE billing_arrearshold h SET lifted_at = CASE WHEN verdict.is_over THEN %(at)s::timestamptz END
        FROM (
            SELECT p.hold_id, bool_or(COALESCE(judged.now, p.state) = 'BROKEN')
                OR bool_and(COALESCE(judged.now, p.state) <> 'OPEN') AS is_over
            FROM billing_promise p LEFT JOIN judged ON judged.id = p.id
            WHERE p.hold_id IN (SELECT hold_id FROM settled) GROUP BY p.hold_id
        ) verdict
        WHERE h.id = verdict.hold_id AND h.lifted_by_id IS NULL
    )
    SELECT count(*) FROM settled
"""
_NEVER = datetime.date.max


@transaction.atomic
def promise_payment(
    account_id: int,
    *,
    amount: Decimal,
    due_on: datetime.date,
    by: Staff,
    at: datetime.datetime,
    note: str = "",
) -> Promise:
    """Note that the customer will pay so much by that day; the ladder waits until then.

    A promise made before is replaced. Codes: unknown_account, nothing_owed, not_money, more_than_owed,
    date_passed, too_far, promises_broken, reason_too_long.
    """
    debt = _lock_debt(account_id, by, at)
    today = business_date_of(at)
    _check_part(amount, due_on, today, today + LONGEST_PROMISE)
    _check_sum(account_id, amount, debt, today)
    if _broken_since(account_id, debt) >= MOST_BROKEN:
        raise ArrearsRefused(
            _("Two promises for this debt were broken. Agree on instalments with the supervisor instead."),
            code="promises_broken",
        )
    (promise,) = _agree(account_id, Kind.PROMISE, [(due_on, amount)], note or _("promised"), by, at)
    return promise


@transaction.atomic
def agree_instalments(
    account_id: int,
    *,
    parts: Sequence[tuple[datetime.date, Decimal]],
    by: Staff,
    at: datetime.datetime,
    note: str = "",
) -> list[Promise]:
    """Agree that the debt is paid in parts, each by its day; the ladder waits while they come.

    The first one missed ends the plan. Codes: unknown_account, nothing_owed, not_money, more_than_owed,
    less_than_owed, date_passed, too_far, too_few_parts, too_many_parts, days_out_of_order, reason_too_long.
    """
    debt = _lock_debt(account_id, by, at)
    today = business_date_of(at)
    if len(parts) < 2:
        raise ArrearsRefused(_("Instalments are two parts at least."), code="too_few_parts")
    if len(parts) > MOST_PARTS:
        raise ArrearsRefused(
            _("Instalments are %(most)s parts at most."), code="too_many_parts", params={"most": MOST_PARTS}
        )
    days = [due_on for due_on, _amount in parts]
    if sorted(set(days)) != days:
        raise ArrearsRefused(
            _("Each instalment falls on a later day than the one before."), code="days_out_of_order"
        )
    for due_on, amount in parts:
        _check_part(amount, due_on, today, today + LONGEST_PLAN)
    total = sum((amount for _due_on, amount in parts), Decimal(0))
    _check_sum(account_id, total, debt, today)
    if total < debt.amount:
        raise ArrearsRefused(
            _("The instalments come to %(total)s, but %(owed)s is overdue. The plan covers the whole debt."),
            code="less_than_owed",
            params={"total": total, "owed": debt.amount},
        )
    return _agree(account_id, Kind.INSTALMENTS, parts, note or _("instalments agreed"), by, at)


def settle_promises(
    account_ids: Collection[int], on: datetime.date, at: datetime.datetime, *, since: datetime.date = _NEVER
) -> int:
    """Let the money say which promises were kept or broken by the day; how many changed.

    `since`: promises that were kept on that day or later are judged again, because money was taken back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"ids": key_array(account_ids), "on": on, "at": at, "since": since})
        (settled,) = cursor.fetchone() or (0,)
    return int(settled)


def _lock_debt(account_id: int, by: Staff, at: datetime.datetime) -> Debt:
    lock_account(account_id, by)
    today = business_date_of(at)
    debt = overdue_of([account_id], today).get(account_id)
    if debt is None:
        raise ArrearsRefused(_("Nothing is overdue on this account."), code="nothing_owed")
    return debt


def _check_part(amount: Decimal, due_on: datetime.date, today: datetime.date, latest: datetime.date) -> None:
    if not amount.is_finite() or amount < FEN or to_money(amount) != amount:
        raise ArrearsRefused(_("An amount is above zero and has at most two decimals."), code="not_money")
    if due_on < today:
        raise ArrearsRefused(_("This day has passed."), code="date_passed")
    if due_on > latest:
        raise ArrearsRefused(
            _("The last day that can be agreed is %(latest)s."), code="too_far", params={"latest": latest}
        )


def _check_sum(account_id: int, amount: Decimal, debt: Debt, today: datetime.date) -> None:
    """At most what the case page shows: the debt with the late charge of today."""
    if amount <= debt.amount:
        return
    bills = Bill.objects.open().due_before(today).filter(account=account_id).select_related("account")
    owed = sum((one.principal + one.late_charge for one in debts_on(list(bills), today)), NO_MONEY)
    if amount > owed:
        raise ArrearsRefused(
            _("Only %(owed)s is overdue, the late charge of today included."),
            code="more_than_owed",
            params={"owed": owed},
        )


def _broken_since(account_id: int, debt: Debt) -> int:
    return Promise.objects.filter(
        account_id=account_id, state=Promise.State.BROKEN, due_on__gt=debt.oldest_due_on
    ).count()


def _agree(
    account_id: int,
    kind: ArrearsHold.Kind,
    parts: Sequence[tuple[datetime.date, Decimal]],
    reason: str,
    by: Staff,
    at: datetime.datetime,
) -> list[Promise]:
    today = business_date_of(at)
    if len(reason) > 200:
        raise ArrearsRefused(_("The note is too long."), code="reason_too_long")
    _replace_earlier(account_id, today, by, at)
    hold = ArrearsHold.objects.create(
        account_id=account_id,
        kind=kind,
        starts_on=today,
        ends_on=parts[-1][0],
        reason=reason,
        made_at=at,
        made_by=by,
    )
    promises = [
        Promise(hold=hold, account_id=account_id, position=position, amount=amount, due_on=due_on)
        for position, (due_on, amount) in enumerate(parts, 1)
    ]
    Promise.objects.bulk_create(promises)
    hold_back_steps([account_id], today, at)
    record_audit(
        actor=by,
        action="arrears.promise",
        on=hold,
        at=at,
        details={"kind": kind, "parts": [[day.isoformat(), str(amount)] for day, amount in parts]},
    )
    return promises


def _replace_earlier(account_id: int, today: datetime.date, by: Staff, at: datetime.datetime) -> None:
    holds = ArrearsHold.objects.filter(
        account_id=account_id, kind__in=[Kind.PROMISE, Kind.INSTALMENTS], lifted_at__isnull=True
    )
    Promise.objects.filter(hold__in=holds, state=Promise.State.OPEN).update(
        state=Promise.State.REPLACED, decided_on=today
    )
    holds.update(lifted_at=at, lifted_by=by)
