"""What rating returns: lines a cashier can read aloud, and the place reached in the tiers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.rating.sentences import explain_en, explain_zh
from billing.rating.terms import NO_TERMS, LineTerms


@dataclass(frozen=True, slots=True)
class RatedLine:
    """One line of a bill: a component, in one tier or flat, at one price."""

    component: str
    component_name: str
    tier: int | None
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    category: str
    unit: str = ""
    register: str = ""
    version_from: date | None = None
    terms: LineTerms = NO_TERMS

    @property
    def sentence_zh(self) -> str:
        return explain_zh(self)

    @property
    def sentence_en(self) -> str:
        return explain_en(self)


@dataclass(frozen=True, slots=True)
class Rated:
    """A priced reading.

    `counted` says what each tier period was charged with by this bill, `position_after` where every
    period stands now. `thresholds` and `tier_split` are those of the first tiered category; they are
    None where nothing has tiers.
    """

    lines: tuple[RatedLine, ...]
    quantity: Decimal
    total: Decimal
    counted: Mapping[str, Decimal]
    position_after: Mapping[str, Decimal]
    thresholds: tuple[Decimal, ...] | None = None
    tier_split: tuple[Decimal, ...] | None = None
