"""Rounding of the lines of a bill (C3): line by line, or once at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

from billing.money import NO_MONEY, split_money
from billing.rating.definition import Definition
from billing.rating.refusal import gettext_noop

MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP}
LEVELS = ("line", "bill")


@dataclass(frozen=True, slots=True)
class Rounding:
    """The last digit that is kept, how it is reached, and whether lines or the bill are rounded."""

    step: Decimal
    mode: str
    per_bill: bool = False

    def apply(self, amount: Decimal) -> Decimal:
        return amount.quantize(self.step, self.mode)

    def settle(self, exact: Sequence[Decimal]) -> tuple[list[Decimal], Decimal]:
        """Round the lines of one bill; the lines always sum to the total, whichever level is rounded."""
        if not self.per_bill:
            step, mode = self.step, self.mode
            lines = [amount.quantize(step, mode) for amount in exact]
            return lines, sum(lines, NO_MONEY)
        total = self.apply(sum(exact, NO_MONEY))
        return split_money(total, exact) if total else [NO_MONEY] * len(exact), total


def read_rounding(definition: Definition, key: str = "rounding") -> Rounding:
    """Half up to the fen, line by line, unless the tariff says otherwise."""
    rule = definition.child_or_empty(key)
    rule.known_keys("level", "mode", "scale")
    return Rounding(
        step=Decimal(1).scaleb(-read_scale(rule, most=2)),
        mode=MODES[rule.one_of("mode", tuple(MODES), "half_up")],
        per_bill=rule.one_of("level", LEVELS, "line") == "bill",
    )


def read_scale(rule: Definition, *, most: int) -> int:
    scale = rule.whole("scale", 2)
    if scale > most:
        rule.refuse(gettext_noop("%(where)s must be at most %(most)s."), "out_of_range", "scale", most=most)
    return scale
