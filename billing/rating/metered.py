"""The tariff of a meter: quantities into lines, whatever the city (C1–C13)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from billing.rating.bill import Charged, UnpricedBill
from billing.rating.definition import Definition
from billing.rating.lines import Rated, RatedLine
from billing.rating.mixed_use import check_mix, mixed_volumes
from billing.rating.periods import PeriodKey
from billing.rating.price_change import PRICE_CHANGES, PriceHistory
from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.rounding import Rounding, read_rounding
from billing.rating.rule_eras import has_dated_rules, rule_eras
from billing.rating.terms import NO_TERMS, LineTerms
from billing.rating.usage import NOTHING_YET, Facts, Position, Usage, Volume
from billing.rating.versions import Version, index_in_force, read_versions

_RULES = ("unit", "rounding", "rules")
_REMARKS = ("half_half", "season", "prepaid", "tou", "new_account")


@dataclass(frozen=True, slots=True)
class Tariff:
    """A compiled tariff. It holds no state: the place in the tiers comes in and goes out."""

    unit: str
    rounding: Rounding
    history: PriceHistory
    # The registers a category prices one by one; categories that price the meter's sum are absent.
    registers: Mapping[str, frozenset[str]]
    mixed_at_highest: bool = False
    # Whether an account that opens inside a tier period has thresholds for the months left of it.
    prorates_openings: bool = False
    # The same tariff with the rules that versions brought, by the day from which they hold.
    eras: tuple[tuple[date, "Tariff"], ...] = ()

    def on(self, day: date) -> "Tariff":
        """The tariff with the rules in force on a day."""
        begun = [tariff for starts_on, tariff in self.eras if starts_on <= day]
        return begun[-1] if begun else self

    def rate(self, usage: Usage, facts: Facts, position: Position = NOTHING_YET) -> Rated:
        """Price one reading or purchase that stands at `position`, by the rules of its own day.

        Codes: negative_quantity, months, no_version, no_category, no_register, mix, period_turned_round.
        """
        return self.on(usage.on)._rate(usage, facts, position)

    def _rate(self, usage: Usage, facts: Facts, position: Position) -> Rated:
        _check_usage(usage)
        if facts.mix and self.mixed_at_highest:
            return self._rate_at_highest(usage, facts, position)
        bill = UnpricedBill(usage, facts, position)
        for category, volume, suffix in self._volumes(usage, facts):
            for portion in self.history.portions(usage, volume):
                bill.add(category, portion, suffix)
        return self._settled(bill)

    def prices(self, category: str, since: date, on: date) -> bool:
        """Whether every version that can price a reading between two days has a price for the category."""
        versions = self.on(on).history.versions_for(since, on)
        return all(category in version.categories for version in versions)

    def tier_period(self, category: str, on: date) -> PeriodKey | None:
        """What names the tier period of a category on a day; None where nothing accumulates."""
        version = self.history.versions[index_in_force(self.history.starts, on)]
        price = version.categories.get(category)
        return price.tiers.period if price and price.tiers else None

    def _settled(self, bill: UnpricedBill) -> Rated:
        amounts, total = self.rounding.settle(bill.exact)
        lines = [self._line(charged, amount) for charged, amount in zip(bill.charges, amounts, strict=True)]
        return Rated(
            lines=tuple(lines),
            quantity=bill.usage.quantity,
            total=total,
            counted=bill.counted,
            position_after={**bill.position, **bill.reached},
            thresholds=bill.thresholds,
            tier_split=bill.split,
        )

    def _line(self, charged: Charged, amount: Decimal) -> RatedLine:
        component, category, portion, (tier, register, quantity, unit_price) = charged
        since = portion.version.since
        return RatedLine(
            component.code, component.name_zh, tier, quantity, unit_price, amount, category,
            self.unit, register, since, LineTerms(priced_from=since) if portion.marked else NO_TERMS,
        )  # fmt: skip

    def _rate_at_highest(self, usage: Usage, facts: Facts, position: Position) -> Rated:
        """Everything at the category that costs most (从高适用)."""
        check_mix(facts.mix)
        dearest: Rated | None = None
        for share in facts.mix:
            rated = self._rate(usage, replace(facts, category=share.category, mix=()), position)
            if dearest is None or rated.total > dearest.total:
                dearest = rated
        assert dearest is not None  # a mix that sums to 1 has a category
        return dearest

    def _volumes(self, usage: Usage, facts: Facts) -> list[tuple[str, Volume, str]]:
        """Category, volume and the suffix of its period key: one entry, or one for each category of a mix."""
        if not facts.mix:
            return [(facts.category, self._volume(usage, (facts.category,)), "")]
        volume = self._volume(usage, tuple(share.category for share in facts.mix))
        return [(name, part, f"/{name}") for name, part in mixed_volumes(volume, facts.mix)]

    def _volume(self, usage: Usage, categories: tuple[str, ...]) -> Volume:
        """The reading, with its registers only where some category prices them one by one."""
        if not any(name in self.registers for name in categories):
            return Volume(usage.quantity)
        priced = frozenset[str]().union(*(self.registers.get(name, ()) for name in categories))
        read = {name for name, quantity in usage.registers if quantity}
        if (
            not read <= priced
            or sum((quantity for _, quantity in usage.registers), Decimal(0)) != usage.quantity
        ):
            raise UsageRefused(
                gettext_noop("The quantity must be the sum of registers %(priced)s; read were: %(read)s."),
                code="no_register", priced=", ".join(sorted(priced)), read=", ".join(sorted(read)),
            )  # fmt: skip
        return Volume(usage.quantity, usage.registers)


def compile_tariff(definition: object, where: str = "tariff") -> Tariff:
    """Check the JSON of a metered tariff once (docs/formats.md). Raises TariffRefused.

    A definition without `versions` is one version: its `categories` stand beside `unit`.
    """
    if not has_dated_rules(definition):
        return _compile(definition, where)
    first, *later = rule_eras(definition, where, _RULES)
    eras = tuple((era.starts_on, _compile(era.document, era.where)) for era in later)
    return replace(_compile(first.document, where), eras=tuple(sorted(eras, key=lambda era: era[0])))


def _compile(definition: object, where: str) -> Tariff:
    tariff = Definition(definition, where)
    tariff.known_keys(
        *_RULES, "versions", "categories", "effective_from", "utility", "kind",
        "name", "name_zh", "name_en", "note",
    )  # fmt: skip
    versions = read_versions(tariff)
    rules = tariff.child_or_empty("rules")
    rules.known_keys("price_change", "year_boundary", "mixed_use", *_REMARKS)
    rules.one_of("year_boundary", ("read_date", "purchase_date"), "read_date")
    rule = PRICE_CHANGES[rules.one_of("price_change", tuple(PRICE_CHANGES), "read_date")]
    return Tariff(
        unit=tariff.text("unit", ""),
        rounding=read_rounding(tariff),
        history=PriceHistory(rule, versions, tuple(version.effective_from for version in versions)),
        registers=_registers(versions),
        mixed_at_highest=rules.rule("mixed_use", ("ratio", "highest"), "ratio") == "highest",
        prorates_openings="new_account" in rules,
    )


def _registers(versions: tuple[Version, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for version in versions:
        for name, category in version.categories.items():
            if category.registers:
                found[name] = found.get(name, frozenset()) | category.registers
    return found


def _check_usage(usage: Usage) -> None:
    if usage.quantity < 0:
        raise UsageRefused(
            gettext_noop("A quantity below zero is not priced; reverse the bill."), code="negative_quantity"
        )  # fmt: skip
    if usage.months <= 0:
        raise UsageRefused(gettext_noop("A bill covers more than no months."), code="months")
