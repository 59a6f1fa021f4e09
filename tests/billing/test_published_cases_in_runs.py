"""The published cases through the books: readings in tables, a bill run for each period, bills in tables.

tests/billing/rating/test_published_cases.py prices them with the engine alone. Here nothing is handed to the
engine but what the office keeps: meters, readings, the account, the evidence of its household.
"""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Branch
from billing.models import Bill
from billing.rating.plain import plain
from tests.billing.published_office import CARRIED, CASES, NOT_CARRIED, Office
from tests.counters.rows import broken_invariants

pytestmark = pytest.mark.django_db


def lines_of(bill: Bill, names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "component": line.component,
            "tier": line.tier,
            "quantity": plain(line.quantity),
            "unit_price": Decimal(line.unit_price),
            "amount": str(line.amount),
            "category": names.get(line.category, line.category),
        }
        for line in bill.lines.all()
    ]


class TestAPublishedCase:
    def test_is_carried_by_the_books_or_it_is_said_why_not(self) -> None:
        assert len(CARRIED) == 22
        assert set(NOT_CARRIED) <= set(CASES)

    @pytest.mark.parametrize("case_id", CARRIED)
    def test_costs_in_a_bill_run_what_was_published(self, branch: Branch, case_id: str) -> None:
        case = CASES[case_id]
        office = Office(case, branch)
        published = {ours: name for name, ours in office.names.items()}
        if office.used_before():
            office.bill_what_was_used_before()

        for entry, expected in zip(case["inputs"], case["expected"]["bills"], strict=True):
            bill = office.bill(entry)

            wanted = [{**line, "unit_price": Decimal(line["unit_price"])} for line in expected["lines"]]
            assert lines_of(bill, published) == [
                {
                    name: line[name]
                    for name in ("component", "tier", "quantity", "unit_price", "amount", "category")
                }
                for line in wanted
            ], expected["bill_no"]
            assert (str(bill.amount), plain(bill.quantity)) == (expected["total"], expected["quantity"])
        assert broken_invariants() == []
