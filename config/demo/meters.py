"""Meters, their installations, and what was read on them month by month."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.copying import copy_rows, reserve_ids
from accounts.models.account import Service
from billing.models import Reading
from config.demo.chance import Chance
from config.demo.history import MONTHS_BETWEEN_READINGS, TRANSFER, History, add_months
from config.demo.households import Household, NewAccount, OddRow
from config.demo.roster import leap_day_before

_METER = ("id", "serial_no", "service", "digits", "multiplier")
_INSTALLATION = ("id", "meter_id", "account_id", "installed_on", "removed_on", "initial", "final")
_READING = ("installation_id", "read_on", "value", "kind", "rolled_over", "reason")

FIRST_ROUND = {Service.ELECTRICITY: 6, Service.WATER: 7, Service.GAS: 12}
DAYS_OF_A_ROUND = 8
# January to December against the usual month.
_SEASON = {
    Service.ELECTRICITY: (1.2, 1.15, 0.95, 0.85, 0.85, 1.0, 1.3, 1.35, 0.95, 0.85, 0.95, 1.15),
    Service.WATER: (0.9, 0.85, 0.9, 0.95, 1.05, 1.1, 1.2, 1.2, 1.05, 1.0, 0.95, 0.9),
    Service.GAS: (1.25, 1.25, 1.05, 0.95, 0.9, 0.85, 0.8, 0.8, 0.9, 1.0, 1.1, 1.2),
}
_ESTIMATED, _SELF_REPORTED = 0.015, 0.01
_WHY = "家中无人"
SMALLEST_USE = Decimal("0.02")
# × 3.95 yuan = 1,234,567.89 yuan.
LARGEST_USE = Decimal("312548.833")


@dataclass(slots=True)
class Installed:
    """A meter at an account, with its readings: day, value, kind, rolled over."""

    account: NewAccount
    installed_on: datetime.date
    initial: Decimal
    digits: int
    readings: list[tuple[datetime.date, Decimal, str, bool]] = field(default_factory=list)
    removed_on: datetime.date | None = None
    final: Decimal | None = None


def install_meters(households: Sequence[Household], history: History, chance: Chance) -> None:
    """Write every meter with a year of readings."""
    installed = [
        meter
        for household in households
        for account in household.accounts
        if account.service != Service.HEAT
        for meter in _Rounds(history, chance, household, account).meters()
    ]
    meters = reserve_ids("billing_meter", len(installed))
    places = reserve_ids("billing_meterinstallation", len(installed))
    serials = {service: count(1) for service in Service}
    copy_rows(
        "billing_meter",
        _METER,
        (
            (pk, f"{one.account.service[0]}{one.installed_on:%y}{next(serials[one.account.service]):07}",
             one.account.service, one.digits, 1)
            for pk, one in zip(meters, installed, strict=True)
        ),
    )  # fmt: skip
    copy_rows(
        "billing_meterinstallation",
        _INSTALLATION,
        (
            (place, meter, one.account.pk, one.installed_on, one.removed_on, one.initial, one.final)
            for place, meter, one in zip(places, meters, installed, strict=True)
        ),
    )
    copy_rows("billing_reading", _READING, _reading_rows(places, installed))


def _reading_rows(places: Sequence[int], installed: Sequence[Installed]) -> Iterator[tuple[Any, ...]]:
    for place, one in zip(places, installed, strict=True):
        for reading in one.readings:
            yield place, *reading, _WHY if reading[2] == Reading.Kind.ESTIMATED else ""


class _Rounds:
    """The reader's rounds to one account: on which days, and what the meter shows."""

    def __init__(self, history: History, chance: Chance, household: Household, account: NewAccount) -> None:
        self.history = history
        self.chance = chance
        self.account = account
        self.opened_in = household.opened_in
        self.community = household.community.number
        self.is_odd_route = household.community.number % 2 == 1

    def meters(self) -> Iterator[Installed]:
        odd = self.account.odd
        if odd == OddRow.TWELVE_METERS:
            for _ in range(12):
                yield self._read(self._installed(self.account.monthly / 12), self.account.monthly / 12)
        elif odd == OddRow.REPLACED_METER:
            yield from self._replaced()
        else:
            yield self._read(self._installed(self.account.monthly), self.account.monthly)

    def _installed(self, monthly: float) -> Installed:
        digits = 5 if monthly < 400 else 9 if self.account.odd == OddRow.LARGEST_BILL else 7
        taken_over = self._day(add_months(self._months()[0], -self._months_before_the_first()))
        installed_on = max(datetime.date(self.opened_in, 1, 4), datetime.date(taken_over.year - 7, 5, 12))
        initial = Decimal(self.chance.randint(100, 60_000))
        if self.account.odd == OddRow.ROLLOVER:
            # Fifty units before it starts again at zero: three or four months of use.
            initial = Decimal(10**digits - 50)
        if self.account.odd == OddRow.LEAP_DAY:
            installed_on = taken_over = leap_day_before(self.history.on)
        if self.account.odd == OddRow.NEW_OWNER:
            installed_on = taken_over = self.history.transferred_on
        meter = Installed(self.account, installed_on, initial, digits)
        meter.readings.append((taken_over, initial, Reading.Kind.INITIAL, False))
        return meter

    def _read(self, meter: Installed, monthly: float) -> Installed:
        """Add a reading for each round, wrapping at the register's end."""
        read_months = self._read_months()
        shown, before = meter.initial, add_months(read_months[0], -self._months_before_the_first())
        for month in read_months:
            used = sum((self._used(one, monthly) for one in _months_after(before, month)), Decimal(0))
            used = self._odd_use(month, used)
            shown, before, rolled = shown + used, month, False
            if shown >= 10**meter.digits:
                shown, rolled = shown - 10**meter.digits, True
            meter.readings.append((self._day(month), shown, self._kind(), rolled))
        return meter

    def _replaced(self) -> Iterator[Installed]:
        """The old meter ends between two rounds in spring, the new one begins at zero on the same day."""
        old = self._read(self._installed(self.account.monthly), self.account.monthly)
        rounds = old.readings[1:]
        changed_on = rounds[4][0] + datetime.timedelta(days=9)
        old.readings = [*old.readings[:6], (changed_on, rounds[4][1] + 31, Reading.Kind.FINAL, False)]
        old.removed_on, old.final = changed_on, rounds[4][1] + 31
        new = Installed(self.account, changed_on, Decimal(0), old.digits)
        new.readings.append((changed_on, Decimal(0), Reading.Kind.INITIAL, False))
        new.readings += [(day, value - old.final, kind, False) for day, value, kind, _ in rounds[5:]]
        yield old
        yield new

    def _months(self) -> list[datetime.date]:
        return self.history.months(self.account.service)

    def _read_months(self) -> list[datetime.date]:
        """The first month of all is read everywhere, then each route in its own months."""
        months = self._months()
        every = MONTHS_BETWEEN_READINGS[self.account.service]
        if self.account.odd == OddRow.FORMER_OWNER:
            return months[:TRANSFER]
        if self.account.odd == OddRow.NEW_OWNER:
            return months[TRANSFER:]
        return [
            month
            for index, month in enumerate(months)
            if not index or (month.month + self.is_odd_route) % every == 0
        ]

    def _months_before_the_first(self) -> int:
        """How long the meter had counted when it was read for the first time."""
        is_new = self.account.odd == OddRow.NEW_OWNER
        return 1 if is_new else MONTHS_BETWEEN_READINGS[self.account.service]

    def _day(self, month: datetime.date) -> datetime.date:
        return month.replace(day=FIRST_ROUND[self.account.service] + self.community % DAYS_OF_A_ROUND)

    def _used(self, month: datetime.date, monthly: float) -> Decimal:
        factor = _SEASON[self.account.service][month.month - 1]
        return Decimal(round(monthly * factor * self.chance.uniform(0.75, 1.25)))

    def _odd_use(self, month: datetime.date, used: Decimal) -> Decimal:
        months = self._months()
        if self.account.odd == OddRow.SMALLEST_BILL:
            return SMALLEST_USE if month == months[3] else Decimal(0)
        if self.account.odd == OddRow.LARGEST_BILL and month == self._read_months()[2]:
            return LARGEST_USE
        return used

    def _kind(self) -> str:
        thrown = self.chance.random()
        if thrown < _ESTIMATED:
            return Reading.Kind.ESTIMATED
        return Reading.Kind.SELF_REPORTED if thrown < _ESTIMATED + _SELF_REPORTED else Reading.Kind.ACTUAL


def _months_after(before: datetime.date, month: datetime.date) -> Iterator[datetime.date]:
    """The months that a reading counts: those after the round before it."""
    while before < month:
        before = add_months(before, 1)
        yield before
