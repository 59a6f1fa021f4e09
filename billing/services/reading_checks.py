"""Whether a reading can be, and what is odd about it. Pure: what is known comes in as a Place."""

import datetime
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from billing.meter_use import (
    Anomaly,
    Place,
    Taken,
    billed_too_high,
    last_true,
    use_between,
    uses_before,
    usual_per_day,
)
from billing.models import Reading, ReadingPolicy
from billing.models.meter import HIGHEST_REGISTER
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
