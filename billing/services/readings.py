import datetime
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.meter_use import Place, Taken
from billing.models import Reading
from billing.queries.meter_places import places_named, read_known
from billing.queries.reading_policies import policies
from billing.services.locks import lock_accounts
from billing.services.photos import Photo
from billing.services.reading_checks import check_reading
from billing.services.refusals import ReadingRefused

# What comes and goes with a meter is written by replace_meter.
BY_PEOPLE = frozenset({Reading.Kind.ACTUAL, Reading.Kind.SELF_REPORTED})


@transaction.atomic
def record_reading(
    account: Account,
    *,
    read_on: datetime.date,
    value: Decimal,
    kind: str = Reading.Kind.ACTUAL,
    serial_no: str = "",
    rolled_over: bool = False,
    is_insisted: bool = False,
    photo: Photo | None = None,
    read_by: Staff | None = None,
    by: Staff,
    at: datetime.datetime,
) -> Reading:
    """Write down what a meter showed; what is odd waits for a review, all else may be billed.

    Without `serial_no` it is the account's only meter. `is_insisted`: the meter was read again and is lower
    all the same, so the reading is kept for the review instead of being refused.

    Codes: unknown_account, account_closed, unknown_kind, photo_needed, wrong_meter, which_meter, and those of
    check_reading.
    """
    if kind not in BY_PEOPLE:
        raise ReadingRefused(_("This kind of reading is not entered here."), code="unknown_kind")
    if kind == Reading.Kind.SELF_REPORTED and photo is None:
        raise ReadingRefused(_("Add the photo that the customer sent."), code="photo_needed")
    place = lock_place(account, serial_no, read_on, by)
    taken = Taken(read_on, value, kind, rolled_over, is_insisted)
    anomalies = check_reading(taken, place, policies()[place.service], business_date_of(at))
    reading = write_reading(taken, place, anomalies, read_by=read_by or by, by=by, at=at)
    if photo is not None:
        reading.photo.save(photo.name, ContentFile(photo.content))
    record_audit(
        actor=by,
        action="record_reading",
        on=reading,
        at=at,
        details={"account": place.account_no, "value": str(value), "kind": kind, "anomalies": anomalies},
    )
    return reading


def lock_place(account: Account, serial_no: str, day: datetime.date, by: Staff) -> Place:
    """Lock the account and find its meter. Codes: unknown_account, account_closed, wrong_meter, which_meter."""
    if not by.sees_branch(account.branch_id):
        raise ReadingRefused(_("There is no such account here."), code="unknown_account")
    locked = lock_accounts([account.pk])[account.pk]
    if locked.state == Account.State.CLOSED:
        raise ReadingRefused(_("The account is closed."), code="account_closed")
    place = choose_place(places_named([], [locked.account_no]), serial_no, day)
    read_known({place.installation_id: place}, {place.installation_id: day})
    return place


def choose_place(places: list[Place], serial_no: str, day: datetime.date) -> Place:
    """The installation that a number and a day mean. Codes: wrong_meter, which_meter.

    A day before or after the time of the meter is for check_reading to refuse.
    """
    places = [place for place in places if not serial_no or place.serial_no == serial_no]
    if not places:
        raise ReadingRefused(
            _("Meter %(meter)s does not belong to this account. Check the number on the meter.")
            if serial_no
            else _("This account has no meter."),
            code="wrong_meter",
            params={"meter": serial_no},
        )
    # On the day of a replacement two meters are there: the reading is that of the new one.
    fitting = [place for place in places if place.covers(day)] or places
    hanging = [place for place in fitting if place.removed_on != day] or fitting
    if len({place.serial_no for place in hanging}) > 1:
        raise ReadingRefused(
            _("This account has several meters. Name the one that was read."), code="which_meter"
        )
    return max(hanging, key=lambda place: place.installed_on)


def write_reading(
    taken: Taken,
    place: Place,
    anomalies: list[str],
    *,
    reason: str = "",
    read_by: Staff | None,
    by: Staff,
    at: datetime.datetime,
) -> Reading:
    return Reading.objects.create(
        installation_id=place.installation_id,
        read_on=taken.read_on,
        value=taken.value,
        kind=taken.kind,
        rolled_over=taken.rolled_over,
        read_by=read_by,
        state=Reading.State.IN_REVIEW if anomalies else Reading.State.ACCEPTED,
        anomalies=[str(code) for code in anomalies],
        reason=reason,
        entered_by=by,
        entered_at=at,
    )
