import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.meter_use import Place, use_between
from billing.models import MeterTest, UnitCorrection
from billing.models.meter_test import LARGEST_ERROR
from billing.services.locks import lock_accounts
from billing.services.readings import lock_place
from billing.services.refusals import MeterRefused

HUNDRED = Decimal(100)
UNIT_STEP = Decimal("0.0001")


@transaction.atomic
def record_meter_test(
    account: Account,
    *,
    serial_no: str = "",
    tested_on: datetime.date,
    laboratory: str,
    certificate_no: str,
    error_percent: Decimal,
    tolerance_percent: Decimal,
    by: Staff,
    at: datetime.datetime,
) -> MeterTest:
    """Enter what the bench found (校表). A meter that counts too much leaves a correction of units to be made.

    Credited is the current month alone: the last use up to the test (domain.md 1.1.17). No money moves here.

    Codes: future_date, before_installation, after_removal, bad_error, certificate_needed, certificate_known,
    and those that find the meter.
    """
    place = lock_place(account, serial_no, tested_on, by)
    _check(place, tested_on, laboratory, certificate_no, error_percent, tolerance_percent, at)
    test = MeterTest.objects.create(
        installation_id=place.installation_id,
        tested_on=tested_on,
        laboratory=laboratory.strip(),
        certificate_no=certificate_no.strip(),
        error_percent=error_percent,
        tolerance_percent=tolerance_percent,
        result=_result(error_percent, tolerance_percent),
        entered_at=at,
        entered_by=by,
    )
    correction = _correction(test, place) if test.result == MeterTest.Result.FAST else None
    if correction:
        correction.save()
    record_audit(
        actor=by,
        action="record_meter_test",
        on=test,
        at=at,
        details={
            "account": place.account_no,
            "error": str(error_percent),
            "tolerance": str(tolerance_percent),
            "units": str(correction.units) if correction else None,
        },
    )
    return test


@transaction.atomic
def settle_unit_correction(
    correction: UnitCorrection, *, note: str, by: Staff, at: datetime.datetime
) -> UnitCorrection:
    """Say how the units were given back; `note` names the bill or the credit that did it.

    Codes: unknown_account, already_settled, note_needed.
    """
    if not by.sees_branch(correction.account.branch_id):
        raise MeterRefused(_("There is no such account here."), code="unknown_account")
    lock_accounts([correction.account_id])
    correction = UnitCorrection.objects.select_for_update().get(pk=correction.pk)
    if correction.state == UnitCorrection.State.SETTLED:
        raise MeterRefused(_("This correction has already been made."), code="already_settled")
    if not note.strip() or len(note.strip()) > 200:
        raise MeterRefused(_("Name the bill or the credit that corrects it."), code="note_needed")
    correction.state, correction.note = UnitCorrection.State.SETTLED, note.strip()
    correction.settled_by, correction.settled_at = by, at
    correction.save(update_fields=["state", "note", "settled_by", "settled_at"])
    record_audit(actor=by, action="settle_unit_correction", on=correction, at=at, reason=correction.note)
    return correction


def units_too_many(counted: Decimal, error_percent: Decimal) -> Decimal:
    """What a meter with this error counted beyond what passed: at +5 %, 105 stand for 100."""
    return (counted * error_percent / (HUNDRED + error_percent)).quantize(UNIT_STEP, ROUND_HALF_UP)


def _check(
    place: Place,
    tested_on: datetime.date,
    laboratory: str,
    certificate_no: str,
    error_percent: Decimal,
    tolerance_percent: Decimal,
    at: datetime.datetime,
) -> None:
    if tested_on > business_date_of(at):
        raise MeterRefused(_("The test lies in the future."), code="future_date")
    if tested_on < place.installed_on:
        raise MeterRefused(_("The meter was not installed yet on that day."), code="before_installation")
    if not -HUNDRED < error_percent <= LARGEST_ERROR or not 0 < tolerance_percent < HUNDRED:
        raise MeterRefused(_("Error and tolerance are percentages."), code="bad_error")
    if not laboratory.strip() or not certificate_no.strip():
        raise MeterRefused(_("Name the laboratory and its certificate."), code="certificate_needed")
    if MeterTest.objects.filter(certificate_no=certificate_no.strip()).exists():
        raise MeterRefused(_("This certificate was already entered."), code="certificate_known")


def _result(error: Decimal, tolerance: Decimal) -> str:
    if abs(error) <= tolerance:
        return MeterTest.Result.WITHIN
    return MeterTest.Result.FAST if error > 0 else MeterTest.Result.SLOW


def _correction(test: MeterTest, place: Place) -> UnitCorrection | None:
    accepted = [known for known in place.known if known.is_accepted and known.read_on <= test.tested_on]
    if len(accepted) < 2:
        return None
    start, end = accepted[-2:]
    counted = use_between(place, start, end).units
    units = units_too_many(counted, test.error_percent)
    if units <= 0:
        return None
    return UnitCorrection(
        test=test,
        account_id=place.account_id,
        used_from=start.read_on,
        used_to=end.read_on,
        counted=counted,
        units=units,
    )
