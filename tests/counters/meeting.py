"""How to take a lock away and make threads meet where it stood: the control of a race shows its defect."""

from collections import Counter
from collections.abc import Callable, Sequence
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.module_loading import import_string


def remove_row_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self.all())


def remove(monkeypatch: pytest.MonkeyPatch, lock: str) -> None:
    """Let a function that only locks do nothing."""
    monkeypatch.setattr(lock, lambda *_: None)


def make_them_meet(monkeypatch: pytest.MonkeyPatch, where: str, parties: int) -> None:
    """Nobody passes this function until all have arrived; who reads before it reads what the others read."""
    barrier = Barrier(parties)
    pass_on: Callable[..., Any] = import_string(where)

    def wait(*args: Any, **kwargs: Any) -> Any:
        barrier.wait(timeout=20)
        return pass_on(*args, **kwargs)

    monkeypatch.setattr(where, wait)


def outcomes(results: Sequence[object]) -> Counter[str]:
    """Count what became of the calls: the code of a refusal, otherwise the name of what came back."""
    return Counter(
        str(one.code) if isinstance(one, ValidationError) else type(one).__name__ for one in results
    )
