"""The life of an account, one verb for each move.

What else must hold before a move (nothing owed at closing, a notice before a stop) is for the verb of
the higher app that calls these in its own transaction.
"""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountStateChange, Staff
from accounts.services.audit import record_audit

State = Account.State
LONGEST_REASON = 200


class AccountRefused(ValidationError):
    """The account stays as it is. The message is for the person at the counter."""


@transaction.atomic
def open_account(account: Account, *, reason: str, actor: Staff | None, at: datetime) -> Account:
    """Begin to supply (开户)."""
    return _move(account, "open", State.ACTIVE, [State.PENDING], reason=reason, actor=actor, at=at)


@transaction.atomic
def suspend_account(account: Account, *, reason: str, actor: Staff | None, at: datetime) -> Account:
    """Pause the supply because the customer asked for it (报停)."""
    return _move(account, "suspend", State.SUSPENDED, [State.ACTIVE], reason=reason, actor=actor, at=at)


@transaction.atomic
def resume_account(account: Account, *, reason: str, actor: Staff | None, at: datetime) -> Account:
    """End the pause that the customer asked for (恢复用热)."""
    return _move(account, "resume", State.ACTIVE, [State.SUSPENDED], reason=reason, actor=actor, at=at)


@transaction.atomic
def restrict_account(account: Account, *, reason: str, actor: Staff | None, at: datetime) -> Account:
    """Supply less because of arrears (限)."""
    return _move(account, "restrict", State.RESTRICTED, [State.ACTIVE], reason=reason, actor=actor, at=at)


@transaction.atomic
def stop_account(account: Account, *, reason: str, actor: Staff | None, at: datetime) -> Account:
    """Stop the supply because of arrears (停)."""
    before = [State.ACTIVE, State.RESTRICTED]
    return _move(account, "stop", State.STOPPED, before, reason=reason, actor=actor, at=at)


@transaction.atomic
def reconnect_account(account: Account, *, reason: str, actor: Staff | None, at: datetime) -> Account:
    """Supply in full again after a restriction or a stop (复热, 复水, 复电)."""
    before = [State.RESTRICTED, State.STOPPED]
    return _move(account, "reconnect", State.ACTIVE, before, reason=reason, actor=actor, at=at)


@transaction.atomic
def close_account(account: Account, *, reason: str, actor: Staff | None, at: datetime) -> Account:
    """End the contract for good (销户)."""
    before = [State.PENDING, State.ACTIVE, State.SUSPENDED, State.STOPPED]
    return _move(account, "close", State.CLOSED, before, reason=reason, actor=actor, at=at)


def _move(
    account: Account,
    verb: str,
    to_state: Account.State,
    before: Collection[Account.State],
    *,
    reason: str,
    actor: Staff | None,
    at: datetime,
) -> Account:
    reason = reason.strip()
    if not reason:
        raise AccountRefused(_("A change of state needs a reason."), code="no_reason")
    if len(reason) > LONGEST_REASON:
        raise AccountRefused(_("The reason is too long."), code="reason_too_long")
    account = Account.objects.select_for_update().get(pk=account.pk)
    if account.state not in before or not account.may_become(to_state):
        raise AccountRefused(
            _("The account is %(state)s; this cannot be done now."),
            code="not_allowed",
            params={"state": account.get_state_display()},
        )
    from_state, account.state = account.state, to_state
    account.closed_on = timezone.localdate(at) if to_state == State.CLOSED else None
    account.save(update_fields=["state", "closed_on"])
    AccountStateChange.objects.create(
        account=account,
        from_state=from_state,
        to_state=to_state,
        reason=reason,
        changed_at=at,
        changed_by=actor,
    )
    record_audit(
        actor=actor,
        action=f"account.{verb}",
        on=account,
        at=at,
        branch=account.branch,
        reason=reason,
        details={"from": from_state, "to": to_state},
    )
    return account
