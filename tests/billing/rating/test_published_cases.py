"""The 53 published cases: every line, threshold, split and total exactly as worked out by hand."""

import json
from fractions import Fraction
from typing import Any

import pytest

from billing.rating.case_file import quote_cases
from tests.billing.rating.published import FILES, Case, by_hand, cases_of

CASES = [pytest.param(case, id=f"{name}-{case['id']}") for name in FILES for case in cases_of(name)]


def quoted(case: Case) -> dict[str, Any]:
    bills: Any = quote_cases(json.dumps({"cases": [case]}))["cases"]
    found: dict[str, Any] = bills[0]
    return found


class TestPublishedCases:
    def test_are_all_here(self) -> None:
        names = {case["id"] for name in FILES for case in cases_of(name)}

        assert len(names) == 53

    @pytest.mark.parametrize("case", CASES)
    def test_are_quoted_exactly(self, case: Case) -> None:
        quote = quoted(case)

        assert {key: quote[key] for key in case["expected"]} == case["expected"]

    @pytest.mark.parametrize("case", CASES)
    def test_agree_with_the_arithmetic_written_by_hand(self, case: Case) -> None:
        bills = {str(bill["bill_no"]): bill for bill in quoted(case)["bills"]}

        for what, expression in case["arithmetic"].items():
            number, _, part = what.partition(".")
            bill = bills[number]
            amount = bill[part] if part else bill.get("total", bill.get("penalty"))
            assert Fraction(amount) == by_hand(expression), what

    @pytest.mark.parametrize("case", CASES)
    def test_have_lines_that_sum_to_the_total(self, case: Case) -> None:
        for bill in quoted(case)["bills"]:
            if "lines" in bill:
                assert sum(Fraction(line["amount"]) for line in bill["lines"]) == Fraction(bill["total"])

    def test_show_a_single_late_charge_beside_the_id_too(self) -> None:
        [first, *_] = cases_of("penalty")

        quote = quoted(first)

        assert quote["bills"] == [{"bill_no": 1, "days": 36, "penalty": "11.75"}]
        assert (quote["days"], quote["penalty"]) == (36, "11.75")
