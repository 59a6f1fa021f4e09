"""The worked cases of tests/data/tariff_cases, and the hand-written arithmetic beside them."""

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "data" / "tariff_cases"
FILES = ("metered", "heating", "penalty", "one_off", "one_off_price_list")

Case = dict[str, Any]


def cases_of(name: str) -> list[Case]:
    found: list[Case] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return found


def case(case_id: str) -> Case:
    return next(case for name in FILES for case in cases_of(name) if case["id"] == case_id)


def half_up(amount: Fraction) -> Fraction:
    """Round to the fen without decimal: the check must not share the engine's rounding."""
    sign = -1 if amount < 0 else 1
    return Fraction(sign * int(abs(amount) * 100 + Fraction(1, 2)), 100)


def by_hand(expression: str) -> Fraction:
    """Compute an expression of the `arithmetic` (C16): exact fractions, rounded once at the end."""
    exact = re.sub(r"\d+(?:\.\d+)?", lambda number: f"Fraction('{number[0]}')", expression)
    return half_up(Fraction(eval(exact, {"Fraction": Fraction, "r": half_up, "max": max})))
