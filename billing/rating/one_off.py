"""One-off fees (管网建设费, 蒸汽费…): per unit with parts at a share, or by steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from billing.rating.definition import Definition
from billing.rating.lines import RatedLine
from billing.rating.plain import tidy
from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.rounding import Rounding, read_rounding

ONE = Decimal(1)
# What a published price list says in flat keys, besides `<type>: <price per m²>`.
_FLAT_KEYS = (
    "utility", "unit", "rounding", "note", "kind", "name", "name_zh", "name_en", "industrial_first_ton",
    "industrial_each_more_ton", "steam_per_ton", "steam_per_gj", "noncommercial_basement_pct",
)  # fmt: skip
NAMES_ZH = {
    "network_construction": "管网建设费", "network_construction_basement": "管网建设费（地下部分）",
    "network_construction_first": "管网建设费（首吨）", "network_construction_more": "管网建设费（增量）",
    "steam": "蒸汽费", "steam_heat": "蒸汽费（按热量）",
}  # fmt: skip
_UNITS = {"area": "m2", "basement_area": "m2", "tons": "t", "tons_per_hour": "t/h", "gigajoules": "GJ"}


@dataclass(frozen=True, slots=True)
class FeeItem:
    """One line of a fee: a measure, from some amount on, at a price.

    `whole_units` counts a begun unit as whole (蒸汽每增加 1 吨); `above` is what an earlier item covers.
    """

    component: str
    measure: str
    unit_price: Decimal
    name_zh: str = ""
    whole_units: bool = False
    above: Decimal = Decimal(0)
    at_most: Decimal | None = None
    is_optional: bool = False

    def quantity(self, measured: Decimal) -> Decimal:
        if self.whole_units:
            measured = measured.to_integral_value(ROUND_CEILING)
        return max(
            Decimal(0), (measured if self.at_most is None else min(measured, self.at_most)) - self.above
        )


@dataclass(frozen=True, slots=True)
class OneOffBill:
    """A priced fee."""

    lines: tuple[RatedLine, ...]
    total: Decimal


@dataclass(frozen=True, slots=True)
class OneOffTariff:
    """The fees of one price list by their type."""

    rounding: Rounding
    fees: Mapping[str, tuple[FeeItem, ...]]

    def price(self, fee: str, measures: Mapping[str, Decimal]) -> OneOffBill:
        """Price a fee of one type. Codes: no_fee, no_measure."""
        items = self.fees.get(fee)
        if items is None:
            raise UsageRefused(
                gettext_noop("There is no fee “%(fee)s”; known are %(known)s."),
                code="no_fee", fee=fee, known=", ".join(self.fees),
            )  # fmt: skip
        _check_measures(items, measures)
        counted = [(item, item.quantity(measures.get(item.measure, Decimal(0)))) for item in items]
        charged = [(item, tidy(quantity)) for item, quantity in counted if quantity and item.unit_price]
        amounts, total = self.rounding.settle([quantity * item.unit_price for item, quantity in charged])
        lines = tuple(
            RatedLine(
                item.component, item.name_zh or NAMES_ZH.get(item.component, item.component), None,
                quantity, item.unit_price, amount, "", _UNITS.get(item.measure, ""),
            )
            for (item, quantity), amount in zip(charged, amounts, strict=True)
        )  # fmt: skip
        return OneOffBill(lines, total)


def compile_one_off(definition: object, where: str = "tariff") -> OneOffTariff:
    """Check the JSON of one-off fees once: `fees` by type, or a flat price list. Raises TariffRefused."""
    tariff = Definition(definition, where)
    if "fees" in tariff:
        tariff.known_keys("fees", "rounding", "utility", "unit", "note", "kind", "name", "name_zh", "name_en")
        fees = {fee: tuple(_read_item(item) for item in _items(tariff, fee)) for fee in tariff.child("fees")}
    else:
        fees = _read_price_list(tariff)
    if not fees:
        tariff.refuse(gettext_noop("%(where)s is empty."), "missing", "fees")
    return OneOffTariff(read_rounding(tariff), fees)


def _items(tariff: Definition, fee: str) -> list[Definition]:
    items = tariff.child("fees").children(fee)
    return items or tariff.child("fees").refuse(gettext_noop("%(where)s is empty."), "missing", fee)


def _read_item(item: Definition) -> FeeItem:
    item.known_keys(
        "component", "measure", "unit_price", "pct", "name_zh", "whole_units", "above", "at_most",
        "optional", "note",
    )  # fmt: skip
    price = item.decimal("unit_price")
    return FeeItem(
        component=item.text("component"),
        measure=item.text("measure"),
        unit_price=tidy(price * item.decimal("pct") / 100) if "pct" in item else price,
        name_zh=item.text("name_zh", ""),
        whole_units=item.flag("whole_units"),
        above=item.decimal("above", Decimal(0)),
        at_most=item.decimal_or_none("at_most"),
        is_optional=item.flag("optional"),
    )


def _read_price_list(tariff: Definition) -> dict[str, tuple[FeeItem, ...]]:
    """Prices per m² by type, steam per ton or GJ, an industrial connection by tons per hour."""
    basement = tariff.decimal_or_none("noncommercial_basement_pct")
    fees: dict[str, tuple[FeeItem, ...]] = {}
    for fee in tariff:
        if fee not in _FLAT_KEYS and fee in tariff and not tariff.is_remark(fee):
            fees[fee] = _per_area(tariff.decimal(fee), basement)
    if "industrial_first_ton" in tariff:
        first, more = tariff.decimal("industrial_first_ton"), tariff.decimal("industrial_each_more_ton")
        fees["industrial_connection"] = (
            FeeItem("network_construction_first", "tons_per_hour", first, whole_units=True, at_most=ONE),
            FeeItem("network_construction_more", "tons_per_hour", more, whole_units=True, above=ONE),
        )
    steam = [("steam", "tons", "steam_per_ton"), ("steam_heat", "gigajoules", "steam_per_gj")]
    items = [
        FeeItem(code, measure, tariff.decimal(key), is_optional=True)
        for code, measure, key in steam
        if key in tariff
    ]
    if items:
        fees["steam"] = tuple(items)
    return fees


def _per_area(price: Decimal, basement_pct: Decimal | None) -> tuple[FeeItem, ...]:
    item = FeeItem("network_construction", "area", price)
    if basement_pct is None:
        return (item,)
    basement = tidy(price * basement_pct / 100)
    return item, FeeItem("network_construction_basement", "basement_area", basement, is_optional=True)


def _check_measures(items: tuple[FeeItem, ...], measures: Mapping[str, Decimal]) -> None:
    """Every measure that is not optional, and of optional ones at least one."""
    missing = [item.measure for item in items if item.measure not in measures]
    needed = [item.measure for item in items if not item.is_optional and item.measure in missing]
    if needed or len(missing) == len(items):
        measure = ", ".join(needed or missing)
        raise UsageRefused(gettext_noop("The fee needs %(measure)s."), code="no_measure", measure=measure)
