"""Whether a reading can be, and what is odd about it. Pure: what is known comes in as a Place."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from billing.models import Reading, ReadingPolicy
from billing.models.meter import HIGHEST_REGISTER
from billing.queries.meter_places import Known, Place
from billing.services.refusals import ReadingRefused

SENTENCES = {
    "not_a_number": _("A reading is a number from 0 with at most three decimals."),
    "too_many_digits": _("The register of this meter has only %(digits)s digits."),
    "future_date": _("%(read_on)s lies in the future. Enter the day on which the meter was read."),
    "before_installation": _("The meter was installed on %(installed_on)s only. Check the date."),
    "after_removal": _("The meter was removed on %(removed_on)s. Enter the reading of the new meter."),
    "twice": _("The meter was already read on %(read_on)s: %(value)s."),
    "already_billed": _("The meter is billed up to %(billed_to)s. Cancel that bill first."),
    "falls": _(
        "%(value)s is lower than %(before)s of %(before_on)s. Read again; say so if the meter rolled over."
    ),
    "not_a_rollover": _("The reading rose from %(before)s: the meter did not roll over."),
    "higher_than_later": _("On %(later_on)s the meter showed only %(later)s."),
    "estimate_too_high": _("The bill of %(billed_on)s was estimated at %(billed)s. Cancel that bill first."),
}


class Anomaly(TextChoices):
    """Why a person has to look at a reading before a bill is made from it."""

    HIGH = "HIGH", _("many times the usual use")
    ZERO_AGAIN = "ZERO_AGAIN", _("no use several times in a row")
    FALLS = "FALLS", _("lower than the reading before")
    ESTIMATE_TOO_HIGH = "ESTIMATE_TOO_HIGH", _("a billed estimate was too high")
    ESTIMATE = "ESTIMATE", _("estimate to approve")
    SELF_REPORTED = "SELF_REPORTED", _("reported by the customer, to compare with the photo")


@dataclass(frozen=True, slots=True)
class Taken:
    """A reading that somebody brings in. `is_insisted`: read a second time, and it is lower all the same."""

    read_on: datetime.date
    value: Decimal
    kind: str
    rolled_over: bool = False
    is_insisted: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """What passed through a meter between two readings."""

    units: Decimal
    days: int


def check_reading(taken: Taken, place: Place, policy: ReadingPolicy, today: datetime.date) -> list[str]:
    """Refuse what cannot be, and answer what is odd (codes of Anomaly).

    Codes: not_a_number, too_many_digits, future_date, before_installation, after_removal, twice,
    already_billed, falls, not_a_rollover, higher_than_later.
    """
    _check_number(taken, place)
    _check_day(taken, place, today)
    _check_later(taken, place)
    return [*_check_order(taken, place), *_odd_kind(taken), *_odd_use(taken, place, policy)]


def refuse(code: str, **params: object) -> ReadingRefused:
    return ReadingRefused(SENTENCES[code], code=code, params=params)


def policies() -> dict[str, ReadingPolicy]:
    """The rules by service; where none were entered, the usual ones. One query."""
    entered = {policy.service: policy for policy in ReadingPolicy.objects.all()}
    return {
        service: entered.get(service) or ReadingPolicy(service=service)
        for service in ("HEAT", "GAS", "WATER", "ELECTRICITY")
    }


def last_true(place: Place, before: datetime.date) -> Known:
    """The last reading before a day that somebody read; at first what the meter showed when it came."""
    for known in reversed(place.known):
        if known.is_accepted and known.read_on < before and known.kind != Reading.Kind.ESTIMATED:
            return known
    return Known(place.installed_on, place.initial, Reading.Kind.INITIAL, rolled_over=False, is_accepted=True)


def uses_before(place: Place, day: datetime.date) -> list[Use]:
    """What was used between the true readings before a day, oldest first."""
    true = [
        known
        for known in place.known
        if known.is_accepted and known.read_on < day and known.kind != Reading.Kind.ESTIMATED
    ]
    return [use_between(place, start, end) for start, end in pairwise(true)]


def use_between(place: Place, start: Known, end: Known | Taken) -> Use:
    turn = 10**place.digits if end.rolled_over else 0
    units = (end.value - start.value + turn) * place.multiplier
    return Use(units, max(1, (end.read_on - start.read_on).days))


def usual_per_day(uses: Sequence[Use], usual_of: int) -> Decimal | None:
    """Units a day over the last readings; None where nothing is known yet."""
    last = uses[-usual_of:]
    return sum((use.units for use in last), Decimal(0)) / sum(use.days for use in last) if last else None


def _check_number(taken: Taken, place: Place) -> None:
    value = taken.value
    if not value.is_finite() or not 0 <= value <= HIGHEST_REGISTER or value != round(value, 3):
        raise refuse("not_a_number")
    if value >= 10**place.digits:
        raise refuse("too_many_digits", digits=place.digits)


def _check_day(taken: Taken, place: Place, today: datetime.date) -> None:
    read_on = taken.read_on
    if read_on > today:
        raise refuse("future_date", read_on=read_on)
    if read_on < place.installed_on:
        raise refuse("before_installation", installed_on=place.installed_on)
    if place.removed_on and read_on > place.removed_on:
        raise refuse("after_removal", removed_on=place.removed_on)
    for known in place.known:
        if known.read_on == read_on:
            raise refuse("twice", read_on=read_on, value=known.value)
    if place.billed_to and read_on <= place.billed_to:
        raise refuse("already_billed", billed_to=place.billed_to)


def _check_order(taken: Taken, place: Place) -> Iterator[str]:
    """Lower than before is refused; lower than a billed estimate alone is an anomaly."""
    before = last_true(place, taken.read_on)
    if taken.rolled_over and taken.value >= before.value:
        raise refuse("not_a_rollover", before=before.value)
    if not taken.rolled_over:
        if taken.value < before.value:
            if not taken.is_insisted:
                raise refuse("falls", value=taken.value, before=before.value, before_on=before.read_on)
            yield Anomaly.FALLS
        elif billed_too_high(taken, place):
            yield Anomaly.ESTIMATE_TOO_HIGH


def _check_later(taken: Taken, place: Place) -> None:
    later = next(
        (known for known in place.known if known.is_accepted and known.read_on > taken.read_on), None
    )
    if later and later.value < taken.value and not later.rolled_over:
        raise refuse("higher_than_later", later_on=later.read_on, later=later.value)


def billed_too_high(taken: Taken, place: Place) -> Known | None:
    """The billed estimate that the reading proves too high."""
    billed = [
        known
        for known in place.known
        if known.is_accepted and place.billed_to and known.read_on <= place.billed_to
    ]
    if billed and billed[-1].kind == Reading.Kind.ESTIMATED and billed[-1].value > taken.value:
        return billed[-1]
    return None


def _odd_kind(taken: Taken) -> Iterator[str]:
    if taken.kind == Reading.Kind.ESTIMATED:
        yield Anomaly.ESTIMATE
    elif taken.kind == Reading.Kind.SELF_REPORTED:
        yield Anomaly.SELF_REPORTED


def _odd_use(taken: Taken, place: Place, policy: ReadingPolicy) -> Iterator[str]:
    if taken.kind == Reading.Kind.ESTIMATED:
        return
    use = use_between(place, last_true(place, taken.read_on), taken)
    uses = uses_before(place, taken.read_on)
    usual = usual_per_day(uses, policy.usual_of)
    if usual is not None and use.units >= max(policy.high_from, usual * policy.high_factor * use.days):
        yield Anomaly.HIGH
    in_a_row = [*uses, use][-policy.zero_times :] if policy.zero_times else []
    if in_a_row and len(in_a_row) == policy.zero_times and not any(one.units for one in in_a_row):
        yield Anomaly.ZERO_AGAIN
