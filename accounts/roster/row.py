from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple


class Address(NamedTuple):
    street: str = ""
    community: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""


@dataclass(slots=True)
class RosterRow:
    """One account as the file tells of it. What the file leaves empty is None and says nothing."""

    number: int
    account_no: str
    name: str
    service: str
    district: str
    opened_on: date
    address: Address
    old_account_no: str | None = None
    kind: str | None = None
    id_number: str | None = None
    unified_code: str | None = None
    phones: tuple[str, ...] = ()
    category: str | None = None
    branch: str | None = None
    building_area: Decimal | None = None
    inner_area: Decimal | None = None
    billed_area: Decimal | None = None
    persons: int | None = None
    shared_households: int | None = None
    low_income_no: str | None = None
    low_income_until: date | None = None
    closed_on: date | None = None
    state: str | None = None
