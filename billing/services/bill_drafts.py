"""From what was used to what is owed: the rating engine fed with an account's facts."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from billing.models import Bill, HeatingSeason, HouseholdConversion, Tariff
from billing.queries.heating_seasons import season_named
from billing.queries.pricing_facts import RESIDENT, months_between, pricing_facts
from billing.queries.unbilled import MeteredUse
from billing.rating.consumption import consumption
from billing.rating.heating import HeatedPremises, HeatingTariff, compile_heating
from billing.rating.heating_area import HeatBill, area_bill, base_bill
from billing.rating.lines import Rated, RatedLine
from billing.rating.metered import Tariff as MeteredTariff
from billing.rating.metered import compile_tariff
from billing.rating.suspension import suspension_fee
from billing.rating.usage import Position, Usage
from billing.services.heating_tariffs import for_season


@dataclass(frozen=True, slots=True)
class BillDraft:
    """A priced bill that is not written yet."""

    account_id: int
    account_no: str
    tariff_id: int | None
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
        months = months_between(use.since, use.read_on)
        facts = pricing_facts(account, self.compiled, use.since, use.read_on)
        rated = self.compiled.rate(
            Usage(use.read_on, quantity, months, previous_on=use.since), facts, position
        )
        return BillDraft(
            account["pk"], account["account_no"], self.tariff.pk, Bill.Kind.USAGE, self.period,
            use.since, use.read_on, self.issued_on, _due(self.tariff, self.issued_on),
            rated.quantity, rated.total, rated.lines,
            _metered_basis(account, use, months, position, rated, self.compiled.on(use.read_on).unit)
            | {"category": facts.category, "persons": facts.persons_on(use.read_on)}
            | _versions_of(rated.lines)
            | account["household"].basis(use.read_on),
            {key: str(units) for key, units in rated.counted.items()},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AreaPricer:
    tariff: Tariff
    compiled: HeatingTariff
    period: str
    issued_on: datetime.date
    rules: Mapping[str, Any]
    season: HeatingSeason | None = None

    def draft(
        self, account: Mapping[str, Any], use: MeteredUse | None, position: Position
    ) -> BillDraft | None:
        """Price the season by area; premises without an area have no bill.

        Who is suspended is billed the basic fee, where the tariff has one.
        """
        area = account["billed_area"] or account["premises__building_area"]
        if area is None:
            return None
        first, last = season_days(self.compiled, self.period)
        category = self._category(account, first)
        premises = HeatedPremises(area, category, account["premises__storey_height"])
        bill = self._price(account, premises, first)
        if bill is None:
            return None
        return BillDraft(
            account["pk"], account["account_no"], self.tariff.pk, Bill.Kind.HEATING, self.period,
            first, last, self.issued_on, self._due(first),
            bill.billed_area, bill.total, bill.lines,
            {
                "area": str(area),
                "category": category,
                "height_m": str(account["premises__storey_height"] or ""),
            }
            | account["household"].basis(first)
            | _versions_of(bill.lines),
            {},
        )  # fmt: skip

    def _category(self, account: Mapping[str, Any], first: datetime.date) -> str:
        """Low income counts for a season when it is proved for its first day."""
        category: str = account["category"].lower()
        low_income = self.compiled.rules.low_income
        if category != RESIDENT or low_income is None or not account["household"].has_low_income_on(first):
            return category
        return low_income.category

    def _price(
        self, account: Mapping[str, Any], premises: HeatedPremises, first: datetime.date
    ) -> HeatBill | None:
        if account["state"] == "SUSPENDED":
            has_fee = self.compiled.rules.suspension_pct is not None
            return suspension_fee(self.compiled, premises, first) if has_fee else None
        prepays_base = self.rules.get("rules", {}).get("prepay") == "base"
        if prepays_base and _has_heat_meter(account, first):
            return base_bill(self.compiled, premises, first)
        return area_bill(self.compiled, premises, first)

    def _due(self, first: datetime.date) -> datetime.date:
        if self.season is not None:
            return max(self.season.due_on, self.issued_on)
        return _season_due(self.tariff, self.rules, self.issued_on, first)


def pricer_for(
    tariff: Tariff, period: str, issued_on: datetime.date, branch_id: int | None = None
) -> MeteredPricer | AreaPricer:
    """Compile the tariff once for a run; heat is priced over the days that the branch's season has."""
    if tariff.kind == "heating_area":
        season = season_named(branch_id or 0, period)
        compiled = compile_heating(tariff.definition(), tariff.code)
        if season is not None:
            compiled = for_season(compiled.on(season.starts_on), season)
        else:
            compiled = compiled.in_season(_within(period))
        first, _last = season_days(compiled, period)
        return AreaPricer(tariff, compiled, period, issued_on, tariff.rules_on(first), season)
    return MeteredPricer(tariff, compile_tariff(tariff.definition(), tariff.code), period, issued_on)


def season_days(tariff: HeatingTariff, period: str) -> tuple[datetime.date, datetime.date]:
    """First and last day of the season "2025-26"; without dated seasons, 15 October to 15 April."""
    year = int(period[:4])
    dates = tariff.dates(_within(period))
    if dates is not None:
        return dates.first, dates.last
    return datetime.date(year, 10, 15), datetime.date(year + 1, 4, 15)


def _within(period: str) -> datetime.date:
    """A day that every season named so contains."""
    return datetime.date(int(period[:4]), 12, 31)


def _has_heat_meter(account: Mapping[str, Any], first: datetime.date) -> bool:
    """Whether the household was converted before the season."""
    converted_on: datetime.date | None = account["converted_on"]
    is_metered = account["heat_method"] == HouseholdConversion.Method.TWO_PART
    return is_metered and converted_on is not None and converted_on <= first


def _due(tariff: Tariff, issued_on: datetime.date) -> datetime.date:
    return issued_on + datetime.timedelta(days=tariff.due_days)


def _season_due(
    tariff: Tariff, rules: Mapping[str, Any], issued_on: datetime.date, first: datetime.date
) -> datetime.date:
    """The day the price decision names (`rules.due`, as "10-31"), or so many days after the bill."""
    named = rules.get("rules", {}).get("due")
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
                "read_on": read_on.isoformat(),
            }
            for meter, segment, read_on in zip(use.meters, use.segments, use.read_ons, strict=True)
        ],
    }


def _versions_of(lines: Sequence[RatedLine]) -> dict[str, list[str]]:
    """The first days of the price versions that the lines were priced with."""
    return {"versions": sorted({line.version_from.isoformat() for line in lines if line.version_from})}
