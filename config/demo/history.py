"""When things happened in the demo company, seen from the day it is founded on."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from accounts.models.account import Service

SEASONS = 2
PERIODS = 12
SEASON_IS_BILLED = (9, 15)
# Read in the first half of the month, billed on this day: due dates fall before the month's end (domain.md 2.1).
ISSUED_ON_DAY = {Service.ELECTRICITY: 15, Service.WATER: 16, Service.GAS: 21}
# Water and gas are read every second month, half of the communities in odd months.
MONTHS_BETWEEN_READINGS = {Service.ELECTRICITY: 1, Service.WATER: 2, Service.GAS: 2}
# In this month of the twelve a house changes hands: the former owner is billed once more, then the account is closed.
TRANSFER = 6
TRANSFER_DAY = 20
ONE_DAY = datetime.timedelta(days=1)
LAST_WEEK = datetime.timedelta(days=7)


@dataclass(frozen=True, order=True, slots=True)
class PlannedRun:
    """A bill run that took place: in the order of the dates."""

    issued_on: datetime.date
    service: Service
    period: str


@dataclass(frozen=True)
class History:
    """Two heating seasons, twelve months of meters, and the windows since the autumn before those."""

    on: datetime.date

    @cached_property
    def seasons(self) -> list[int]:
        """The years in which the billed seasons begin."""
        begun = self.on >= datetime.date(self.on.year, *SEASON_IS_BILLED)
        last = self.on.year if begun else self.on.year - 1
        return list(range(last - SEASONS + 1, last + 1))

    def months(self, service: Service) -> list[datetime.date]:
        """The first days of the billed months of a metered service."""
        return self._months[service]

    @cached_property
    def _months(self) -> dict[Service, list[datetime.date]]:
        this = self.on.replace(day=1)
        last = {
            service: this if self.on.day >= day else add_months(this, -1)
            for service, day in ISSUED_ON_DAY.items()
        }
        return {
            service: [add_months(month, back) for back in range(1 - PERIODS, 1)]
            for service, month in last.items()
        }

    @cached_property
    def live_from(self) -> datetime.date:
        """The day from which the windows take money in this system; what was before was taken over."""
        first = min(self.months(service)[0] for service in ISSUED_ON_DAY)
        return datetime.date(first.year if first.month >= 9 else first.year - 1, 9, 1)

    @cached_property
    def last_taking(self) -> datetime.date:
        """The last day on which money was taken: today belongs to whoever signs in."""
        return self.on - ONE_DAY

    @cached_property
    def runs(self) -> list[PlannedRun]:
        metered = [
            PlannedRun(month.replace(day=day), service, f"{month:%Y-%m}")
            for service, day in ISSUED_ON_DAY.items()
            for month in self.months(service)
        ]
        heating = [
            PlannedRun(datetime.date(year, *SEASON_IS_BILLED), Service.HEAT, season_of(year))
            for year in self.seasons
        ]
        return sorted(metered + heating)

    @property
    def transferred_on(self) -> datetime.date:
        return self.months(Service.WATER)[TRANSFER - 1].replace(day=TRANSFER_DAY)

    @property
    def suspended_on(self) -> datetime.date:
        """When those who report a suspension for the newest season have done so."""
        return datetime.date(self.seasons[-1], 9, 10)

    @property
    def open_from(self) -> datetime.date:
        """The first day whose books are still open."""
        return self.on - LAST_WEEK


def season_of(year: int) -> str:
    return f"{year}-{(year + 1) % 100:02}"


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The first day of the month so many months away."""
    count = day.year * 12 + day.month - 1 + months
    return datetime.date(count // 12, count % 12 + 1, 1)
