"""A heating tariff: versions and categories of prices, area rules, season (C15)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from billing.rating.definition import Definition
from billing.rating.heating_price import PRICE_KEYS, HeatPrice, read_heat_price
from billing.rating.heating_rules import HeatingRules, read_heating_rules
from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.rounding import MODES, Rounding, read_rounding, read_scale
from billing.rating.rule_eras import has_dated_rules, rule_eras
from billing.rating.seasons import Season, SeasonDates, read_season
from billing.rating.versions import ALWAYS, index_in_force, read_starts

ANY_CATEGORY = ""
RESIDENT = "resident"
_RULES = (
    "unit", "rounding", "unit_price_rounding", "season", "season_days", "coefficients", "part_coefficients",
    "rules",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AreaPart:
    """A part of the premises with its own coefficient: a loft, a corridor, a space under the roof."""

    kind: str
    area: Decimal


@dataclass(frozen=True, slots=True)
class HeatedPremises:
    """What must be known of heated premises."""

    area: Decimal
    category: str = ANY_CATEGORY
    height_m: Decimal | None = None
    building: str = ""
    parts: tuple[AreaPart, ...] = ()


@dataclass(frozen=True, slots=True)
class HeatingTariff:
    """A compiled heating tariff."""

    unit: str
    rounding: Rounding
    unit_price_rounding: Rounding | None
    season: Season | None
    season_days: int | None
    starts: tuple[date, ...]
    versions: tuple[Mapping[str, HeatPrice], ...]
    coefficients: Mapping[str, Decimal]
    part_coefficients: Mapping[str, Decimal]
    rules: HeatingRules
    # The same tariff with the rules that versions brought, by the day from which they hold.
    eras: tuple[tuple[date, "HeatingTariff"], ...] = ()

    def on(self, day: date) -> "HeatingTariff":
        """The tariff with the rules in force on a day, such as the first of a season."""
        begun = [tariff for starts_on, tariff in self.eras if starts_on <= day]
        return begun[-1] if begun else self

    def in_season(self, day: date | None) -> "HeatingTariff":
        """The tariff with the rules in force on the first day of the season that a day belongs to."""
        for starts_on, tariff in reversed(self.eras):
            dates = tariff.dates(day)
            first = dates.first if dates is not None else day
            if first is not None and starts_on <= first:
                return tariff
        return self

    def billed_area(self, premises: HeatedPremises) -> Decimal:
        """Area × coefficient of the building, and each part by its own (收费面积). Code: coefficient."""
        area = premises.area
        if self.coefficients:
            area *= _coefficient(self.coefficients, premises.building)
        return area + sum(
            (part.area * _coefficient(self.part_coefficients, part.kind) for part in premises.parts),
            Decimal(0),
        )

    def dates(self, on: date | None) -> SeasonDates | None:
        """The season that contains the day, or the next; without a day only exact dates are known."""
        if self.season is None:
            return None
        if on is not None:
            return self.season.around(on)
        return self.season.around(self.season.start) if isinstance(self.season.start, date) else None

    def days(self, dates: SeasonDates | None) -> int | None:
        return self.season_days if dates is None or self.season_days is not None else dates.days

    def price(self, category: str, version: int) -> HeatPrice:
        """The price of a category under a version; low-income households are residents. Code: no_category."""
        prices = self.versions[version]
        price = prices.get(category) or prices.get(ANY_CATEGORY)
        if price is None and self.rules.low_income is not None and category == self.rules.low_income.category:
            price = prices.get(RESIDENT)
        if price is None:
            raise UsageRefused(
                gettext_noop("There is no heating price for category “%(category)s”."),
                code="no_category",
                category=category,
            )
        return price

    def version_at_start(self, dates: SeasonDates | None, on: date | None) -> int:
        """The version in force on the season's first day (C6). Code: no_season, when that day is unknown."""
        day = dates.first if dates is not None else on
        if len(self.starts) == 1 and (day is None or self.starts[0] == ALWAYS):
            return 0
        if day is None:
            raise UsageRefused(
                gettext_noop("The season is needed to choose between prices."), code="no_season"
            )  # fmt: skip
        return index_in_force(self.starts, day)


