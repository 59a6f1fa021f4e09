"""Heating cases: season bills, settlements, suspensions, refunds, printed with what they were made of."""

from collections.abc import Callable
from datetime import date

from billing.rating.case_output import Json, area_line, bill_no, money
from billing.rating.definition import Definition
from billing.rating.heating import AreaPart, HeatedPremises, HeatingTariff, compile_heating
from billing.rating.heating_area import HeatBill, area_bill, late_heating
from billing.rating.heating_rules import LOWER_OF
from billing.rating.late_charge import late_charge
from billing.rating.plain import plain
from billing.rating.suspension import resume_fee, suspension_fee
from billing.rating.temp_refund import temp_refund
from billing.rating.temperature import Failure
from billing.rating.two_part import TwoPartBill, two_part_bill

Quote = Callable[[HeatingTariff, HeatedPremises, Definition, bool], Json]
_DAYS = ("season_date", "date", "read_date", "paid_on")


def quote_heating_area(case: Definition, explain: bool) -> Json:
    return _quote(case, explain, _area)


def quote_heating_two_part(case: Definition, explain: bool) -> Json:
    return _quote(case, explain, _two_part)


def quote_heating_suspension(case: Definition, explain: bool) -> Json:
    return _quote(case, explain, _suspension)


def quote_heating_temp_refund(case: Definition, explain: bool) -> Json:
    return _quote(case, explain, _temp_refund)


def _quote(case: Definition, explain: bool, quote: Quote) -> Json:
    tariff = compile_heating(case.raw("tariff"))
    premises = read_premises(case.child("account"))
    return {
        "bills": [
            {
                "bill_no": bill_no(entry, place),
                **quote(tariff.in_season(_on(entry)), premises, entry, explain),
            }
            for place, entry in enumerate(case.children("inputs"), 1)
        ]
    }


def read_premises(account: Definition) -> HeatedPremises:
    """Area, category, height and building of a case's account."""
    return HeatedPremises(
        area=account.decimal("area"),
        category=account.text("category", ""),
        height_m=account.decimal_or_none("height_m"),
        building=account.text("building", ""),
        parts=tuple(
            AreaPart(part.text("kind"), part.decimal("area")) for part in account.children_or_none("parts")
        ),
    )


def _on(entry: Definition) -> date | None:
    """Any day inside or before the season that the input names."""
    return next((entry.day(key) for key in _DAYS if key in entry), None)


def _area(tariff: HeatingTariff, premises: HeatedPremises, entry: Definition, explain: bool) -> Json:
    bill = area_bill(tariff, premises, _on(entry))
    found = _lines(bill, premises, explain)
    if bill.government_pays:
        found["government_pays"] = money(bill.government_pays)
    if "paid_on" in entry and tariff.rules.late is not None:
        found |= _late(tariff, bill, premises, entry, explain)
    return found


def _late(
    tariff: HeatingTariff, bill: HeatBill, premises: HeatedPremises, entry: Definition, explain: bool
) -> Json:  # fmt: skip
    paid_on = entry.day("paid_on")
    if "due" in entry and tariff.rules.late is not None:
        rule = tariff.rules.late.rule
        charge = late_charge(rule, bill.total, entry.day("due"), paid_on, category=premises.category)
    else:
        charge = late_heating(tariff, bill, paid_on, premises.category)
    found: Json = {"penalty": money(charge.penalty)}
    if charge.one_time_pct is None:
        found["penalty_days"] = charge.days
    found["total_with_penalty"] = money(bill.total + charge.penalty)
    if explain:
        found |= {"penalty_sentence_zh": charge.sentence_zh, "penalty_sentence_en": charge.sentence_en}
    return found


def _two_part(tariff: HeatingTariff, premises: HeatedPremises, entry: Definition, explain: bool) -> Json:
    bill = two_part_bill(
        tariff, premises, entry.decimal("heat_used"), entry.decimal_or_none("prepaid"), _on(entry)
    )  # fmt: skip
    found = _lines(bill, premises, explain)
    if bill.prepaid is not None and bill.refund is not None:
        found |= {"prepaid": money(bill.prepaid), "refund": money(bill.refund)}
    if bill.collect:
        found["collect"] = money(bill.collect)
    if tariff.rules.settlement == LOWER_OF and bill.area_amount is not None:
        found |= {"two_part_amount": money(bill.two_part_amount), "area_amount": money(bill.area_amount)}
    return found


def _suspension(tariff: HeatingTariff, premises: HeatedPremises, entry: Definition, explain: bool) -> Json:
    day = entry.day("date")
    if entry.one_of("event", ("suspend", "resume")) == "suspend":
        return _lines(suspension_fee(tariff, premises, day), premises, explain)
    return _lines(resume_fee(tariff, premises, day), premises, explain)


def _temp_refund(tariff: HeatingTariff, premises: HeatedPremises, entry: Definition, explain: bool) -> Json:
    failures = [_failure(failure) for failure in entry.children("failures")]
    on = _on(entry) or min(
        (failure.from_date for failure in failures if failure.from_date is not None), default=None
    )
    refund = temp_refund(tariff, premises, failures, on, entry.decimal_or_none("heat_fee"))
    return {
        "heat_fee": money(refund.heat_fee),
        "season_days": refund.season_days,
        "weighted_days": plain(refund.weighted_days),
        "lines": [area_line(line, explain) for line in refund.lines],
        "total": money(refund.total),
        "bands": [
            {"temp": f"{failure.temp:f}", "days": failure.days, "pct": plain(pct)}
            for failure, pct in refund.bands
        ],
    }


def _failure(failure: Definition) -> Failure:
    failure.known_keys("from_date", "days", "temp", "note", "room")
    return Failure(
        failure.decimal("temp", signed=True), failure.whole("days"), failure.day_or_none("from_date")
    )


def _lines(bill: HeatBill | TwoPartBill, premises: HeatedPremises, explain: bool) -> Json:
    """Lines and total, and the billed area where it is not the area itself."""
    found: Json = {"lines": [area_line(line, explain) for line in bill.lines], "total": money(bill.total)}
    if bill.billed_area != premises.area:
        found["billed_area"] = plain(bill.billed_area)
    return found
