"""How to take a lock away and make threads meet where it stood: the control of a race shows its defect."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.module_loading import import_string

from tests.database import run_together

Result = TypeVar("Result")

ROW_LOCK = re.compile(r" FOR (NO KEY )?UPDATE( OF \S+)?( SKIP LOCKED)?")


def at_once(*calls: Callable[[], Result]) -> list[Result | Exception]:
    """Run the calls together, and wait for locks as long as it takes: the machine may be busy."""
    return run_together(*(partial(_patiently, call) for call in calls))


def _patiently(call: Callable[[], Result]) -> Result:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '30s'")
    return call()


def remove_row_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every SELECT … FOR UPDATE only read."""
    execute = CursorWrapper.execute

    def without_lock(self: CursorWrapper, sql: str, params: Any = None) -> Any:
        return execute(self, ROW_LOCK.sub("", sql) if isinstance(sql, str) else sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", without_lock)


def remove(monkeypatch: pytest.MonkeyPatch, lock: str) -> None:
    """Let a function that only locks do nothing."""
    monkeypatch.setattr(lock, lambda *_: None)


def make_them_meet(
    monkeypatch: pytest.MonkeyPatch, where: str, parties: int, *, afterwards: bool = False
) -> None:
    """Nobody passes this function until all have arrived; who reads before it reads what the others read.

    `afterwards` lets them meet when it has been called: what it answered them is then the same.
    """
    barrier = Barrier(parties)
    pass_on: Callable[..., Any] = import_string(where)

    def wait(*args: Any, **kwargs: Any) -> Any:
        if afterwards:
            answer = pass_on(*args, **kwargs)
            barrier.wait(timeout=20)
            return answer
        barrier.wait(timeout=20)
        return pass_on(*args, **kwargs)

    monkeypatch.setattr(where, wait)


def outcomes(results: Sequence[object]) -> Counter[str]:
    """Count what became of the calls: the code of a refusal, otherwise the name of what came back."""
    return Counter(
        str(one.code) if isinstance(one, ValidationError) else type(one).__name__ for one in results
    )
