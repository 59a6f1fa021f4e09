"""Late charge (违约金) on demand: days × rate × base, simple, capped, each segment shown (C14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.money import NO_MONEY, to_money
from billing.rating.late_charge_rule import PRINCIPAL, LateChargeRule
from billing.rating.late_charge_sentences import late_charge_en, late_charge_zh
from billing.rating.versions import index_in_force

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LateChargeSegment:
    """Days in a row at one rate on one base."""

    first: date
    last: date
    rate: Decimal
    base: Decimal
    amount: Decimal

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class LateCharge:
    """What is owed for paying late. `raw` is the sum before the minimum and the cap.

    `limited_by` says which of the two decided: "", "minimum" or "cap".
    """

    days: int
    segments: tuple[LateChargeSegment, ...]
    raw: Decimal
    penalty: Decimal
    base: Decimal
    limited_by: str = ""
    one_time_pct: Decimal | None = None

    @property
    def sentence_zh(self) -> str:
        return late_charge_zh(self)

    @property
    def sentence_en(self) -> str:
        return late_charge_en(self)


@dataclass(frozen=True, slots=True)
class PartPayment:
    """Principal paid on a day; the base falls from the next day."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Hold:
    """Days that do not count: a dispute, a cut-over, an outage of the office's own system."""

    first: date
    last: date


def late_charge(
    rule: LateChargeRule,
    principal: Decimal,
    due_on: date,
    paid_on: date,
    *,
    category: str = "",
    part_payments: Sequence[PartPayment] = (),
    holds: Sequence[Hold] = (),
) -> LateCharge:
    """Compute the late charge on a principal due on one day and paid on another.

    The day after the due date and the day of payment both count; on or before the due date nothing is owed.
    `grace_days` belong to the due date already (see `due_after_notice`). `principal` is what was owed on the
    due date: part payments made since then are told apart by `part_payments`.
    """
    overdue = _Overdue(rule, principal, due_on, category, part_payments)
    segments = [
        segment
        for first, last in _counted_stretches(due_on + ONE_DAY, paid_on, holds)
        for segment in overdue.segments(first, last)
    ]
    days = sum(segment.days for segment in segments)
    if rule.one_time_pct is not None:
        base = overdue.base_on(due_on + ONE_DAY)
        raw = rule.rounding.apply(base * rule.one_time_pct / 100) if days else NO_MONEY
        return _limited(rule, LateCharge(days, (), raw, raw, base, one_time_pct=rule.one_time_pct), days > 0)
    amounts, raw = rule.rounding.settle([segment.days * segment.rate * segment.base for segment in segments])
    charged = tuple(
        LateChargeSegment(segment.first, segment.last, segment.rate, segment.base, amount)
        for segment, amount in zip(segments, amounts, strict=True)
    )
    return _limited(
        rule, LateCharge(days, charged, raw, raw, principal), any(segment.rate for segment in segments)
    )


def due_after_notice(rule: LateChargeRule, notified_on: date) -> date:
    """The last day without a charge, counted from the day the bill was notified."""
    return notified_on + timedelta(days=rule.grace_days)


def _limited(rule: LateChargeRule, charge: LateCharge, is_late: bool) -> LateCharge:
    """Raise to the minimum, then lower to the cap: the cap is the law, the minimum a custom."""
    penalty, limited_by = charge.raw, ""
    if is_late and rule.min_amount is not None and penalty < rule.min_amount:
        penalty, limited_by = to_money(rule.min_amount), "minimum"
    cap = charge.base if rule.cap == PRINCIPAL else rule.cap
    if isinstance(cap, Decimal) and penalty > cap:
        penalty, limited_by = to_money(cap), "cap"
    return LateCharge(
        charge.days, charge.segments, charge.raw, penalty, charge.base, limited_by, charge.one_time_pct
    )  # fmt: skip


def _counted_stretches(first: date, last: date, holds: Sequence[Hold]) -> list[tuple[date, date]]:
    """The overdue days without the held ones."""
    stretches: list[tuple[date, date]] = []
    for hold in sorted(holds, key=lambda hold: hold.first):
        if hold.last < first or hold.first > hold.last:
            continue
        stretches.append((first, min(last, hold.first - ONE_DAY)))
        first = max(first, hold.last + ONE_DAY)
    stretches.append((first, last))
    return [(start, end) for start, end in stretches if start <= end]


class _Overdue:
    """One unpaid principal: which base and which rate hold on a day."""

    __slots__ = ("category", "due_year", "part_payments", "principal", "rates", "starts")

    def __init__(
        self,
        rule: LateChargeRule,
        principal: Decimal,
        due_on: date,
        category: str,
        payments: Sequence[PartPayment],
    ) -> None:
        self.principal = principal
        self.due_year = due_on.year
        self.category = category
        self.part_payments = payments
        self.rates = rule.rates
        self.starts = tuple(rates.effective_from for rates in rule.rates)

    def base_on(self, day: date) -> Decimal:
        paid = sum((payment.amount for payment in self.part_payments if payment.on < day), NO_MONEY)
        return max(NO_MONEY, self.principal - paid)

    def rate_on(self, day: date) -> Decimal:
        if not self.rates:
            return Decimal(0)
        rates = self.rates[index_in_force(self.starts, day)]
        return rates.rate(self.category, is_later_year=day.year > self.due_year)

    def segments(self, first: date, last: date) -> list[LateChargeSegment]:
        """Cut a stretch wherever base or rate changes; what is owed no more is left out."""
        cuts = {
            first,
            date(self.due_year + 1, 1, 1),
            *self.starts,
            *(p.on + ONE_DAY for p in self.part_payments),
        }
        starts = sorted(day for day in cuts if first <= day <= last)
        found: list[LateChargeSegment] = []
        for start, end in zip(starts, [*(day - ONE_DAY for day in starts[1:]), last], strict=True):
            rate, base = self.rate_on(start), self.base_on(start)
            if found and (found[-1].rate, found[-1].base) == (rate, base):
                start = found.pop().first
            if base > 0:
                found.append(LateChargeSegment(start, end, rate, base, NO_MONEY))
        return found
