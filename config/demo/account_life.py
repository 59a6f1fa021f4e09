"""What happened to accounts besides bills and money: suspended, stopped, closed, disputed, in court."""

import datetime
from collections.abc import Iterable, Sequence

from accounts.copying import copy_rows
from accounts.models import Account, Staff
from accounts.models.account import Service
from config.demo.chance import Chance
from config.demo.habits import Owing
from config.demo.households import OddRow
from config.demo.trail import Trace, write_trail

State = Account.State
_SUSPENDED = 0.06
_STOPPED, _RESTRICTED = 0.12, 0.10
_DISPUTED, _IN_COURT = 0.003, 0.25
_VERBS = {
    State.SUSPENDED: "suspend",
    State.STOPPED: "stop",
    State.RESTRICTED: "restrict",
    State.CLOSED: "close",
}


def suspend_heat(owings: Iterable[Owing], by: Staff, at: datetime.datetime, chance: Chance) -> None:
    """4–8 % of the heat accounts are suspended for the season (domain.md 6.10)."""
    asked = [
        one
        for one in owings
        if one.account.service == Service.HEAT and one.account.odd is None and one.pays_until is None
        if chance.happens(_SUSPENDED)
    ]
    _move(asked, State.SUSPENDED, "本采暖季房屋空置，用户申请报停", by, at)


def stop_debtors(owings: Iterable[Owing], by: Staff, at: datetime.datetime, chance: Chance) -> None:
    """Some of those with old debts are restricted or stopped."""
    debtors = [one for one in owings if one.has_old_debt]
    thrown = [chance.random() for _ in debtors]
    stopped = [one for one, number in zip(debtors, thrown, strict=True) if number < _STOPPED]
    restricted = [
        one
        for one, number in zip(debtors, thrown, strict=True)
        if _STOPPED <= number < _STOPPED + _RESTRICTED
    ]
    _move(stopped, State.STOPPED, "陈欠经两次催缴未缴，经批准停供", by, at)
    _move(restricted, State.RESTRICTED, "陈欠逾期未缴，经批准限供", by, at)


def close_former_owner(owings: Iterable[Owing], by: Staff, at: datetime.datetime) -> None:
    """The first of two owners settles and leaves (过户)."""
    former = [one for one in owings if one.account.odd == OddRow.FORMER_OWNER]
    _move(former, State.CLOSED, "房屋过户，原用户结清销户", by, at)


def flag_disputes(owings: Sequence[Owing], chance: Chance) -> None:
    """0.3 % of the accounts are in dispute, 0.1 % in court; both are found among those who owe."""
    debtors = [one for one in owings if one.pays_until is not None]
    wanted = max(1, round(len(owings) * _DISPUTED))
    disputed = chance.sample(debtors, min(wanted, len(debtors)))
    old = [one for one in debtors if one.has_old_debt]
    in_court = chance.sample(old, min(len(old), max(1, round(len(old) * _IN_COURT))))
    Account.objects.filter(pk__in=[one.account.pk for one in disputed]).update(is_disputed=True)
    Account.objects.filter(pk__in=[one.account.pk for one in in_court]).update(is_in_court=True)


def _move(owings: Sequence[Owing], to_state: State, reason: str, by: Staff, at: datetime.datetime) -> None:
    """Change the state of many accounts, with the trail that the single verbs leave."""
    keys = [one.account.pk for one in owings]
    closed_on = at.date() if to_state == State.CLOSED else None
    Account.objects.filter(pk__in=keys).update(state=to_state, closed_on=closed_on)
    copy_rows(
        "accounts_accountstatechange",
        ("account_id", "from_state", "to_state", "reason", "changed_at", "changed_by_id"),
        ((pk, State.ACTIVE, to_state, reason, at, by.pk) for pk in keys),
    )
    write_trail(
        Trace(
            at=at,
            actor_id=by.pk,
            branch_id=one.branch_id,
            action=f"account.{_VERBS[to_state]}",
            on=("accounts.account", one.account.pk),
            reason=reason,
            details={"from": State.ACTIVE, "to": to_state},
        )
        for one in owings
    )
