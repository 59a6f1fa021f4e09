import datetime
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Branch
from billing.card_content import CardCode, CardContent, MeterKind
from billing.models import CardWrite, CardWriteAttempt, GasCard
from billing.services.card_writes import LEASE, write_card
from counters.models import Shift
from counters.readers.file_reader import FileReader
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove_row_locks
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, make_shift
from tests.gas import (
    FaultyReader,
    PulledOut,
    issue,
    make_gas_account,
    make_gas_card,
    make_gas_tariff,
    open_write,
    put_into_meter,
    reader_of,
    sell,
    write,
)

pytestmark = pytest.mark.django_db

LATER = MORNING + LEASE
BEFORE_THE_WRITE = (
    CardCode.NO_KEY,
    CardCode.READER_DOWN,
    CardCode.NO_CARD,
    CardCode.WRONG_TYPE,
    CardCode.PASSWORD,
    CardCode.READ_FAILED,
)
IN_THE_WRITE = (
    CardCode.NO_KEY,
    CardCode.TOO_LARGE,
    CardCode.READER_DOWN,
    CardCode.NO_CARD,
    CardCode.PASSWORD,
    CardCode.WRITE_FAILED,
)


@pytest.fixture(autouse=True)
def prices() -> None:
    make_gas_tariff()


@pytest.fixture
def card(branch: Branch, shift: Shift, tmp_path: Path) -> GasCard:
    return make_gas_card(make_gas_account(branch), shift, tmp_path)


@pytest.fixture
def task(card: GasCard, shift: Shift, tmp_path: Path) -> CardWrite:
    """100 m³ that are paid and wait to be written."""
    return open_write(sell(card, shift, tmp_path, 100))


def try_it(
    task: CardWrite, folder: Path, *, at: datetime.datetime = MORNING, **faults: Any
) -> tuple[CardWrite, FaultyReader]:
    reader = reader_of(task.card, folder, **faults)
    done = write_card(task, reader=reader, place="3 号窗口", by=task.asked_by, at=at)
    return done, reader


def on_the_card(card: GasCard, folder: Path) -> tuple[int, int]:
    content = FileReader(folder, card.card_no).read()
    return content.purchase_count, content.volume


class TestWriteCard:
    def test_puts_the_gas_on_the_card_and_reads_it_back(self, task: CardWrite, tmp_path: Path) -> None:
        done, _reader = try_it(task, tmp_path)

        attempt = done.attempts.get()
        assert (done.state, done.finished_at, done.last_code) == ("WRITTEN", MORNING, CardCode.OK)
        assert on_the_card(task.card, tmp_path) == (1, 100)
        assert (attempt.code, attempt.found_count, attempt.found_volume) == (CardCode.OK, 1, 100)
        assert (attempt.place, attempt.tried_by) == ("3 号窗口", task.asked_by)

    @pytest.mark.parametrize("code", BEFORE_THE_WRITE)
    def test_that_cannot_read_the_card_leaves_the_task_and_the_card(
        self, task: CardWrite, tmp_path: Path, code: CardCode
    ) -> None:
        done, reader = try_it(task, tmp_path, on_read=(code,))

        assert (done.state, done.last_code, done.may_be_on_card) == ("FAILED", code, False)
        assert (reader.written, on_the_card(task.card, tmp_path)) == ([], (0, 0))
        assert [one.code for one in done.attempts.all()] == [code]
        assert broken_invariants() == []

    @pytest.mark.parametrize("code", IN_THE_WRITE)
    def test_that_fails_in_the_middle_looks_what_the_card_holds(
        self, task: CardWrite, tmp_path: Path, code: CardCode
    ) -> None:
        done, _reader = try_it(task, tmp_path, on_write=(code,))

        assert (done.state, done.last_code, done.may_be_on_card) == ("FAILED", code, False)
        assert on_the_card(task.card, tmp_path) == (0, 0)

    def test_counts_what_was_written_although_the_reader_said_it_failed(
        self, task: CardWrite, tmp_path: Path
    ) -> None:
        done, _reader = try_it(task, tmp_path, on_write=(CardCode.WRITE_FAILED,), writes_then_fails=True)

        assert (done.state, on_the_card(task.card, tmp_path)) == ("WRITTEN", (1, 100))

    def test_that_ends_blind_says_that_the_card_may_hold_it(self, task: CardWrite, tmp_path: Path) -> None:
        done, _reader = try_it(
            task, tmp_path, on_read=(None, CardCode.NO_CARD), on_write=(CardCode.READER_DOWN,)
        )

        assert (done.state, done.may_be_on_card) == ("FAILED", True)

    def test_finds_a_card_that_holds_something_else_than_was_written(
        self, task: CardWrite, tmp_path: Path
    ) -> None:
        done, _reader = try_it(task, tmp_path, garbles=True)

        assert (done.state, done.last_code, done.may_be_on_card) == ("FAILED", CardCode.VERIFY_FAILED, True)

    @pytest.mark.parametrize(
        ("found", "code"),
        [
            (CardContent("40000099", MeterKind.SMALL, 0, 0), CardCode.OTHER_CARD),
            (CardContent(), CardCode.OTHER_CARD),
            (CardContent("40000012", MeterKind.LARGE, 0, 0), CardCode.WRONG_TYPE),
            (CardContent("40000012", MeterKind.SMALL, 0, 7), CardCode.OTHER_CONTENT),
            (CardContent("40000012", MeterKind.SMALL, 4, 0), CardCode.OTHER_CONTENT),
            # The count is right, but this task never touched a card: somebody else did.
            (CardContent("40000012", MeterKind.SMALL, 1, 0), CardCode.OTHER_CONTENT),
        ],
    )
    def test_touches_no_card_but_the_one_that_was_sold_to(
        self, task: CardWrite, tmp_path: Path, found: CardContent, code: CardCode
    ) -> None:
        FileReader(tmp_path, task.card.card_no).write(found)

        done, reader = try_it(task, tmp_path)

        assert (done.state, done.last_code, reader.written) == ("FAILED", code, [])

    def test_succeeds_when_it_is_tried_again(self, task: CardWrite, tmp_path: Path) -> None:
        try_it(task, tmp_path, on_read=(CardCode.NO_CARD,))

        done, reader = try_it(task, tmp_path)

        assert (done.state, len(reader.written)) == ("WRITTEN", 1)
        assert [one.code for one in done.attempts.all()] == [CardCode.NO_CARD, CardCode.OK]

    def test_is_refused_once_it_is_done(self, task: CardWrite, tmp_path: Path) -> None:
        try_it(task, tmp_path)

        with refused("nothing_to_write"):
            try_it(task, tmp_path)


