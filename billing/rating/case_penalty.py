"""Penalty cases (违约金) and one-off fees."""

from decimal import Decimal

from billing.rating.case_output import Json, area_line, bill_no, money, price
from billing.rating.definition import Definition
from billing.rating.late_charge import (
    Hold,
    LateCharge,
    LateChargeSegment,
    PartPayment,
    due_after_notice,
    late_charge,
)
from billing.rating.late_charge_rule import LateChargeRule, compile_late_charge
from billing.rating.one_off import compile_one_off

_NOT_MEASURES = ("bill_no", "type", "date", "note")


def quote_penalty(case: Definition, explain: bool) -> Json:
    """Price late payments; a case with a single input shows its figures beside the id as well."""
    rule = compile_late_charge(case.raw("tariff"))
    bills: list[Json] = []
    for place, entry in enumerate(case.children("inputs"), 1):
        bills.append({"bill_no": bill_no(entry, place), **_penalty(rule, entry, explain)})
    alone = {key: value for key, value in bills[0].items() if key != "bill_no"} if len(bills) == 1 else {}
    return {**alone, "bills": bills}


def _penalty(rule: LateChargeRule, entry: Definition, explain: bool) -> Json:
    due = entry.day("due") if "due" in entry else due_after_notice(rule, entry.day("notified_on"))
    charge = late_charge(
        rule,
        entry.decimal("principal"),
        due,
        entry.day("paid_on"),
        category=entry.text("category", ""),
        part_payments=[
            PartPayment(part.day("date"), part.decimal("amount"))
            for part in entry.children_or_none("part_payments")
        ],
        holds=[Hold(hold.day("from"), hold.day("to")) for hold in entry.children_or_none("holds")],
    )
    found: Json = {"days": charge.days}
    if len(charge.segments) > 1:
        found["segments"] = [_segment(segment, charge) for segment in charge.segments]
    if charge.raw != charge.penalty:
        found["raw"] = money(charge.raw)
    found["penalty"] = money(charge.penalty)
    if explain:
        found |= {"sentence_zh": charge.sentence_zh, "sentence_en": charge.sentence_en}
    return found


def _segment(segment: LateChargeSegment, charge: LateCharge) -> Json:
    found: Json = {"days": segment.days, "rate": price(segment.rate), "amount": money(segment.amount)}
    return found if segment.base == charge.base else {**found, "base": money(segment.base)}


def quote_one_off(case: Definition, explain: bool) -> Json:
    """Price one-off fees by their type and measures."""
    tariff = compile_one_off(case.raw("tariff"))
    bills: list[Json] = []
    for place, entry in enumerate(case.children("inputs"), 1):
        measures: dict[str, Decimal] = {
            key: entry.decimal(key) for key in entry if key not in _NOT_MEASURES and key in entry
        }  # fmt: skip
        bill = tariff.price(entry.text("type"), measures)
        bills.append({
            "bill_no": bill_no(entry, place),
            "lines": [area_line(line, explain) for line in bill.lines],
            "total": money(bill.total),
        })  # fmt: skip
    return {"bills": bills}
