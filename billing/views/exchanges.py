"""Old and new bill side by side, line by line, for the preview of a correction."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from accounts.models.organisation import in_current_language
from billing.ledger_names import component_name
from billing.models import BillLine
from billing.services.exchanges import Exchange

Key = tuple[str, int | None]


def exchange_rows(exchanges: Sequence[Exchange]) -> list[dict[str, Any]]:
    return [
        {
            "title": one.old.title,
            "old_number": one.old.number,
            "new_number": one.new.number if one.new else "",
            "old_amount": one.old.amount,
            "new_amount": one.new.amount if one.new else None,
            "given": _given(one),
            "difference": one.difference,
            "lines": _lines(one),
        }
        for one in exchanges
    ]


def _given(one: Exchange) -> list[dict[str, Any]]:
    """What had been given back on the old bill, and what of it stands on the new one."""
    adjustments = [
        {
            "label": given.old.get_reason_display(),
            "note": given.old.note,
            "before": given.old.amount,
            "after": given.new.amount if given.new else None,
        }
        for given in one.given
    ]
    heat = [
        {
            "label": credit.get_reason_display(),
            "note": "",
            "before": -credit.amount,
            "after": -again.amount if again else None,
        }
        for credit, again in one.heat
    ]
    return adjustments + heat


def _lines(one: Exchange) -> list[dict[str, Any]]:
    """A row for each component and tier that stands on either bill, in the order of the bills."""
    old, new = _by_key(one.old_lines), _by_key(one.new_lines)
    rows = []
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key, []), new.get(key, [])
        rows.append(
            {
                "component_name": _name((before or after)[0]),
                "before": [_sentence(line) for line in before],
                "after": [_sentence(line) for line in after],
                "old_amount": _sum(before),
                "new_amount": _sum(after),
            }
        )
    return rows


def _name(line: BillLine) -> str:
    named = in_current_language(line.component_name, component_name(line.component))
    return named or component_name(line.component)


def _by_key(lines: Sequence[BillLine]) -> dict[Key, list[BillLine]]:
    found: dict[Key, list[BillLine]] = {}
    for line in lines:
        found.setdefault((line.component, line.tier), []).append(line)
    return found


def _sentence(line: BillLine) -> str:
    return in_current_language(line.sentence, line.sentence_en)


def _sum(lines: Sequence[BillLine]) -> Decimal | None:
    return sum((line.amount for line in lines), Decimal("0.00")) if lines else None
