"""People at work at the same moment: threads that take turns between the two sides of a comparison."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import connections

Task = TypeVar("Task")

# Opened once by each client in its own thread; gives what does one task.
Side = Callable[[], AbstractContextManager[Callable[[Task], object]]]


@dataclass(frozen=True, slots=True)
class Heat(Generic[Task]):
    """One turn of one side: what each client has to do."""

    side: Side[Task]
    shares: Sequence[Sequence[Task]]


@dataclass(frozen=True, slots=True)
class Lap:
    """How long a heat took in all, and how long each task did."""

    seconds: float
    waits: list[float]

    @property
    def tasks_per_second(self) -> float:
        return len(self.waits) / self.seconds


class Race(Generic[Task]):
    """Runs the heats one after the other; in each, all clients start at one moment."""

    def __init__(self, heats: Sequence[Heat[Task]]) -> None:
        self.heats = heats
        self.clients = len(heats[0].shares)
        # One place for whoever holds the watch.
        self.line = threading.Barrier(self.clients + 1)
        self.is_off = False

    def run(self) -> list[Lap]:
        with ThreadPoolExecutor(self.clients) as threads:
            clients = [threads.submit(self._client, number) for number in range(self.clients)]
            try:
                seconds = [self._time() for _ in self.heats]
            except threading.BrokenBarrierError:
                raise _first_error(clients) from None
            except BaseException:
                # Interrupted: nobody begins another task.
                self.is_off = True
                self.line.abort()
                raise
            waits = [client.result() for client in clients]
        return [
            Lap(lasted, [wait for client in waits for wait in client[heat]])
            for heat, lasted in enumerate(seconds)
        ]

    def _time(self) -> float:
        self.line.wait()
        begun = time.perf_counter()
        self.line.wait()
        return time.perf_counter() - begun

    def _client(self, number: int) -> list[list[float]]:
        try:
            with ExitStack() as opened:
                # Two heats of one side share one session.
                work = {side: opened.enter_context(side()) for side in {heat.side for heat in self.heats}}
                return [self._run_heat(work[heat.side], heat.shares[number]) for heat in self.heats]
        except BaseException:
            self.line.abort()
            raise
        finally:
            connections.close_all()

    def _run_heat(self, work: Callable[[Task], object], share: Sequence[Task]) -> list[float]:
        self.line.wait()
        waits = []
        for task in share:
            if self.is_off:
                break
            begun = time.perf_counter()
            work(task)
            waits.append(time.perf_counter() - begun)
        self.line.wait()
        return waits


def _first_error(clients: Sequence[Future[list[list[float]]]]) -> BaseException:
    """What went wrong, not that the others noticed."""
    errors = [error for client in clients if (error := client.exception())]
    return next((error for error in errors if not isinstance(error, threading.BrokenBarrierError)), errors[0])
