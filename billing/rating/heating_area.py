"""Heating by area (面积收费): the bill of a season, and what the government pays of it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.money import NO_MONEY, to_money
from billing.rating.heating import HeatedPremises, HeatingTariff
from billing.rating.heating_pieces import Draft, area_pieces, draft, settle, share
from billing.rating.heating_price import HUNDRED
from billing.rating.late_charge import LateCharge, late_charge
from billing.rating.lines import RatedLine
from billing.rating.refusal import UsageRefused, gettext_noop


@dataclass(frozen=True, slots=True)
class HeatBill:
    """The season's bill of one premises."""

    lines: tuple[RatedLine, ...]
    total: Decimal
    billed_area: Decimal
    government_pays: Decimal = NO_MONEY


def area_bill(tariff: HeatingTariff, premises: HeatedPremises, on: date | None = None) -> HeatBill:
    """Charge the season that contains `on`, or the next.

    Codes: no_season, no_version, no_category, coefficient, negotiated.
    """
    billed = tariff.billed_area(premises)
    drafts = area_drafts(tariff, premises, billed, on)
    lines, total = settle(tariff, drafts, premises.category)
    return HeatBill(lines, total, billed, _government_pays(tariff, premises, billed, drafts, on))


def base_bill(tariff: HeatingTariff, premises: HeatedPremises, on: date | None = None) -> HeatBill:
    """Charge the base price of a two-part tariff alone; the heat is counted and settled after the season.

    Codes: those of `area_bill`, and no_price.
    """
    billed = tariff.billed_area(premises)
    drafts = area_drafts(tariff, premises, billed, on, base=True)
    lines, total = settle(tariff, drafts, premises.category)
    return HeatBill(lines, total, billed, _government_pays(tariff, premises, billed, drafts, on))


def area_drafts(
    tariff: HeatingTariff, premises: HeatedPremises, billed: Decimal, on: date | None, *, base: bool = False
) -> list[Draft]:
    """One line per price and per share of a low-income household."""
    component = "base_heat" if base else "area_heat"
    drafts = []
    for piece in area_pieces(tariff, premises, on, base=base):
        for area, pct in _portions(tariff, premises.category, billed):
            line = draft(component, area, piece, tariff.unit)
            drafts.append(line if pct is None else share(line, pct))
    return drafts


def late_heating(tariff: HeatingTariff, bill: HeatBill, paid_on: date, category: str = "") -> LateCharge:
    """What a heating bill costs on top when it is paid on that day. Codes: no_late_rule, no_due_date."""
    late = tariff.rules.late
    if late is None:
        raise UsageRefused(gettext_noop("The tariff has no rule for late payment."), code="no_late_rule")
    return late_charge(late.rule, bill.total, late.due_on(paid_on), paid_on, category=category)


def _portions(tariff: HeatingTariff, category: str, billed: Decimal) -> list[tuple[Decimal, Decimal | None]]:
    rule = tariff.rules.low_income
    if rule is None or category != rule.category:
        return [(billed, None)]
    inside = billed if rule.area_cap is None else min(billed, rule.area_cap)
    return [(inside, rule.own_share_pct), (billed - inside, HUNDRED)]


def _government_pays(
    tariff: HeatingTariff, premises: HeatedPremises, billed: Decimal, drafts: list[Draft], on: date | None
) -> Decimal:
    """The rest of each shared line, and the subsidy per m²: own part and rest make the full price."""
    rest = sum((to_money(line.full) - to_money(line.exact) for line in drafts), NO_MONEY)
    version = tariff.version_at_start(tariff.dates(on), on)
    return rest + to_money(tariff.price(premises.category, version).government_pays_per_m2 * billed)