class TestACrash:
    def test_before_the_write_leaves_a_task_that_is_written_once(
        self, task: CardWrite, tmp_path: Path
    ) -> None:
        with pytest.raises(PulledOut):
            try_it(task, tmp_path, dies_before_write=True)
        task.refresh_from_db()
        assert (task.state, task.may_be_on_card, task.attempts.count()) == ("PENDING", True, 0)

        done, reader = try_it(task, tmp_path, at=LATER)

        assert (done.state, len(reader.written), on_the_card(task.card, tmp_path)) == ("WRITTEN", 1, (1, 100))

    def test_after_the_write_is_recorded_and_not_written_twice(self, task: CardWrite, tmp_path: Path) -> None:
        with pytest.raises(PulledOut):
            try_it(task, tmp_path, dies_after_write=True)
        task.refresh_from_db()
        assert (task.state, on_the_card(task.card, tmp_path)) == ("PENDING", (1, 100))

        done, reader = try_it(task, tmp_path, at=LATER)

        assert (done.state, reader.written) == ("WRITTEN", [])
        assert broken_invariants() == []

    def test_after_the_write_is_recorded_even_when_the_meter_has_taken_the_gas(
        self, task: CardWrite, tmp_path: Path
    ) -> None:
        with pytest.raises(PulledOut):
            try_it(task, tmp_path, dies_after_write=True)
        put_into_meter(task.card, tmp_path)

        done, reader = try_it(task, tmp_path, at=LATER)

        assert (done.state, reader.written) == ("WRITTEN", [])

    def test_keeps_the_write_from_others_until_the_reader_must_be_dead(
        self, task: CardWrite, tmp_path: Path
    ) -> None:
        with pytest.raises(PulledOut):
            try_it(task, tmp_path, dies_before_write=True)

        with refused("at_a_reader"):
            try_it(task, tmp_path, at=LATER - datetime.timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
class TestTwoReadersWithOneWrite:
    def tries(self, branch: Branch, tmp_path: Path) -> list[Callable[[], CardWrite]]:
        shift = make_shift(make_staff(branch=branch))
        card = make_gas_card(make_gas_account(branch), shift, tmp_path)
        task = open_write(sell(card, shift, tmp_path, 100))
        return [
            partial(write_card, task, reader=reader_of(card, tmp_path), place=str(place), by=None, at=MORNING)
            for place in (1, 2)
        ]

    def test_write_it_once(self, branch: Branch, tmp_path: Path) -> None:
        results = outcomes(at_once(*self.tries(branch, tmp_path)))

        assert results["CardWrite"] == 1
        assert results["at_a_reader"] + results["nothing_to_write"] == 1
        assert CardWriteAttempt.objects.filter(write__kind="LOAD").count() == 1

    def test_would_both_hold_it_without_the_lock(
        self, branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries = self.tries(branch, tmp_path)
        remove_row_locks(monkeypatch)
        # Both have seen it unclaimed before either claims it.
        make_them_meet(monkeypatch, "billing.services.card_writes._lock_write", 2, afterwards=True)

        assert outcomes(at_once(*tries))["CardWrite"] == 2


class TestAnIssuedCard:
    def test_is_written_on_a_new_card_only(self, branch: Branch, shift: Shift, tmp_path: Path) -> None:
        card = make_gas_card(make_gas_account(branch), shift, tmp_path)
        second = make_gas_account(branch)
        other = issue(second, shift, "40000013")
        FileReader(tmp_path, other.card_no).write(FileReader(tmp_path, card.card_no).read())

        done, reader = try_it(other.writes.get(), tmp_path)

        assert (done.state, done.last_code, reader.written) == ("FAILED", CardCode.NOT_NEW, [])
        assert on_the_card(card, tmp_path) == (0, 0)


def test_the_fixture_of_a_sale_is_what_the_books_call_whole(task: CardWrite, tmp_path: Path) -> None:
    assert broken_invariants() == []
    assert task.purchase is not None
    write(task.purchase, tmp_path)
    assert broken_invariants() == []
