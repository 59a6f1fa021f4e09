"""First card, lost card, the next one, and who sees to what is not written."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Account, Branch, Staff
from accounts.models.account import Service
from billing.card_content import MeterKind
from billing.models import Bill, CardWrite, GasCard, GasSaleRule
from billing.queries.unbilled import accounts_to_bill
from billing.services.card_writes import claim_write
from billing.services.gas_cards import (
    change_card_state,
    issue_gas_card,
    record_safety_check,
    replace_gas_card,
)
from counters.models import CardHandover, Shift
from counters.queries.gas_tasks import unfinished_writes, writes_to_see_to
from counters.readers.file_reader import FileReader
from counters.services.card_handovers import hand_over_cards
from counters.services.shifts import close_shift, count_cash
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.counters import MORNING, make_shift
from tests.gas import (
    issue,
    make_gas_account,
    make_gas_card,
    make_gas_tariff,
    open_write,
    put_into_meter,
    sell,
    write,
    write_new_card,
)

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()


@pytest.fixture(autouse=True)
def prices() -> None:
    make_gas_tariff()


@pytest.fixture
def account(branch: Branch) -> Account:
    return make_gas_account(branch)


@pytest.fixture
def adviser(branch: Branch) -> Staff:
    return make_staff(role="adviser", branch=branch)


@pytest.fixture
def card(account: Account, shift: Shift, tmp_path: Path) -> GasCard:
    return make_gas_card(account, shift, tmp_path)


def first_card(account: Account, by: Staff, **changes: Any) -> GasCard:
    fields = {"card_no": "40000050", "meter_kind": MeterKind.SMALL, "register": Decimal("12.5")}
    return issue_gas_card(account, **{**fields, **changes}, issued_by=by, at=MORNING)


def replace(card: GasCard, by: Staff, *, card_no: str = "40000051", is_unread: bool = False) -> GasCard:
    return replace_gas_card(card, card_no=card_no, is_unread=is_unread, on=TODAY, replaced_by=by, at=MORNING)


def change(card: GasCard, to: str, by: Staff, reason: str = "用户申请") -> GasCard:
    return change_card_state(card, to=to, reason=reason, changed_by=by, at=MORNING)


class TestIssueGasCard:
    def test_asks_for_a_new_card_to_be_written(
        self, account: Account, adviser: Staff, tmp_path: Path
    ) -> None:
        card = first_card(account, adviser)

        done = write_new_card(card, tmp_path)

        content = FileReader(tmp_path, card.card_no).read()
        assert (card.state, card.meter_start, done.state) == ("ACTIVE", Decimal("12.5"), "WRITTEN")
        assert (content.card_no, content.purchase_count, content.volume) == ("40000050", 0, 0)
        assert broken_invariants() == []

    def test_takes_the_account_out_of_the_bill_run(self, account: Account, adviser: Staff) -> None:
        before = list(accounts_to_bill("GAS", "2026-11", Bill.Kind.USAGE, None, TODAY))

        first_card(account, adviser)

        assert before == [account]
        assert not accounts_to_bill("GAS", "2026-11", Bill.Kind.USAGE, None, TODAY).exists()

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"card_no": "4000005"}, "bad_card_no"),
            ({"card_no": "4000005A"}, "bad_card_no"),
            ({"card_no": "４００００５００"}, "bad_card_no"),
            ({"card_no": "40000012"}, "card_no_taken"),
            ({"meter_kind": "HUGE"}, "unknown_kind"),
            ({"register": Decimal("-1")}, "bad_register"),
            ({"register": Decimal("NaN")}, "bad_register"),
        ],
    )
    def test_refuses_what_cannot_be_a_card(
        self, card: GasCard, branch: Branch, adviser: Staff, changes: dict[str, Any], code: str
    ) -> None:
        account = make_gas_account(branch)

        with refused(code):
            first_card(account, adviser, **changes)

    def test_refuses_an_account_that_cannot_have_one(
        self, card: GasCard, branch: Branch, adviser: Staff, stranger: Staff
    ) -> None:
        water = make_account(branch=branch, service=Service.WATER)
        closed = make_gas_account(branch, state="CLOSED", closed_on=TODAY)

        with refused("has_card"):
            first_card(card.account, adviser)
        with refused("not_gas"):
            first_card(water, adviser)
        with refused("account_state"):
            first_card(closed, adviser)
        with refused("unknown_account"):
            first_card(card.account, stranger)


class TestReplaceGasCard:
    def test_continues_the_count_and_black_lists_the_old_number(
        self, card: GasCard, shift: Shift, adviser: Staff, tmp_path: Path
    ) -> None:
        write(sell(card, shift, tmp_path, 100), tmp_path)
        put_into_meter(card, tmp_path)

        new = replace(card, adviser)
        write_new_card(new, tmp_path)

        card.refresh_from_db()
        content = FileReader(tmp_path, new.card_no).read()
        assert (card.state, new.replaces) == ("REPLACED", card)
        assert (new.purchase_count, new.total_purchased) == (1, 100)
        assert (content.purchase_count, content.volume) == (1, 0)
        assert sell(new, shift, tmp_path, 50).sequence == 2
        assert broken_invariants() == []

    def test_carries_gas_that_the_meter_had_not_taken(
        self, card: GasCard, shift: Shift, adviser: Staff, tmp_path: Path
    ) -> None:
        purchase = sell(card, shift, tmp_path, 100)
        write(purchase, tmp_path)

        new = replace(card, adviser, is_unread=True)
        write_new_card(new, tmp_path)

        content = FileReader(tmp_path, new.card_no).read()
        assert (content.purchase_count, content.volume) == (1, 100)
        assert [(one.kind, one.state) for one in purchase.writes.order_by("pk")] == [
            ("LOAD", "ABANDONED"), ("ISSUE", "WRITTEN"),
        ]  # fmt: skip
        assert broken_invariants() == []

    def test_carries_gas_that_never_reached_the_old_card(
        self, card: GasCard, shift: Shift, adviser: Staff, tmp_path: Path
    ) -> None:
        purchase = sell(card, shift, tmp_path, 100)

        new = replace(card, adviser)

        task = open_write(purchase)
        assert (task.card, task.kind, task.volume) == (new, CardWrite.Kind.ISSUE, 100)
        assert broken_invariants() == []

    @pytest.mark.parametrize(("was_lost", "fees"), [(True, [Decimal("30.00")]), (False, [])])
    def test_costs_the_fee_of_the_site_when_it_was_lost(
        self, card: GasCard, adviser: Staff, was_lost: bool, fees: list[Decimal]
    ) -> None:
        GasSaleRule.objects.create(effective_from=TODAY, replacement_fee=Decimal("30.00"))
        if was_lost:
            change(card, "LOST", adviser)

        replace(card, adviser)

        bills = Bill.objects.filter(account=card.account)
        assert [one.amount for one in bills] == fees
        assert all((one.kind, one.state) == ("ONE_OFF", "OPEN") for one in bills)
        assert broken_invariants() == []

    def test_is_refused_for_a_card_that_is_over_and_for_a_number_that_is_taken(
        self, card: GasCard, adviser: Staff, stranger: Staff
    ) -> None:
        with refused("card_no_taken"):
            replace(card, adviser, card_no=card.card_no)
        with refused("bad_card_no"):
            replace(card, adviser, card_no="1")
        with refused("unknown_account"):
            replace(card, stranger)
        replace(card, adviser)
        with refused("card_over"):
            replace(card, adviser, card_no="40000052")

    def test_is_refused_while_the_old_card_is_at_a_reader(
        self, card: GasCard, shift: Shift, adviser: Staff, tmp_path: Path
    ) -> None:
        claim_write(open_write(sell(card, shift, tmp_path, 100)), at=MORNING)

        with refused("at_a_reader"):
            replace(card, adviser)


class TestChangeCardState:
    STATES = tuple(GasCard.State.values)

    @pytest.mark.parametrize("before", STATES)
    @pytest.mark.parametrize("to", STATES)
    def test_follows_the_table(self, card: GasCard, adviser: Staff, before: str, to: str) -> None:
        GasCard.objects.filter(pk=card.pk).update(state=before)

        if to in GasCard.TRANSITIONS[before] and to != "REPLACED":
            assert change(card, to, adviser).state == to
        else:
            with refused("card_over"):
                change(card, to, adviser)

    def test_needs_a_reason(self, card: GasCard, adviser: Staff) -> None:
        with refused("reason_needed"):
            change(card, "LOST", adviser, reason=" ")

    def test_voids_a_card_that_was_never_written(
        self, account: Account, shift: Shift, adviser: Staff
    ) -> None:
        card = issue(account, shift, "40000060")

        change(card, "VOID", adviser)

        assert card.writes.get().state == CardWrite.State.ABANDONED
        assert first_card(account, adviser).is_active

    def test_voids_no_card_that_waits_for_paid_gas(
        self, card: GasCard, shift: Shift, adviser: Staff, tmp_path: Path
    ) -> None:
        sell(card, shift, tmp_path, 10)

        with refused("write_unfinished"):
            change(card, "VOID", adviser)

    def test_is_not_for_another_branch(self, card: GasCard, stranger: Staff) -> None:
        with refused("unknown_account"):
            change(card, "LOST", stranger)


class TestRecordSafetyCheck:
    def test_keeps_the_last_valid_day(self, card: GasCard, adviser: Staff) -> None:
        until = datetime.date(2027, 11, 22)

        assert (
            record_safety_check(card, valid_until=until, recorded_by=adviser, at=MORNING).safe_until == until
        )

    def test_is_refused_for_a_card_that_is_over(self, card: GasCard, adviser: Staff) -> None:
        change(card, "VOID", adviser)

        with refused("card_over"):
            record_safety_check(card, valid_until=TODAY, recorded_by=adviser, at=MORNING)


class TestHandOverCards:
    def close(self, shift: Shift, supervisor: Staff) -> Shift:
        return close_shift(
            shift, pieces={}, reason="已送存", approved_by=supervisor, closed_by=shift.cashier, at=MORNING
        )

    def test_is_what_a_shift_waits_for(
        self, card: GasCard, shift: Shift, supervisor: Staff, tmp_path: Path
    ) -> None:
        purchase = sell(card, shift, tmp_path, 100)
        with refused("cards_unwritten"):
            count_cash(shift, pieces={}, counted_by=shift.cashier, at=MORNING)
        with refused("cards_unwritten"):
            self.close(shift, supervisor)

        hand_over_cards(shift, to_number=supervisor.number, handed_by=shift.cashier, at=MORNING)

        assert not self.close(shift, supervisor).is_open
        assert list(writes_to_see_to(supervisor)) == [open_write(purchase)]
        assert list(writes_to_see_to(shift.cashier)) == []

    def test_makes_the_colleague_see_to_it_before_closing(
        self, card: GasCard, shift: Shift, supervisor: Staff, branch: Branch, tmp_path: Path
    ) -> None:
        purchase = sell(card, shift, tmp_path, 100)
        other = make_shift(make_staff(branch=branch))
        hand_over_cards(shift, to_number=other.cashier.number, handed_by=shift.cashier, at=MORNING)

        with refused("cards_unwritten"):
            self.close(other, supervisor)
        write(purchase, tmp_path)

        assert not self.close(other, supervisor).is_open

    def test_is_refused_without_a_card_or_a_colleague_of_the_branch(
        self, card: GasCard, shift: Shift, stranger: Staff, tmp_path: Path
    ) -> None:
        colleague = make_staff(branch=card.account.branch, is_active=False)
        with refused("nothing_to_write"):
            hand_over_cards(shift, to_number=stranger.number, handed_by=shift.cashier, at=MORNING)
        sell(card, shift, tmp_path, 100)

        for number in ("", "nobody", shift.cashier.number, stranger.number, colleague.number):
            with refused("unknown_colleague"):
                hand_over_cards(shift, to_number=number, handed_by=shift.cashier, at=MORNING)
        with refused("not_yours"):
            hand_over_cards(shift, to_number=colleague.number, handed_by=stranger, at=MORNING)
        assert CardHandover.objects.count() == 0

    def test_shows_each_branch_its_own_tasks(
        self, card: GasCard, shift: Shift, supervisor: Staff, stranger: Staff, tmp_path: Path
    ) -> None:
        sell(card, shift, tmp_path, 100)

        assert unfinished_writes(shift.cashier).count() == unfinished_writes(supervisor).count() == 1
        assert unfinished_writes(stranger).count() == 0
