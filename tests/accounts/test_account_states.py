import datetime
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Account, AccountStateChange, AuditEntry
from accounts.services.account_states import (
    AccountRefused,
    close_account,
    open_account,
    reconnect_account,
    restrict_account,
    resume_account,
    stop_account,
    suspend_account,
)
from tests.database import run_together
from tests.factories.accounts import make_account, make_staff

AT = datetime.datetime(2026, 11, 23, 0, 30, tzinfo=timezone.get_default_timezone())
MOVES: dict[Callable[..., Account], dict[str, str]] = {
    open_account: {"PENDING": "ACTIVE"},
    suspend_account: {"ACTIVE": "SUSPENDED"},
    resume_account: {"SUSPENDED": "ACTIVE"},
    restrict_account: {"ACTIVE": "RESTRICTED"},
    stop_account: {"ACTIVE": "STOPPED", "RESTRICTED": "STOPPED"},
    reconnect_account: {"RESTRICTED": "ACTIVE", "STOPPED": "ACTIVE"},
    close_account: {"PENDING": "CLOSED", "ACTIVE": "CLOSED", "SUSPENDED": "CLOSED", "STOPPED": "CLOSED"},
}
EVERY_VERB_IN_EVERY_STATE = [
    pytest.param(verb, state, moves.get(state), id=f"{verb.__name__}-{state}")
    for verb, moves in MOVES.items()
    for state in Account.State.values
]


def account_in(state: str) -> Account:
    return make_account(state=state, closed_on=datetime.date(2024, 1, 1) if state == "CLOSED" else None)


@pytest.mark.django_db
class TestAccountStates:
    @pytest.mark.parametrize(("verb", "state", "becomes"), EVERY_VERB_IN_EVERY_STATE)
    def test_move_along_the_table_and_no_other_way(
        self, verb: Callable[..., Account], state: str, becomes: str | None
    ) -> None:
        account = account_in(state)

        if becomes is None:
            with pytest.raises(AccountRefused) as refusal:
                verb(account, reason="用户申请", actor=None, at=AT)
            assert refusal.value.code == "not_allowed"
        else:
            verb(account, reason="用户申请", actor=None, at=AT)

        account.refresh_from_db()
        assert account.state == (becomes or state)
        assert AccountStateChange.objects.count() == AuditEntry.objects.count() == (becomes is not None)

    def test_offer_every_move_of_the_table(self) -> None:
        offered = {(before, after) for moves in MOVES.values() for before, after in moves.items()}

        assert offered == {
            (before, after) for before, states in Account.TRANSITIONS.items() for after in states
        }

    def test_keep_who_why_and_when(self) -> None:
        adviser = make_staff(role="adviser")
        account = make_account(state="ACTIVE")

        suspend_account(account, reason="  冬季外出  ", actor=adviser, at=AT)

        change = AccountStateChange.objects.get()
        assert (change.from_state, change.to_state, change.reason) == ("ACTIVE", "SUSPENDED", "冬季外出")
        assert (change.changed_by, change.changed_at) == (adviser, AT)
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.object_type, entry.object_id) == (
            "account.suspend",
            "accounts.account",
            str(account.pk),
        )
        assert (entry.actor, entry.branch, entry.reason) == (adviser, account.branch, "冬季外出")

    @pytest.mark.parametrize(
        ("reason", "code"), [("", "no_reason"), (" \t", "no_reason"), ("长" * 201, "reason_too_long")]
    )
    def test_need_a_reason(self, reason: str, code: str) -> None:
        account = make_account(state="ACTIVE")

        with pytest.raises(AccountRefused) as refusal:
            stop_account(account, reason=reason, actor=None, at=AT)

        account.refresh_from_db()
        assert (refusal.value.code, account.state) == (code, "ACTIVE")

    def test_close_on_the_office_s_day_not_on_that_of_greenwich(self) -> None:
        account = close_account(make_account(), reason="拆迁", actor=None, at=AT)

        assert account.closed_on == datetime.date(2026, 11, 23)

    def test_believe_the_row_and_not_the_caller_s_copy(self) -> None:
        stale = make_account(state="ACTIVE")
        suspend_account(stale, reason="用户申请", actor=None, at=AT)

        with pytest.raises(AccountRefused):
            restrict_account(stale, reason="欠费", actor=None, at=AT)

    def test_are_guarded_by_the_database_too(self) -> None:
        account = account_in("CLOSED")

        with pytest.raises(DatabaseError), transaction.atomic():
            Account.objects.filter(pk=account.pk).update(state="ACTIVE", closed_on=None)


@pytest.mark.django_db(transaction=True)
def test_a_move_that_four_people_make_at_once_is_made_once() -> None:
    account = make_account(state="ACTIVE")

    outcomes = run_together(*[lambda: suspend_account(account, reason="用户申请", actor=None, at=AT)] * 4)

    assert sum(isinstance(outcome, Account) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AccountRefused) for outcome in outcomes) == 3
    assert AccountStateChange.objects.count() == 1
