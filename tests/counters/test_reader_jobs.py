"""The reader at the window's own computer: the row is the queue."""

import datetime
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Branch
from billing.card_content import CardCode
from billing.models import CardWrite, GasCard
from counters.models import ReaderJob, Shift, Window
from counters.services.reader_jobs import FRESH, ask_reader, take_job
from tests.counters.meeting import at_once
from tests.counters.rows import refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, make_shift
from tests.gas import issue, make_gas_account, make_gas_card, make_gas_tariff, open_write, sell, write

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


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def folder(
        self, settings: Settings, tmp_path: Path, shift: Shift, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.CARD_FOLDER = str(tmp_path)
        monkeypatch.setattr(timezone, "now", lambda: MORNING + datetime.timedelta(seconds=1))
        # Issuing a card in the fixture gave the window files; from here on its own program serves it.
        shift.window.card_reader = Window.CardReader.AGENT
        shift.window.save()

    def serve(self, shift: Shift, reader: str = "file") -> str:
        out = StringIO()
        name = f"{shift.window.hall.number}-{shift.window.number:02}"
        call_command("card_reader", window=name, reader=reader, once=True, stdout=out)
        return out.getvalue()

    def be_an_agent(self, shift: Shift) -> None:
        shift.window.card_reader = Window.CardReader.AGENT
        shift.window.save()

    def test_reads_sells_and_writes_from_the_queue(self, card: GasCard, shift: Shift, tmp_path: Path) -> None:
        purchase = sell(card, shift, tmp_path, 100)
        self.be_an_agent(shift)
        read, wrote = ask(card, shift), ask(card, shift, open_write(purchase))

        self.serve(shift)

        read.refresh_from_db()
        wrote.refresh_from_db()
        assert (read.state, read.code, read.found and read.found.volume) == ("DONE", CardCode.OK, 0)
        assert (wrote.state, wrote.code) == ("DONE", CardCode.OK)
        assert purchase.writes.get().state == CardWrite.State.WRITTEN

    def test_writes_a_new_card(self, branch: Branch, shift: Shift) -> None:
        card = issue(make_gas_account(branch), shift, "40000070")
        self.be_an_agent(shift)
        ask(card, shift, card.writes.get())

        self.serve(shift)

        assert card.writes.get().state == CardWrite.State.WRITTEN

    def test_answers_what_the_reader_could_not_do(self, card: GasCard, shift: Shift, tmp_path: Path) -> None:
        purchase = sell(card, shift, tmp_path, 100)
        self.be_an_agent(shift)
        (tmp_path / f"{card.card_no}.json").unlink()
        read, wrote = ask(card, shift), ask(card, shift, open_write(purchase))

        self.serve(shift)

        read.refresh_from_db()
        wrote.refresh_from_db()
        assert (read.code, wrote.code) == (CardCode.NO_CARD, CardCode.NO_CARD)
        assert open_write(purchase).state == CardWrite.State.FAILED

    def test_is_down_without_a_pcsc_reader(self, card: GasCard, shift: Shift) -> None:
        self.be_an_agent(shift)
        job = ask(card, shift)

        self.serve(shift, reader="pcsc")

        job.refresh_from_db()
        assert job.code == CardCode.READER_DOWN

    @pytest.mark.parametrize("name", ["", "3", "a-b", "999-01"])
    def test_refuses_a_window_that_does_not_exist(self, shift: Shift, name: str) -> None:
        with pytest.raises(CommandError, match="indow"):
            call_command("card_reader", window=name, once=True)

    def test_refuses_a_window_that_is_not_set_to_it(self, shift: Shift) -> None:
        shift.window.card_reader = Window.CardReader.FILE
        shift.window.save()

        with pytest.raises(CommandError, match="not set"):
            self.serve(shift)
