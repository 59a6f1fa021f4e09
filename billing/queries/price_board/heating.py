"""The board of a heating tariff: a price for each category, and the rules of the season around it."""

from decimal import Decimal

from django.utils.translation import gettext as _

from billing.queries.price_board.late import late_charge_sentence
from billing.queries.price_board.parts import Row, Table
from billing.queries.price_board.words import (
    by_note,
    category_word,
    in_usual_order,
    note_of,
    percent,
    price,
    unit_word,
)
from billing.rating import HeatingTariff, compile_heating
from billing.rating.heating_price import HeatPrice, HeightRule, TimedPrice
from billing.rating.heating_rules import LOWER_OF, REFUND_ONLY, REFUND_OR_COLLECT
from billing.rating.plain import plain
from billing.rating.temperature import Band, TempRefundRule
from billing.tariff_file.kinds import Json, Kind, undated_document


def heating_tables(rules: Json, prices: Json) -> list[Table]:
    """Prices by category; and the refund for cold rooms, where there is one."""
    tariff = compile_heating(undated_document(Kind.HEATING_AREA, rules, prices))
    definitions = prices.get("categories") or rules.get("categories") or {}
    (version,) = tariff.versions
    tables = [_price_table(definitions, dict(version), tariff)]
    if tariff.rules.temp_refund is not None:
        tables.append(_refund_table(tariff.rules.temp_refund))
    return tables


def heating_notes(rules: Json, prices: Json) -> list[str]:
    """The rules of the season in sentences."""
    tariff = compile_heating(undated_document(Kind.HEATING_AREA, rules, prices))
    season = rules.get("season") or {}
    said = []
    if season:
        said.append(
            _("Heating season: %(first)s to %(last)s.") % {"first": season["from"], "last": season["to"]}
        )
    if (due := (rules.get("rules") or {}).get("due")) is not None:
        said.append(_("The season's bill is due by %(day)s.") % {"day": due})
    return said + _rule_sentences(tariff) + _coefficients(tariff)


def _price_table(definitions: Json, version: dict[str, HeatPrice], tariff: HeatingTariff) -> Table:
    found = list(version.values())
    columns = []
    if any(one.area for one in found):
        columns.append(_("By area"))
    if any(one.base for one in found):
        columns.append(_("Base charge by area"))
    if any(one.metered is not None for one in found):
        columns.append(_("By heat meter"))
    rows, said = [], list[tuple[str, str]]()
    for code in in_usual_order(version):
        one = version[code]
        word = category_word(code, definitions.get(code) or {}) if code else _("all premises")
        rows.append(Row(word, "", _cells(one, found, tariff.unit)))
        notes = note_of(definitions.get(code) or {})
        if one.height is not None:
            notes.append(_height(one.height))
        if one.government_pays_per_m2:
            notes.append(
                _("the government pays another %(price)s yuan per m²")
                % {"price": price(one.government_pays_per_m2)}
            )
        said += [(word, note) for note in notes]
    return Table(_("Price of heat"), _("Category of use"), columns, rows, "", notes=by_note(said))


def _cells(one: HeatPrice, all_of_them: list[HeatPrice], unit: str) -> list[str]:
    cells = []
    if any(other.area for other in all_of_them):
        cells.append(_timed(one.area, unit))
    if any(other.base for other in all_of_them):
        cells.append(_timed(one.base, unit))
    if any(other.metered is not None for other in all_of_them):
        cells.append(
            "–"
            if one.metered is None
            else _("%(price)s per %(unit)s")
            % {"price": price(one.metered), "unit": unit_word(one.metered_unit) or _("unit of heat")}
        )
    return cells


def _timed(timed: TimedPrice | None, unit: str) -> str:
    if timed is None:
        return "–"
    values = {"price": price(timed.unit_price), "unit": unit_word(unit), "months": timed.months}
    if timed.months is not None:
        return _("%(price)s per %(unit)s and month, %(months)s months") % values
    if timed.per_day:
        return _("%(price)s per %(unit)s and day") % values
    return _("%(price)s per %(unit)s and season") % values


def _height(rule: HeightRule) -> str:
    said = _("storeys above %(over)s m: %(pct)s more for each %(step)s m") % {
        "over": plain(rule.over_m), "pct": percent(rule.pct_per_step), "step": plain(rule.step_m),
    }  # fmt: skip
    if rule.cap_pct is not None:
        said += _(", at most %(pct)s") % {"pct": percent(rule.cap_pct)}
    if rule.negotiate_over_m is not None:
        said += _(", above %(limit)s m by agreement") % {"limit": plain(rule.negotiate_over_m)}
    return said


def _rule_sentences(tariff: HeatingTariff) -> list[str]:
    rules, said = tariff.rules, list[str]()
    if any(one.metered is not None for version in tariff.versions for one in version.values()):
        settlements = {
            LOWER_OF: _("Metered heat: the smaller of both bills is paid."),
            REFUND_OR_COLLECT: _("Metered heat: what was paid too much is refunded, too little collected."),
            REFUND_ONLY: _("Metered heat: what was paid too much is refunded, too little is waived."),
        }
        said.append(settlements[rules.settlement])
    if (low := rules.low_income) is not None:
        said.append(
            _("Low-income households pay %(pct)s%(area)s.")
            % {
                "pct": percent(low.own_share_pct),
                "area": ""
                if low.area_cap is None
                else _(" of the first %(area)s m²") % {"area": plain(low.area_cap)},
            }
        )
    if rules.suspension_pct is not None:
        said.append(
            _("Suspended premises pay %(pct)s of the season.") % {"pct": percent(rules.suspension_pct)}
        )
    if rules.resume_pct is not None:
        said.append(
            _("Heat taken up again in the season costs %(pct)s of the days that are left.")
            % {"pct": percent(rules.resume_pct)}
        )
    if rules.late is not None:
        said.append(late_charge_sentence(rules.late.rule))
    return said


def _coefficients(tariff: HeatingTariff) -> list[str]:
    tables = ((_("Building"), tariff.coefficients), (_("Part of the premises"), tariff.part_coefficients))
    return [
        _("%(what)s “%(name)s”: area × %(coefficient)s.")
        % {"what": what, "name": name, "coefficient": plain(coefficient)}
        for what, table in tables
        for name, coefficient in table.items()
    ]


def _refund_table(rule: TempRefundRule) -> Table:
    rows = [Row(_span(band, low_included=rule.low_included), "", [percent(band.pct)]) for band in rule.bands]
    notes = (
        [_("%(pct)s of the fee can be refunded.") % {"pct": percent(rule.refundable_pct)}]
        if rule.refundable_pct != Decimal(100)
        else []
    )
    return Table(
        _("Refund for rooms below standard"), _("Room temperature"), [_("Of each day's fee")], rows, "%",
        notes=notes,
    )  # fmt: skip


def _span(band: Band, *, low_included: bool) -> str:
    low, high = band.low, band.high
    if low is None or high is None:
        edge = high if low is None else low
        words = _("below %(edge)s ℃") if low is None else _("from %(edge)s ℃")
        return words % {"edge": plain(edge) if edge is not None else ""}
    words = (
        _("from %(low)s to below %(high)s ℃") if low_included else _("above %(low)s up to %(high)s ℃")
    )  # fmt: skip
    return words % {"low": plain(low), "high": plain(high)}
