"""What a price board is made of: tables of words and prices, and the sentences around them."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    detail: str = ""
    prices: Sequence[str] = ()
    total: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what its rows are, perhaps a second column of words, then a price in every column."""

    title: str
    label: str
    columns: Sequence[str]
    rows: Sequence[Row]
    unit: str
    detail: str = ""
    total: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """One version: since when, by which document, and its tables."""

    effective_from: datetime.date
    effective_until: datetime.date | None
    document: str
    tables: Sequence[Table] = ()
    notes: Sequence[str] = field(default_factory=tuple)
