"""Suspension of heat (报停) and resumption inside the season (恢复用热)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from billing.rating.heating import HeatedPremises, HeatingTariff
from billing.rating.heating_area import HeatBill
from billing.rating.heating_pieces import Draft, area_pieces, draft, settle
from billing.rating.heating_price import HUNDRED
from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.seasons import SeasonDates
from billing.rating.terms import LineTerms


def suspension_fee(tariff: HeatingTariff, premises: HeatedPremises, on: date | None = None) -> HeatBill:
    """The network's basic fee (供热设施运行基础费) for a season without heat: a share of the full price.

    Codes: no_suspension and those of `area_bill`.
    """
    pct = tariff.rules.suspension_pct
    if pct is None:
        raise UsageRefused(gettext_noop("The tariff has no rule for suspension."), code="no_suspension")
    billed = tariff.billed_area(premises)
    full = [
        draft("suspension_fee", billed, piece, tariff.unit) for piece in area_pieces(tariff, premises, on)
    ]
    return _bill(tariff, premises, [_part(line, pct) for line in full])


def resume_fee(tariff: HeatingTariff, premises: HeatedPremises, resumed_on: date) -> HeatBill:
    """The price of the days from the resumption to the end of the season, both counted.

    The suspension fee is not given back. Codes: no_resume, no_season and those of `area_bill`.
    """
    pct = tariff.rules.resume_pct
    dates = tariff.dates(resumed_on)
    if pct is None:
        raise UsageRefused(
            gettext_noop("The tariff has no rule for resuming inside the season."), code="no_resume"
        )
    if dates is None:
        raise UsageRefused(gettext_noop("Resuming by days needs the season."), code="no_season")
    billed = tariff.billed_area(premises)
    full = [
        draft("area_heat", billed, piece, tariff.unit) for piece in area_pieces(tariff, premises, resumed_on)
    ]
    return _bill(tariff, premises, [_part(_from_day(line, resumed_on, dates), pct) for line in full])


def _from_day(line: Draft, day: date, dates: SeasonDates) -> Draft:
    """The days of a line's stretch that lie on or after the day."""
    first, last = line.terms.segment or (dates.first, dates.last)
    stretch = SeasonDates(first, last, dates.days if line.terms.segment is None else (last - first).days + 1)
    days = stretch.days_from(day)
    terms = _shortened(line.terms, days, stretch, day)
    return replace(line, exact=line.full * days / stretch.days, terms=terms)


def _shortened(terms: LineTerms, days: int, stretch: SeasonDates, day: date) -> LineTerms:
    if terms.segment is None:
        return replace(terms, days=days, season_days=stretch.days)
    return replace(
        terms, days=days, season_days=stretch.days, segment=(max(day, stretch.first), stretch.last)
    )


def _part(line: Draft, pct: Decimal) -> Draft:
    return replace(line, exact=line.exact * pct / HUNDRED, terms=replace(line.terms, pct=pct))


def _bill(tariff: HeatingTariff, premises: HeatedPremises, drafts: list[Draft]) -> HeatBill:
    lines, total = settle(tariff, drafts, premises.category)
    return HeatBill(lines, total, tariff.billed_area(premises))
