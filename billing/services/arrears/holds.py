"""What holds the ladder of an account: entered with a reason, lifted by another look."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import ArrearsHold
from billing.services.arrears.closing import hold_back_steps
from billing.services.locks import lock_accounts
from billing.services.refusals import ArrearsRefused

Kind = ArrearsHold.Kind
LONGEST_REASON = 200
# Money decides of these; they come from the verbs of promises.
BY_MONEY = (Kind.PROMISE, Kind.INSTALMENTS)
# A payment is under way for days, not for months.
LONGEST_UNDERWAY = datetime.timedelta(days=7)


@transaction.atomic
def place_hold(
    account_id: int,
    *,
    kind: str,
    reason: str,
    by: Staff,
    at: datetime.datetime,
    ends_on: datetime.date | None = None,
) -> ArrearsHold:
    """Hold the ladder of an account, or only its supply, and take back the waiting steps that this holds.

    Codes: unknown_account, unknown_kind, reason_missing, reason_too_long, date_passed, end_missing, held_already.
    """
    lock_account(account_id, by)
    today = business_date_of(at)
    _check(kind, reason, ends_on, today)
    same = ArrearsHold.objects.filter(account_id=account_id, kind=kind, lifted_at__isnull=True)
    if any(hold.ends_on is None or hold.ends_on >= today for hold in same):
        raise ArrearsRefused(_("This holds the account already. Lift it first."), code="held_already")
    hold = ArrearsHold.objects.create(
        account_id=account_id,
        kind=kind,
        starts_on=today,
        ends_on=ends_on,
        reason=reason.strip(),
        made_at=at,
        made_by=by,
    )
    hold_back_steps([account_id], today, at)
    record_audit(actor=by, action="arrears.place_hold", on=hold, at=at, reason=reason, details={"kind": kind})
    return hold


@transaction.atomic
def lift_hold(hold: ArrearsHold, *, reason: str, by: Staff, at: datetime.datetime) -> ArrearsHold:
    """Let the ladder go on from the next morning. Codes: unknown_account, lifted_already, decided_by_money,
    reason_missing, reason_too_long.
    """
    lock_account(hold.account_id, by)
    hold = ArrearsHold.objects.get(pk=hold.pk)
    _check_reason(reason)
    if hold.lifted_at is not None:
        raise ArrearsRefused(_("This was lifted already."), code="lifted_already")
    if hold.kind in BY_MONEY:
        raise ArrearsRefused(
            _("A promise is kept or broken by the money. A new agreement replaces it."),
            code="decided_by_money",
        )
    hold.lifted_at, hold.lifted_by = at, by
    hold.save(update_fields=["lifted_at", "lifted_by"])
    record_audit(
        actor=by, action="arrears.lift_hold", on=hold, at=at, reason=reason, details={"kind": hold.kind}
    )
    return hold


def lock_account(account_id: int, by: Staff) -> Account:
    """Lock the account; one of another branch looks like none. Code: unknown_account."""
    account = lock_accounts([account_id]).get(account_id)
    if account is None or not by.sees_branch(account.branch_id):
        raise ArrearsRefused(_("There is no such account here."), code="unknown_account")
    return account


def _check(kind: str, reason: str, ends_on: datetime.date | None, today: datetime.date) -> None:
    if kind not in Kind.values or kind in BY_MONEY:
        raise ArrearsRefused(_("Choose from the list what holds the ladder."), code="unknown_kind")
    _check_reason(reason)
    if ends_on is not None and ends_on < today:
        raise ArrearsRefused(_("This day has passed."), code="date_passed")
    if kind == Kind.PAYMENT_UNDERWAY and (ends_on is None or ends_on > today + LONGEST_UNDERWAY):
        raise ArrearsRefused(
            _("Say until when the payment is under way: %(days)s days at most."),
            code="end_missing",
            params={"days": LONGEST_UNDERWAY.days},
        )


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise ArrearsRefused(
            _("Say why: who reads the case later must understand it."), code="reason_missing"
        )
    if len(reason) > LONGEST_REASON:
        raise ArrearsRefused(_("The reason is too long."), code="reason_too_long")
