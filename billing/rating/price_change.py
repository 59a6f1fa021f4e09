"""Price change inside a period (调价): which version prices which part of a reading (C6)."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.usage import ONE, Usage, Volume
from billing.rating.versions import Version, index_in_force
from billing.rating.volumes import TWO, cut, half, ratio_of

READ_DATE, HALF_HALF, BY_DAYS = "read_date", "half_half", "by_days"
# A card sale has no reading: its purchase date stands for the read date.
PRICE_CHANGES = {
    "read_date": READ_DATE,
    "purchase_date": READ_DATE,
    "half_half": HALF_HALF,
    "by_days": BY_DAYS,
}


@dataclass(frozen=True, slots=True)
class Portion:
    """The part of a reading that one version prices; `marked` where the reading has more than one."""

    version: Version
    volume: Volume
    months: Decimal
    marked: bool = False


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """The versions of a tariff, and the rule for readings that span two of them."""

    rule: str
    versions: tuple[Version, ...]
    starts: tuple[date, ...]

    def portions(self, usage: Usage, volume: Volume) -> tuple[Portion, ...]:
        current = index_in_force(self.starts, usage.on)
        if self.rule == READ_DATE or usage.previous_on is None:
            return (Portion(self.versions[current], volume, usage.months),)
        if self.rule == HALF_HALF:
            first = index_in_force(self.starts, usage.previous_on)
        else:
            first = index_in_force(self.starts, _first_day(usage))
        if first >= current:
            return (Portion(self.versions[current], volume, usage.months),)
        return self._halves(first, current, usage, volume) if self.rule == HALF_HALF else self._by_days(
            first, current, usage, volume
        )  # fmt: skip

    def versions_for(self, since: date, on: date) -> tuple[Version, ...]:
        """The versions that may price a part of what was used between two days."""
        current = index_in_force(self.starts, on)
        first = current if self.rule == READ_DATE else max(0, bisect_right(self.starts, since) - 1)
        return self.versions[min(first, current) : current + 1]

    def _halves(self, old: int, new: int, usage: Usage, volume: Volume) -> tuple[Portion, ...]:
        """Half at the old price, the rest at the new one, each with half of the months: one of two."""
        months = max(ONE, usage.months / TWO)
        old_half, new_half = cut(volume, [half])
        return (
            Portion(self.versions[old], old_half, months, marked=True),
            Portion(self.versions[new], new_half, months, marked=True),
        )

    def _by_days(self, first: int, last: int, usage: Usage, volume: Volume) -> tuple[Portion, ...]:
        """Whole units in proportion to the calendar days of each version, the remainder to the last."""
        bounds = [_first_day(usage), *self.starts[first + 1 : last + 1], usage.on + timedelta(days=1)]
        days = [Decimal((end - start).days) for start, end in pairwise(bounds)]
        period = sum(days, Decimal(0))
        volumes = cut(volume, [ratio_of(part, period) for part in days[:-1]])
        return tuple(
            Portion(version, part, usage.months * share / period, marked=True)
            for version, part, share in zip(self.versions[first : last + 1], volumes, days, strict=True)
        )


def _first_day(usage: Usage) -> date:
    """The day after the previous reading."""
    previous = usage.previous_on or usage.on
    if previous >= usage.on:
        raise UsageRefused(
            gettext_noop("The previous reading of %(previous)s is not before %(on)s."),
            code="period_turned_round", previous=previous.isoformat(), on=usage.on.isoformat(),
        )  # fmt: skip
    return previous + timedelta(days=1)
