"""Metered cases: readings and purchases in order, the place in the tiers carried from bill to bill."""

from datetime import date, timedelta
from decimal import Decimal

from billing.rating.case_output import Json, bill_no, metered_line, money, plain_list
from billing.rating.consumption import Segment, consumption
from billing.rating.definition import Definition
from billing.rating.lines import Rated
from billing.rating.metered import Tariff, compile_tariff
from billing.rating.plain import plain
from billing.rating.price_change import BY_DAYS, HALF_HALF
from billing.rating.refusal import gettext_noop
from billing.rating.reversal import reverse
from billing.rating.usage import ONE, Facts, MixShare, Position, Proration, Usage

_PERIOD_START = ("from_date", "previous_read_date", "old_date")


def quote_metered(case: Definition, explain: bool) -> Json:
    """Price the inputs of a metered case."""
    tariff = compile_tariff(case.raw("tariff"))
    account = case.child_or_empty("account")
    facts = read_facts(account)
    position = _position(account)
    rated: dict[int, Rated] = {}
    reversed_bills: set[int] = set()
    previous: date | None = None
    bills: list[Json] = []
    for place, entry in enumerate(case.children("inputs"), 1):
        number = bill_no(entry, place)
        if number in rated:
            entry.refuse(gettext_noop("%(where)s stands twice."), "duplicate", "bill_no")
        if "reverses" in entry:
            bill = reverse(_reversed(entry, rated, reversed_bills), position)
        else:
            usage = _usage(entry, tariff, previous)
            previous = usage.on
            bill = tariff.rate(usage, facts, position)
        rated[number] = bill
        position = bill.position_after
        bills.append(_bill(number, entry, bill, explain))
    return {"bills": bills}


def read_facts(account: Definition) -> Facts:
    """Category or mix, household and opening of a case's account."""
    history = [
        (entry.day("from"), entry.whole("persons")) for entry in account.children_or_none("persons_history")
    ]
    mix = tuple(
        MixShare(share.text("category"), share.decimal("ratio")) for share in account.children_or_none("mix")
    )
    return Facts(
        category=account.text("category", "") if mix else account.text("category"),
        persons=account.whole("persons") if "persons" in account else None,
        persons_history=tuple(sorted(history)),
        mix=mix,
        proration=_proration(account),
    )


def _proration(account: Definition) -> Proration | None:
    if "proration" not in account:
        return None
    rule = account.child("proration")
    rule.known_keys("months", "of", "note")
    months, of = rule.decimal("months"), rule.decimal("of", Decimal(12))
    if not 0 < months <= of:
        rule.refuse(gettext_noop("%(where)s must lie inside the tier period."), "out_of_range", "months")
    return Proration(months, of, account.day_or_none("opened_on"))


def _position(account: Definition) -> Position:
    before = account.child_or_empty("cumulative_before")
    return {key: before.decimal(key) for key in before}


def _reversed(entry: Definition, rated: dict[int, Rated], done: set[int]) -> Rated:
    """The bill to mirror: an earlier one, and at most once."""
    number = entry.whole("reverses")
    if number not in rated:
        entry.refuse(gettext_noop("%(where)s names no earlier bill."), "unknown_bill", "reverses")
    if number in done:
        entry.refuse(
            gettext_noop("%(where)s: this bill was already reversed."), "already_reversed", "reverses"
        )
    done.add(number)
    return rated[number]


def _usage(entry: Definition, tariff: Tariff, previous: date | None) -> Usage:
    on = entry.day("read_date" if "read_date" in entry else "date")
    months = entry.decimal("months", ONE)
    registers = _registers(entry)
    quantity = sum((used for _, used in registers), Decimal(0)) if registers else _quantity(entry)
    return Usage(on, quantity, months, registers, _previous_on(entry, tariff, on, months, previous))


def _previous_on(
    entry: Definition, tariff: Tariff, on: date, months: Decimal, previous: date | None
) -> date | None:  # fmt: skip
    """The day the period began after, where the tariff's rule for price changes asks for it.

    A stated date first; then the read date of the bill before; then the months of the bill, counted back.
    """
    stated = next((entry.day(key) for key in _PERIOD_START if key in entry), None)
    if tariff.history.rule == HALF_HALF:
        return stated or (_version_before(tariff, on) if entry.flag("spans_change") else None)
    if tariff.history.rule == BY_DAYS:
        return stated or previous or _months_before(on, int(months))
    return None


def _version_before(tariff: Tariff, on: date) -> date | None:
    """A day under the version before the one in force, for a reading that only says it spans the change."""
    started = [start for start in tariff.history.starts if start <= on]
    return started[-1] - timedelta(days=1) if len(started) > 1 else None


def _months_before(on: date, months: int) -> date:
    """The end of the month so many months before, or the same day of it."""
    month = on.year * 12 + on.month - 1 - months
    first_of_next = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = first_of_next - timedelta(days=1)
    is_month_end = (on + timedelta(days=1)).day == 1
    return last if is_month_end else last.replace(day=min(on.day, last.day))


def _registers(entry: Definition) -> tuple[tuple[str, Decimal], ...]:
    if "registers" not in entry:
        return ()
    meter = entry.child("registers")
    return tuple(
        (name, sum((consumption(_segment(part)) for part in parts), Decimal(0)))
        for name, parts in (
            (name, meter.children(name) if meter.is_list(name) else [meter.child(name)]) for name in meter
        )
    )


def _quantity(entry: Definition) -> Decimal:
    for key in ("purchase_quantity", "quantity"):
        if key in entry:
            return entry.decimal(key)
    segments = entry.children("segments")
    if not segments:
        entry.refuse(gettext_noop("%(where)s is empty."), "missing", "segments")
    return sum((consumption(_segment(segment)) for segment in segments), Decimal(0))


def _segment(segment: Definition) -> Segment:
    return Segment(
        reading_from=segment.decimal("from"),
        reading_to=segment.decimal("to"),
        digits=segment.whole("digits") if "digits" in segment else None,
        rollover=segment.flag("rollover"),
        multiplier=segment.decimal("multiplier", ONE),
    )


def _bill(number: int, entry: Definition, bill: Rated, explain: bool) -> Json:
    found: Json = {"bill_no": number}
    if "reverses" in entry:
        found["reverses"] = entry.whole("reverses")
    found["quantity"] = plain(bill.quantity)
    if bill.tier_split is not None and bill.thresholds is not None:
        found["tier_split"] = plain_list(bill.tier_split)
        found["thresholds"] = plain_list(bill.thresholds)
        if bill.counted:
            found["cumulative_after"] = {key: plain(bill.position_after[key]) for key in bill.counted}
    found["lines"] = [metered_line(line, explain) for line in bill.lines]
    found["total"] = money(bill.total)
    return found