def compile_heating(definition: object, where: str = "tariff") -> HeatingTariff:
    """Check the JSON of a heating tariff once (docs/formats.md). Raises TariffRefused."""
    if not has_dated_rules(definition):
        return _compile(definition, where)
    first, *later = rule_eras(definition, where, _RULES)
    eras = tuple((era.starts_on, _compile(era.document, era.where)) for era in later)
    return replace(_compile(first.document, where), eras=tuple(sorted(eras, key=lambda era: era[0])))


def _compile(definition: object, where: str) -> HeatingTariff:
    tariff = Definition(definition, where)
    tariff.known_keys(
        *PRICE_KEYS, *_RULES, "versions", "categories", "effective_from", "utility", "kind",
        "name", "name_zh", "name_en", "note",
    )  # fmt: skip
    rounding = read_rounding(tariff)
    definitions = tariff.children("versions") if "versions" in tariff else [tariff]
    if not definitions:
        tariff.refuse(gettext_noop("%(where)s is empty."), "missing", "versions")
    return HeatingTariff(
        unit=tariff.text("unit", "m2"),
        rounding=rounding,
        unit_price_rounding=_read_unit_price_rounding(tariff),
        season=read_season(tariff),
        season_days=_read_season_days(tariff),
        starts=read_starts(definitions)
        if "versions" in tariff
        else (tariff.day_or_none("effective_from") or ALWAYS,),
        versions=tuple(_read_prices(tariff, version) for version in definitions),
        coefficients=_read_coefficients(tariff, "coefficients"),
        part_coefficients=_read_coefficients(tariff, "part_coefficients"),
        rules=read_heating_rules(tariff, rounding),
    )


def _read_prices(tariff: Definition, version: Definition) -> dict[str, HeatPrice]:
    """Each category's price; a version or tariff without categories has one price for all."""
    around = [version] if version is tariff else [version, tariff]
    if version is not tariff:
        version.known_keys(*PRICE_KEYS, "effective_from", "categories", "decision", "note")
    holder = next((definition for definition in around if "categories" in definition), None)
    if holder is None:
        return {ANY_CATEGORY: read_heat_price(around)}
    categories = holder.named_children("categories")
    for category in categories.values():
        category.known_keys(*PRICE_KEYS, "name", "name_zh", "name_en", "note")
    return {name: read_heat_price([category, *around]) for name, category in categories.items()}


def _read_season_days(tariff: Definition) -> int | None:
    if "season_days" not in tariff:
        return None
    days = tariff.whole("season_days")
    return days or tariff.refuse(
        gettext_noop("%(where)s must be more than zero."), "out_of_range", "season_days"
    )


def _read_unit_price_rounding(tariff: Definition) -> Rounding | None:
    if "unit_price_rounding" not in tariff:
        return None
    rule = tariff.child("unit_price_rounding")
    rule.known_keys("mode", "scale", "note")
    step = Decimal(1).scaleb(-read_scale(rule, most=6))
    return Rounding(step, MODES[rule.one_of("mode", tuple(MODES), "half_up")])


def _read_coefficients(tariff: Definition, key: str) -> dict[str, Decimal]:
    table = tariff.child_or_empty(key)
    return {name: table.decimal(name) for name in table}


def _coefficient(coefficients: Mapping[str, Decimal], name: str) -> Decimal:
    coefficient = coefficients.get(name)
    if coefficient is None:
        raise UsageRefused(
            gettext_noop("There is no area coefficient for “%(name)s”; known are %(known)s."),
            code="coefficient", name=name, known=", ".join(coefficients) or "-",
        )  # fmt: skip
    return coefficient
