"""How a quote is printed: the field names of the cases' `expected`."""

from collections.abc import Sequence
from decimal import Decimal

from billing.money import to_money
from billing.rating.definition import Definition
from billing.rating.lines import RatedLine
from billing.rating.plain import plain
from billing.rating.terms import LineTerms

Json = dict[str, object]


def money(amount: Decimal) -> str:
    return f"{to_money(amount):f}"


def price(unit_price: Decimal) -> str:
    """As the tariff writes it: "1.10" keeps its zero."""
    return f"{unit_price:f}"


def plain_list(numbers: Sequence[Decimal]) -> list[str]:
    return [plain(number) for number in numbers]


def sentences(line: RatedLine, explain: bool) -> Json:
    return {"sentence_zh": line.sentence_zh, "sentence_en": line.sentence_en} if explain else {}


def metered_line(line: RatedLine, explain: bool) -> Json:
    """A line of a meter's bill; the register and the price version only where they tell lines apart."""
    found: Json = {"component": line.component}
    if line.register:
        found["register"] = line.register
    found |= {
        "tier": line.tier,
        "quantity": plain(line.quantity),
        "unit_price": price(line.unit_price),
        "amount": money(line.amount),
        "category": line.category,
    }
    if line.terms.priced_from is not None:
        found["price_version"] = line.terms.priced_from.isoformat()
    return found | sentences(line, explain)


def area_line(line: RatedLine, explain: bool) -> Json:
    """A line of heat or of a one-off fee, with whatever else was multiplied."""
    found: Json = {
        "component": line.component,
        "quantity": plain(line.quantity),
        "unit_price": price(line.unit_price),
        "amount": money(line.amount),
    }
    return found | _terms(line.terms) | sentences(line, explain)


def bill_no(bill: Definition, position: int) -> int:
    """The number of a bill, or its place in the case."""
    return bill.whole("bill_no", position)


def _terms(terms: LineTerms) -> Json:
    if terms.weighted_days is not None:
        return {}
    found: Json = {
        "months": terms.months,
        "days": terms.days,
        "season_days": terms.season_days,
        "pct": None if terms.pct is None else plain(terms.pct),
        "share_pct": None if terms.share_pct is None else plain(terms.share_pct),
        "height_steps": terms.height_steps,
        "segment": None if terms.segment is None else "..".join(day.isoformat() for day in terms.segment),
    }
    return {key: value for key, value in found.items() if value is not None}
