"""Two-part heating (两部制热价): base charge by area, metered charge by heat, settled after the season."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.money import NO_MONEY
from billing.rating.heating import HeatedPremises, HeatingTariff
from billing.rating.heating_area import area_bill, area_drafts
from billing.rating.heating_pieces import Draft, settle
from billing.rating.heating_price import HeatPrice
from billing.rating.heating_rules import LOWER_OF, REFUND_ONLY
from billing.rating.lines import RatedLine
from billing.rating.refusal import UsageRefused, gettext_noop


@dataclass(frozen=True, slots=True)
class TwoPartBill:
    """A settled season. `area_amount` is None where the tariff has no area price.

    `refund` goes back to the customer, `collect` is still owed; both are None when nothing was prepaid yet.
    """

    lines: tuple[RatedLine, ...]
    total: Decimal
    billed_area: Decimal
    two_part_amount: Decimal
    area_amount: Decimal | None
    prepaid: Decimal | None = None
    refund: Decimal | None = None
    collect: Decimal | None = None


def two_part_bill(
    tariff: HeatingTariff,
    premises: HeatedPremises,
    heat_used: Decimal,
    prepaid: Decimal | None = None,
    on: date | None = None,
) -> TwoPartBill:
    """Charge base and heat, and settle by the tariff's rule: lower_of, refund_or_collect or refund_only.

    Codes: negative_quantity, no_price and those of `area_bill`.
    """
    if heat_used < 0:
        raise UsageRefused(gettext_noop("Heat used must not be negative."), code="negative_quantity")
    billed = tariff.billed_area(premises)
    price = tariff.price(premises.category, tariff.version_at_start(tariff.dates(on), on))
    drafts = [*area_drafts(tariff, premises, billed, on, base=True), _metered(price, heat_used)]
    lines, two_part = settle(tariff, drafts, premises.category)
    area = None if price.area is None else area_bill(tariff, premises, on)
    total, waiver = two_part, NO_MONEY
    if tariff.rules.settlement == LOWER_OF and area is not None and area.total < two_part:
        lines, total = area.lines, area.total
    if tariff.rules.settlement == REFUND_ONLY:
        ceiling = prepaid if prepaid is not None else area.total if area is not None else two_part
        waiver = min(NO_MONEY, ceiling - two_part)
    if waiver:
        lines, total = (*lines, _waived(waiver, premises.category)), two_part + waiver
    return TwoPartBill(
        lines=lines,
        total=total,
        billed_area=billed,
        two_part_amount=two_part,
        area_amount=None if area is None else area.total,
        prepaid=prepaid,
        refund=None if prepaid is None else max(NO_MONEY, prepaid - total),
        collect=None if prepaid is None else max(NO_MONEY, total - prepaid),
    )


def _metered(price: HeatPrice, heat_used: Decimal) -> Draft:
    if price.metered is None:
        raise UsageRefused(
            gettext_noop("The tariff has no %(price)s for this category."),
            code="no_price",
            price="metered_price",
        )
    exact = heat_used * price.metered
    return Draft("metered_heat", heat_used, price.metered, exact, exact, price.metered_unit)


def _waived(waiver: Decimal, category: str) -> RatedLine:
    """少不补: what the metered heat cost above the prepayment is not collected."""
    return RatedLine("shortfall_waived", "少不补减免", None, Decimal(1), waiver, waiver, category)
