"""What must hold of the books, each as one statement that finds the rows for which it does not."""

from dataclasses import dataclass
from typing import Any, Protocol

SHOWN = 5


class Cursor(Protocol):
    def execute(self, statement: str) -> Any: ...

    def fetchall(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Invariant:
    """`broken` selects one column: the keys of the rows that break it."""

    name: str
    broken: str


@dataclass(frozen=True, slots=True)
class Finding:
    """How many rows break an invariant, and the first few of them."""

    name: str
    rows: int
    keys: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.rows == 0

    def __str__(self) -> str:
        if self.holds:
            return f"{self.name}: OK"
        more = ", …" if self.rows > len(self.keys) else ""
        return f"{self.name}: BROKEN by {self.rows}: {', '.join(self.keys)}{more}"


def examine(invariant: Invariant, cursor: Cursor) -> Finding:
    """Ask the database. One statement, whatever the number of rows."""
    cursor.execute(
        f"SELECT count(*) OVER (), key FROM ({invariant.broken}) AS broken (key) ORDER BY key LIMIT {SHOWN}"  # noqa: S608 -- our own words
    )
    rows = cursor.fetchall()
    return Finding(invariant.name, rows[0][0] if rows else 0, tuple(str(key) for _, key in rows))
