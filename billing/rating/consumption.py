"""Meter consumption (用量) from readings (C10): rollover only where it is stated."""

from dataclasses import dataclass
from decimal import Decimal

from billing.rating.refusal import UsageRefused, gettext_noop
from billing.rating.usage import ONE

MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Segment:
    """One meter between two readings; a replaced meter gives the period a second segment."""

    reading_from: Decimal
    reading_to: Decimal
    digits: int | None = None
    rollover: bool = False
    multiplier: Decimal = ONE


def consumption(segment: Segment) -> Decimal:
    """What passed through the meter.

    Codes: reading_fell (lower than before and no rollover stated), not_a_rollover, digits, reading_too_long.
    """
    used = segment.reading_to - segment.reading_from
    if segment.digits is not None or segment.rollover:
        turn = _full_turn(segment)
        used = used + turn if segment.rollover else used
    if used < 0:
        raise UsageRefused(
            gettext_noop("The reading fell from %(before)s to %(after)s; a rollover must be stated."),
            code="reading_fell", before=segment.reading_from, after=segment.reading_to,
        )  # fmt: skip
    return used * segment.multiplier


def _full_turn(segment: Segment) -> Decimal:
    """10^digits, once both readings are known to fit the register."""
    if segment.digits is None or not 0 < segment.digits <= MOST_DIGITS:
        raise UsageRefused(gettext_noop("A rollover needs the digits of the register."), code="digits")
    turn = Decimal(10**segment.digits)
    if max(segment.reading_from, segment.reading_to) >= turn:
        raise UsageRefused(
            gettext_noop("A reading has more than the %(digits)s digits of the register."),
            code="reading_too_long", digits=segment.digits,
        )  # fmt: skip
    if segment.rollover and segment.reading_to >= segment.reading_from:
        raise UsageRefused(
            gettext_noop("A rollover is stated, but the reading rose from %(before)s to %(after)s."),
            code="not_a_rollover", before=segment.reading_from, after=segment.reading_to,
        )  # fmt: skip
    return turn
