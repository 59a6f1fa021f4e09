"""A household or a unit before it is written: who lives where, and what it is supplied with."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from accounts.models.account import Category, Service
from config.demo.places import Community, Door


class OddRow(StrEnum):
    """The rows that real books contain and generated ones usually do not (domain.md 6.3, 6.15)."""

    ROLLOVER = "a meter that rolled over"
    REPLACED_METER = "a meter replaced within the year"
    CREDIT_ABOVE_DEBT = "a negative balance: more prepaid credit than debt"
    FORMER_OWNER = "the first of two owners in one year"
    NEW_OWNER = "the second of two owners in one year"
    ZERO_USE = "a whole year without use"
    TOWER = "a flat on the 33rd floor of 33"
    NAME_WITH_DOT = "a name with a middle dot"
    RARE_CHARACTER = "a name with a rare character"
    TWELVE_METERS = "a unit with twelve meters"
    SHARED_METER = "a shared meter of 96 households"
    OLD_ACCOUNT = "an account older than 20 years"
    SMALLEST_BILL = "a bill of 0.01"
    LARGEST_BILL = "a bill of 1,234,567.89"
    LEAP_DAY = "a reading on 29 February"


@dataclass(slots=True)
class NewAccount:
    """One service of a household. `monthly` is its usual use of a month, in the unit of the meter."""

    service: Service
    category: Category
    monthly: float = 0.0
    area: Decimal | None = None
    shared_households: int = 1
    odd: OddRow | None = None
    pk: int = 0
    account_no: str = ""


@dataclass(slots=True)
class Household:
    """A customer at one place with all of its accounts."""

    name: str
    community: Community
    door: Door
    born: int = 0
    is_unit: bool = False
    accounts: list[NewAccount] = field(default_factory=list)
    area: Decimal = Decimal("80.00")
    height: Decimal = Decimal("2.80")
    floors: int = 6
    persons: int = 3
    opened_in: int = 2015
    has_own_valve: bool = True
    low_income: bool = False
    odd: OddRow | None = None
    follows: bool = False
