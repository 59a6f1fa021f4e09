from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from config.bench.race import Heat, Race

Done = list[tuple[str, int]]


def make_side(name: str, done: Done) -> Callable[[], AbstractContextManager[Callable[[int], None]]]:
    @contextmanager
    def side() -> Iterator[Callable[[int], None]]:
        yield lambda task: done.append((name, task))

    return side


class TestRace:
    def test_runs_the_heats_one_after_the_other_and_times_every_task(self) -> None:
        done: Done = []
        ours, limit = make_side("ours", done), make_side("limit", done)

        laps = Race([Heat(ours, [[1, 2], [3]]), Heat(limit, [[4], [5, 6]])]).run()

        assert sorted(done[:3]) == [("ours", 1), ("ours", 2), ("ours", 3)]
        assert sorted(done[3:]) == [("limit", 4), ("limit", 5), ("limit", 6)]
        assert [len(lap.waits) for lap in laps] == [3, 3]

    def test_names_what_went_wrong_at_one_of_the_clients(self) -> None:
        @contextmanager
        def side() -> Iterator[Callable[[int], float]]:
            yield lambda task: 1 / task

        with pytest.raises(ZeroDivisionError):
            Race([Heat(side, [[1, 1], [1, 0], [1, 1]]), Heat(side, [[1], [1], [1]])]).run()
