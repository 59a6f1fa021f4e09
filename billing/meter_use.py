"""What was read on a meter, and what was used between the readings. Pure: no database, no clock."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

ESTIMATED = "ESTIMATED"


class Anomaly(TextChoices):
    """Why a person has to look at a reading before a bill is made from it."""

    HIGH = "HIGH", _("many times the usual use")
    ZERO_AGAIN = "ZERO_AGAIN", _("no use several times in a row")
    FALLS = "FALLS", _("lower than the reading before")
    ESTIMATE_TOO_HIGH = "ESTIMATE_TOO_HIGH", _("a billed estimate was too high")
    ESTIMATE = "ESTIMATE", _("estimate to approve")
    SELF_REPORTED = "SELF_REPORTED", _("reported by the customer, to compare with the photo")


@dataclass(frozen=True, slots=True)
class Known:
    """A reading that was not rejected."""

    read_on: datetime.date
    value: Decimal
    kind: str
    rolled_over: bool
    is_accepted: bool


@dataclass(slots=True)
class Place:
    """A meter at an account: since when, until when, what was read (oldest first), how far it is billed."""

    installation_id: int
    account_id: int
    account_no: str
    branch_id: int
    account_state: str
    service: str
    serial_no: str
    digits: int
    multiplier: Decimal
    installed_on: datetime.date
    removed_on: datetime.date | None
    initial: Decimal
    billed_to: datetime.date | None
    known: list[Known] = field(default_factory=list)

    def covers(self, date: datetime.date) -> bool:
        return self.installed_on <= date and (self.removed_on is None or date <= self.removed_on)


@dataclass(frozen=True, slots=True)
class Taken:
    """A reading that somebody brings in. `is_insisted`: read a second time, and it is lower all the same."""

    read_on: datetime.date
    value: Decimal
    kind: str
    rolled_over: bool = False
    is_insisted: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """What passed through a meter between two readings."""

    units: Decimal
    days: int


def last_true(place: Place, before: datetime.date) -> Known:
    """The last reading before a day that somebody read; at first what the meter showed when it came."""
    for known in reversed(place.known):
        if known.is_accepted and known.read_on < before and known.kind != ESTIMATED:
            return known
    return Known(place.installed_on, place.initial, "INITIAL", rolled_over=False, is_accepted=True)


def uses_before(place: Place, day: datetime.date) -> list[Use]:
    """What was used between the true readings before a day, oldest first."""
    true = [
        known
        for known in place.known
        if known.is_accepted and known.read_on < day and known.kind != ESTIMATED
    ]
    return [use_between(place, start, end) for start, end in pairwise(true)]


def use_between(place: Place, start: Known, end: Known | Taken) -> Use:
    turn = 10**place.digits if end.rolled_over else 0
    units = (end.value - start.value + turn) * place.multiplier
    return Use(units, max(1, (end.read_on - start.read_on).days))


def usual_per_day(uses: Sequence[Use], usual_of: int) -> Decimal | None:
    """Units a day over the last readings; None where nothing is known yet."""
    last = uses[-usual_of:]
    return sum((use.units for use in last), Decimal(0)) / sum(use.days for use in last) if last else None


def billed_too_high(taken: Taken, place: Place) -> Known | None:
    """The billed estimate that the reading proves too high."""
    billed = [
        known
        for known in place.known
        if known.is_accepted and place.billed_to and known.read_on <= place.billed_to
    ]
    if billed and billed[-1].kind == ESTIMATED and billed[-1].value > taken.value:
        return billed[-1]
    return None
