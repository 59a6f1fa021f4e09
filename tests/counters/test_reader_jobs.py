"""The reader at the window's own computer: the row is the queue."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Branch
from billing.models import CardWrite, GasCard
from counters.models import ReaderJob, Shift
from counters.services.reader_jobs import FRESH, ask_reader, take_job
from tests.counters.meeting import at_once
from tests.counters.rows import refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, make_shift
from tests.gas import make_gas_account, make_gas_card, make_gas_tariff, sell, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(branch: Branch, shift: Shift, tmp_path: Path) -> GasCard:
    make_gas_tariff()
    return make_gas_card(make_gas_account(branch), shift, tmp_path)


def ask(card: GasCard, shift: Shift, write: CardWrite | None = None, **fields: Any) -> ReaderJob:
    return ask_reader(
        shift.window, card=card, write=write, asked_by=shift.cashier, **{"at": MORNING, **fields}
    )


class TestAskReader:
    def test_is_refused_at_a_window_without_a_reader(self, card: GasCard, shift: Shift) -> None:
        shift.window.card_reader = ""

        with refused("no_reader"):
            ask(card, shift)

    def test_takes_no_files_for_cards_in_production(
        self, card: GasCard, shift: Shift, settings: Settings
    ) -> None:
        settings.PRACTICE_CARDS = False

        with refused("no_reader"):
            ask(card, shift)

    def test_is_refused_for_a_write_that_is_done(self, card: GasCard, shift: Shift, tmp_path: Path) -> None:
        done = write(sell(card, shift, tmp_path, 10), tmp_path)

        with refused("nothing_to_write"):
            ask(card, shift, done)


class TestTakeJob:
    def test_takes_the_oldest_of_the_window_once(self, card: GasCard, shift: Shift, branch: Branch) -> None:
        other = make_shift(make_staff(branch=branch))
        first, second = ask(card, shift), ask(card, shift)

        assert take_job(other.window, at=MORNING) is None
        assert [take_job(shift.window, at=MORNING) for _ in range(3)] == [first, second, None]

    def test_leaves_what_has_waited_too_long(self, card: GasCard, shift: Shift) -> None:
        ask(card, shift)

        assert take_job(shift.window, at=MORNING + FRESH) is None


@pytest.mark.django_db(transaction=True)
class TestTwoProgramsAtOneWindow:
    def test_take_a_job_once(self, branch: Branch, tmp_path: Path) -> None:
        shift = make_shift(make_staff(branch=branch))
        card = make_gas_card(make_gas_account(branch), shift, tmp_path)
        job = ask(card, shift)

        taken = at_once(*[partial(take_job, shift.window, at=MORNING)] * 2)

        assert sorted(taken, key=lambda one: one is None) == [job, None]
