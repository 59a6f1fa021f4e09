"""From what was used to what is owed: the rating engine fed with an account's facts."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from billing.models import Bill, Tariff
from billing.queries.unbilled import MeteredUse
from billing.rating.consumption import consumption
from billing.rating.heating import HeatedPremises, HeatingTariff, compile_heating
from billing.rating.heating_area import area_bill
from billing.rating.lines import Rated, RatedLine
from billing.rating.metered import Tariff as MeteredTariff
from billing.rating.metered import compile_tariff
from billing.rating.periods import PeriodKey
from billing.rating.usage import Facts, Position, Proration, Usage

DAYS_IN_A_MONTH = Decimal("30.4375")


@dataclass(frozen=True, slots=True)
class BillDraft:
    """A priced bill that is not written yet."""

    account_id: int
    account_no: str
    tariff_id: int
    kind: str
    period: str
    period_from: datetime.date
    period_to: datetime.date
    issued_on: datetime.date
    due_on: datetime.date
    quantity: Decimal
    total: Decimal
    lines: Sequence[RatedLine]
    basis: Mapping[str, Any]
    tier_uses: Mapping[str, str]


class Pricer(Protocol):
    """Prices the accounts of one tariff in one period."""

    def draft(
        self, account: Mapping[str, Any], use: MeteredUse | None, position: Position
    ) -> BillDraft | None: ...


@dataclass(frozen=True, slots=True)
class MeteredPricer:
    tariff: Tariff
    compiled: MeteredTariff
    period: str
    issued_on: datetime.date

    def draft(
        self, account: Mapping[str, Any], use: MeteredUse | None, position: Position
    ) -> BillDraft | None:
        """Price what the meters counted; no new reading, no bill."""
        if use is None:
            return None
        quantity = sum((consumption(segment) for segment in use.segments), Decimal(0))
        months = max(Decimal(1), Decimal(round((use.read_on - use.since).days / DAYS_IN_A_MONTH)))
        facts = Facts(
            account["category"].lower(), account["persons"], proration=self._proration(account, use.read_on)
        )
        rated = self.compiled.rate(
            Usage(use.read_on, quantity, months, previous_on=use.since), facts, position
        )
        return BillDraft(
            account["pk"], account["account_no"], self.tariff.pk, Bill.Kind.USAGE, self.period,
            use.since, use.read_on, self.issued_on, _due(self.tariff, self.issued_on),
            rated.quantity, rated.total, rated.lines,
            _metered_basis(account, use, months, position, rated, self.compiled.unit),
            {key: str(units) for key, units in rated.counted.items()},
        )  # fmt: skip

    def _proration(self, account: Mapping[str, Any], on: datetime.date) -> Proration | None:
        """An account opened inside the tier period has thresholds for the months that were left of it."""
        if "new_account" not in self.tariff.rules.get("rules", {}):
            return None
        opened_on: datetime.date = account["opened_on"]
        period = self.compiled.tier_period(account["category"].lower(), on)
        if period is None or period(opened_on) != period(on):
            return None
        return _opening_months(period, opened_on)


@dataclass(frozen=True, slots=True)
class AreaPricer:
    tariff: Tariff
    compiled: HeatingTariff
    period: str
    issued_on: datetime.date

    def draft(
        self, account: Mapping[str, Any], use: MeteredUse | None, position: Position
    ) -> BillDraft | None:
        """Price the season by area; premises without an area have no bill."""
        area = account["billed_area"] or account["premises__building_area"]
        if area is None:
            return None
        premises = HeatedPremises(area, account["category"].lower(), account["premises__storey_height"])
        first, last = season_days(self.compiled, self.period)
        bill = area_bill(self.compiled, premises, first)
        return BillDraft(
            account["pk"], account["account_no"], self.tariff.pk, Bill.Kind.HEATING, self.period,
            first, last, self.issued_on, _season_due(self.tariff, self.issued_on, first),
            bill.billed_area, bill.total, bill.lines,
            {
                "area": str(area),
                "category": account["category"].lower(),
                "height_m": str(account["premises__storey_height"] or ""),
            },
            {},
        )  # fmt: skip


def pricer_for(tariff: Tariff, period: str, issued_on: datetime.date) -> MeteredPricer | AreaPricer:
    """Compile the tariff once for a run."""
    if tariff.kind == "heating_area":
        return AreaPricer(tariff, compile_heating(tariff.definition(), tariff.code), period, issued_on)
    return MeteredPricer(tariff, compile_tariff(tariff.definition(), tariff.code), period, issued_on)


def _opening_months(period: PeriodKey, opened_on: datetime.date) -> Proration:
    """How many months of its tier period an account has, of how many: two of six, when May opens a half-year."""
    month = opened_on.year * 12 + opened_on.month - 1
    key = period(opened_on)
    last_days = [last_day_of(at // 12, at % 12 + 1) for at in range(month - 12, month + 13)]
    inside = [day for day in last_days if period(day) == key]
    left = [day for day in inside if day >= opened_on]
    return Proration(Decimal(len(left)), Decimal(len(inside)), opened_on=opened_on)


def last_day_of(year: int, month: int) -> datetime.date:
    return datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)


def season_days(tariff: HeatingTariff, period: str) -> tuple[datetime.date, datetime.date]:
    """First and last day of the season "2025-26"; without dated seasons, 15 October to 15 April."""
    year = int(period[:4])
    dates = tariff.dates(datetime.date(year, 12, 31))
    if dates is not None:
        return dates.first, dates.last
    return datetime.date(year, 10, 15), datetime.date(year + 1, 4, 15)


def _due(tariff: Tariff, issued_on: datetime.date) -> datetime.date:
    return issued_on + datetime.timedelta(days=tariff.due_days)


def _season_due(tariff: Tariff, issued_on: datetime.date, first: datetime.date) -> datetime.date:
    """The day the price decision names (`rules.due`, as "10-31"), or so many days after the bill."""
    named = tariff.rules.get("rules", {}).get("due")
    if not named:
        return _due(tariff, issued_on)
    return max(datetime.date.fromisoformat(f"{first.year}-{named}"), issued_on)


def _metered_basis(
    account: Mapping[str, Any], use: MeteredUse, months: Decimal, position: Position, rated: Rated, unit: str
) -> dict[str, Any]:
    """All that the engine was given, so that anybody can price the bill again by hand, and where the tiers stand."""
    return {
        "category": account["category"].lower(),
        "persons": account["persons"],
        "months": str(months),
        "unit": unit,
        "used_before": {key: str(position.get(key, 0)) for key in rated.counted},
        "thresholds": [str(threshold) for threshold in rated.thresholds or ()],
        "segments": [
            {
                "meter": meter,
                "from": str(segment.reading_from),
                "to": str(segment.reading_to),
                "rollover": segment.rollover,
            }
            for meter, segment in zip(use.meters, use.segments, strict=True)
        ],
    }
