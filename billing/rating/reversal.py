"""Reversal (冲正): the mirror of a priced bill (C13)."""

from dataclasses import replace

from billing.rating.lines import Rated, RatedLine
from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.tiers import ZERO
from billing.rating.usage import Position


def reverse(rated: Rated, position: Position) -> Rated:
    """Mirror a priced bill and give its quantity back to the tiers (冲正, C13).

    Code: already_reversed, when the tiers no longer hold what would be given back.
    """
    after = {key: position.get(key, ZERO) - quantity for key, quantity in rated.counted.items()}
    if rated.quantity < 0 or any(left < 0 for left in after.values()):
        raise UsageRefused(gettext_noop("This bill was already reversed."), code="already_reversed")
    return Rated(
        lines=tuple(_mirrored(line) for line in rated.lines),
        quantity=-rated.quantity,
        total=-rated.total,
        counted={key: -quantity for key, quantity in rated.counted.items()},
        position_after={**position, **after},
    )


def _mirrored(line: RatedLine) -> RatedLine:
    return replace(line, quantity=-line.quantity, amount=-line.amount)
