from collections.abc import Iterator, Mapping, Sequence
from typing import Any


class Corrections:
    """What several rows of a file say about rows of one table. An empty cell says nothing."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns
        self._current: dict[int, tuple[Any, ...]] = {}
        self._told: dict[int, dict[str, Any]] = {}

    def tell(self, key: int, current: tuple[Any, ...], values: Mapping[str, Any]) -> str | None:
        """Take note of the values; return the column in which an earlier row said otherwise."""
        self._current[key] = current
        told = self._told.setdefault(key, {})
        for column in self.columns:
            value = values.get(column)
            if value is None or value == "":
                continue
            if told.setdefault(column, value) != value:
                return column
        return None

    def changes(self, key: int) -> bool:
        return self._values(key) != self._current[key]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The full new values of everything that changes: the key and then the columns."""
        return ((key, *self._values(key)) for key in self._told if self.changes(key))

    def _values(self, key: int) -> tuple[Any, ...]:
        told = self._told[key]
        return tuple(
            told.get(column, before) for column, before in zip(self.columns, self._current[key], strict=True)
        )
