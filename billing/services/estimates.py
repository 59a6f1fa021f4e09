import datetime
from decimal import ROUND_DOWN, Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.meter_use import Place, Taken, last_true, uses_before, usual_per_day
from billing.models import Reading, ReadingPolicy
from billing.queries.reading_policies import policies
from billing.services.reading_checks import check_reading
from billing.services.readings import lock_place, write_reading
from billing.services.refusals import ReadingRefused


@transaction.atomic
def propose_estimate(
    account: Account,
    *,
    read_on: datetime.date,
    reason: str,
    value: Decimal | None = None,
    serial_no: str = "",
    by: Staff,
    at: datetime.datetime,
) -> Reading:
    """Estimate what a meter shows that nobody could read (估抄). It counts once a second person has approved it.

    Without a value it is computed from the usual use. The next true reading sets right what it got wrong.

    Codes: reason_needed, nothing_to_estimate_from, and those of record_reading.
    """
    place = lock_place(account, serial_no, read_on, by)
    return write_estimate(place, read_on=read_on, reason=reason, value=value, by=by, at=at)


def write_estimate(
    place: Place,
    *,
    read_on: datetime.date,
    reason: str,
    value: Decimal | None,
    by: Staff,
    at: datetime.datetime,
) -> Reading:
    """The same for a meter whose account is locked."""
    reason = reason.strip()
    if not reason:
        raise ReadingRefused(_("Say why the meter could not be read."), code="reason_needed")
    policy = policies()[place.service]
    if value is None:
        value = estimated_value(place, read_on, policy)
    if value is None:
        raise ReadingRefused(
            _("Nothing is known of the usual use of this meter. Enter a figure."),
            code="nothing_to_estimate_from",
        )
    taken = Taken(read_on, value, Reading.Kind.ESTIMATED)
    anomalies = check_reading(taken, place, policy, business_date_of(at))
    reading = write_reading(taken, place, anomalies, reason=reason, read_by=None, by=by, at=at)
    record_audit(
        actor=by,
        action="propose_estimate",
        on=reading,
        at=at,
        reason=reason,
        details={"account": place.account_no, "value": str(value)},
    )
    return reading


def estimated_value(place: Place, on: datetime.date, policy: ReadingPolicy) -> Decimal | None:
    """What the meter should show on a day (domain.md 1.1.17): the last true reading and the usual use since."""
    uses = uses_before(place, on)
    looks_back = 1 if policy.estimate_by == ReadingPolicy.Estimate.LAST else policy.usual_of
    usual = usual_per_day(uses, looks_back)
    if usual is None:
        return None
    last = last_true(place, on)
    units = usual * (on - last.read_on).days / place.multiplier
    highest = Decimal(10**place.digits) - 1
    return min(last.value + units.quantize(Decimal(1), ROUND_DOWN), highest)
