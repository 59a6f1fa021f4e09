import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.meter_use import Place, Taken, billed_too_high
from billing.models import Reading
from billing.queries.meter_places import places_of
from billing.queries.reading_policies import policies
from billing.services.estimates import write_estimate
from billing.services.locks import lock_accounts
from billing.services.reading_checks import check_reading, refuse
from billing.services.refusals import ReadingRefused

LONGEST_NOTE = 200


@transaction.atomic
def accept_reading(
    reading: Reading, *, rolled_over: bool | None = None, note: str = "", by: Staff, at: datetime.datetime
) -> Reading:
    """Let a reading be billed after somebody has looked at it. `rolled_over` says it where the entry did not.

    Everything is checked again: since it was entered a bill may have been made or an older reading come in.

    Codes: unknown_reading, not_in_review, self_approval (an estimate needs a second person), note_too_long,
    estimate_too_high (the bill of the estimate has to be cancelled first), and those of check_reading.
    """
    reading, place = _lock(reading, by, note)
    if reading.is_estimate and reading.entered_by_id == by.pk:
        raise ReadingRefused(
            _("You proposed this estimate. A colleague has to approve it."), code="self_approval"
        )
    if rolled_over is not None:
        reading.rolled_over = rolled_over
    taken = Taken(reading.read_on, reading.value, reading.kind, reading.rolled_over)
    check_reading(taken, place, policies()[place.service], business_date_of(at))
    if too_high := None if taken.rolled_over else billed_too_high(taken, place):
        raise refuse("estimate_too_high", billed_on=too_high.read_on, billed=too_high.value)
    return _decide(reading, Reading.State.ACCEPTED, "accept_reading", note, by, at)


@transaction.atomic
def reject_reading(reading: Reading, *, note: str, by: Staff, at: datetime.datetime) -> Reading:
    """Put a reading aside: no bill is ever made from it, and the day may be read again.

    Codes: unknown_reading, not_in_review, note_needed, note_too_long.
    """
    reading, _place = _lock(reading, by, note)
    if not note.strip():
        raise ReadingRefused(_("Say what is wrong with the reading."), code="note_needed")
    return _decide(reading, Reading.State.REJECTED, "reject_reading", note, by, at)


@transaction.atomic
def estimate_instead(
    reading: Reading, *, reason: str, value: Decimal | None = None, by: Staff, at: datetime.datetime
) -> Reading:
    """Reject a reading and propose an estimate for the same day.

    Codes: unknown_reading, not_in_review, note_too_long, and those of propose_estimate.
    """
    reading, place = _lock(reading, by, reason)
    if not reason.strip():
        raise ReadingRefused(_("Say why the meter could not be read."), code="reason_needed")
    _decide(reading, Reading.State.REJECTED, "reject_reading", reason, by, at)
    return write_estimate(place, read_on=reading.read_on, reason=reason, value=value, by=by, at=at)


def _lock(reading: Reading, by: Staff, note: str) -> tuple[Reading, Place]:
    """Lock account and reading; the place comes without the reading itself."""
    account = reading.installation.account
    if not by.sees_branch(account.branch_id):
        raise ReadingRefused(_("There is no such reading here."), code="unknown_reading")
    if len(note) > LONGEST_NOTE:
        raise ReadingRefused(_("The note is too long."), code="note_too_long")
    lock_accounts([account.pk])
    reading = Reading.objects.select_for_update().get(pk=reading.pk)
    if not reading.is_in_review:
        raise ReadingRefused(
            _("This reading has already been decided: %(state)s."),
            code="not_in_review",
            params={"state": reading.get_state_display()},
        )
    place = places_of({reading.installation_id: reading.read_on})[reading.installation_id]
    place.known = [known for known in place.known if known.read_on != reading.read_on]
    return reading, place


def _decide(
    reading: Reading, state: str, action: str, note: str, by: Staff, at: datetime.datetime
) -> Reading:
    reading.state, reading.review_note = state, note.strip()
    reading.reviewed_by, reading.reviewed_at = by, at
    reading.save(update_fields=["state", "review_note", "reviewed_by", "reviewed_at", "rolled_over"])
    record_audit(
        actor=by,
        action=action,
        on=reading,
        at=at,
        reason=reading.review_note,
        details={"value": str(reading.value), "anomalies": reading.anomalies},
    )
    return reading
