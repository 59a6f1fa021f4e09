from collections.abc import Iterator, Sequence
from typing import Any


class Corrections:
    """What several rows of a file say about rows of one table. An empty cell says nothing."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns
        self._current: dict[int, tuple[Any, ...]] = {}
        self._told: dict[int, tuple[Any, ...]] = {}

    def tell(self, key: int, current: tuple[Any, ...], values: Sequence[Any]) -> str | None:
        """Take note of the values, one for each column; return the column in which an earlier row said otherwise."""
        self._current[key] = current
        told = tuple(None if value == "" else value for value in values)
        if earlier := self._told.get(key):
            for column, before, now in zip(self.columns, earlier, told, strict=True):
                if None not in (before, now) and before != now:
                    return column
            told = _second_where_silent(earlier, told)
        self._told[key] = told
        return None

    def changes(self, key: int) -> bool:
        return self._values(key) != self._current[key]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The full new values of everything that changes: the key and then the columns."""
        return ((key, *self._values(key)) for key in self._told if self.changes(key))

    def _values(self, key: int) -> tuple[Any, ...]:
        return _second_where_silent(self._told[key], self._current[key])


def _second_where_silent(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(two if one is None else one for one, two in zip(first, second, strict=True))
