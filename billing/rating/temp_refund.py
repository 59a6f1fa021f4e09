"""The refund bill for low room temperature (C15): one rounding at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.money import NO_MONEY
from billing.rating.heating import HeatedPremises, HeatingTariff
from billing.rating.heating_area import area_bill
from billing.rating.heating_pieces import NAMES_ZH
from billing.rating.lines import RatedLine
from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.temperature import Failure
from billing.rating.terms import LineTerms


@dataclass(frozen=True, slots=True)
class TempRefund:
    """What goes back to the customer; `total` is negative. `bands` pairs each failure with its share."""

    lines: tuple[RatedLine, ...]
    total: Decimal
    heat_fee: Decimal
    season_days: int
    weighted_days: Decimal
    bands: tuple[tuple[Failure, Decimal], ...]


def temp_refund(
    tariff: HeatingTariff,
    premises: HeatedPremises,
    failures: Sequence[Failure],
    on: date | None = None,
    heat_fee: Decimal | None = None,
) -> TempRefund:
    """Season fee ÷ season days × Σ(days × share), never more than the fee.

    `heat_fee` is what was billed; without it the area bill of the season is taken.
    Codes: no_refund_rule, no_season, days and those of `area_bill`.
    """
    rule = tariff.rules.temp_refund
    if rule is None:
        raise UsageRefused(gettext_noop("The tariff has no rule for refunds."), code="no_refund_rule")
    season_days = tariff.days(tariff.dates(on))
    if season_days is None:
        raise UsageRefused(gettext_noop("A refund by days needs the season."), code="no_season")
    fee = area_bill(tariff, premises, on).total if heat_fee is None else heat_fee
    weighted = rule.weighted_days(failures)
    refund = min(fee, tariff.rounding.apply(fee * rule.refundable_pct / 100 * weighted / season_days))
    lines: tuple[RatedLine, ...] = ()
    if refund:
        terms = LineTerms(season_days=season_days, heat_fee=fee, weighted_days=weighted)
        lines = (
            RatedLine(
                "temp_refund", NAMES_ZH["temp_refund"], None, Decimal(1), -refund, -refund,
                premises.category, terms=terms,
            ),
        )  # fmt: skip
    bands = tuple((failure, rule.pct(failure.temp)) for failure in failures)
    return TempRefund(lines, -refund if refund else NO_MONEY, fee, season_days, weighted, bands)
