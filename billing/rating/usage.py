"""What is priced: a quantity on a day, and the facts of the account that change its price."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

ONE = Decimal(1)

# Where an account stands in each tier period: {"2026": 195}, {"2026H1": 60}, {"2026/resident": 211}.
Position = Mapping[str, Decimal]
NOTHING_YET: Position = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Volume:
    """A quantity, and how it divides into the registers of a time-of-use meter, if it does."""

    quantity: Decimal
    registers: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """One reading or purchase (抄见 / 购气): `on` is the read date and decides period and price.

    `previous_on` is the day the period began after; price changes that split a reading need it.
    """

    on: date
    quantity: Decimal
    months: Decimal = ONE
    registers: tuple[tuple[str, Decimal], ...] = ()
    previous_on: date | None = None


@dataclass(frozen=True, slots=True)
class MixShare:
    """One category of a mixed-use meter (混合用水) and its agreed ratio."""

    category: str
    ratio: Decimal


@dataclass(frozen=True, slots=True)
class Proration:
    """Thresholds × months/of for an account opened inside the tier period (C8).

    With `opened_on` only the period that contains that day is prorated.
    """

    months: Decimal
    of: Decimal = Decimal(12)
    opened_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What must be known of an account: its category (or mix), its household, its opening."""

    category: str = ""
    persons: int | None = None
    persons_history: tuple[tuple[date, int], ...] = ()
    mix: tuple[MixShare, ...] = ()
    proration: Proration | None = None

    def persons_on(self, day: date) -> int | None:
        """Household size in force on the day; earlier bills keep the size they were priced with."""
        persons = self.persons
        for start, size in self.persons_history:
            if start <= day:
                persons = size
        return persons
