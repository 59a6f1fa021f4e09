import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.meter_use import Place, Taken
from billing.models import GasCard, Meter, MeterInstallation, Reading
from billing.models.meter import HIGHEST_REGISTER
from billing.queries.reading_policies import policies
from billing.services.reading_checks import check_reading
from billing.services.readings import lock_place, write_reading
from billing.services.refusals import MeterRefused

LONGEST_NOTE = 150


class RemovalReason(models.TextChoices):
    """Why a meter comes down and none goes up."""

    MOVED_OUT = "MOVED_OUT", gettext_lazy("the customer moves out")
    CLOSED = "CLOSED", gettext_lazy("the account is closed")
    DEMOLISHED = "DEMOLISHED", gettext_lazy("the building comes down")
    OTHER = "OTHER", gettext_lazy("other reason")


@dataclass(frozen=True, slots=True)
class NewMeter:
    """The meter that is put in."""

    serial_no: str
    initial: Decimal = Decimal("0")
    digits: int = 5
    multiplier: Decimal = Decimal("1")


@transaction.atomic
def replace_meter(
    account: Account,
    *,
    old_serial_no: str,
    final: Decimal,
    new: NewMeter,
    replaced_on: datetime.date,
    rolled_over: bool = False,
    by: Staff,
    at: datetime.datetime,
) -> MeterInstallation:
    """Take one meter down and put another one up on the same day (换表). Both parts are billed.

    The final reading of the old meter may wait for a review like any other; the new one counts at once.

    Codes: meter_removed, same_meter, bad_meter, other_service, meter_in_use, and those of record_reading.
    """
    place = lock_place(account, old_serial_no, replaced_on, by)
    _check_hangs(place)
    _check(new, place)
    meter = _meter(new, place, replaced_on)
    last_reading = _write_final(place, final, replaced_on, rolled_over=rolled_over, by=by, at=at)
    MeterInstallation.objects.filter(pk=place.installation_id).update(removed_on=replaced_on, final=final)
    installation = MeterInstallation.objects.create(
        meter=meter, account_id=place.account_id, installed_on=replaced_on, initial=new.initial
    )
    Reading.objects.create(
        installation=installation,
        read_on=replaced_on,
        value=new.initial,
        kind=Reading.Kind.INITIAL,
        read_by=by,
        entered_by=by,
        entered_at=at,
    )
    record_audit(
        actor=by,
        action="replace_meter",
        on=installation,
        at=at,
        details={
            "account": place.account_no,
            "old": place.serial_no,
            "final": str(final),
            "new": meter.serial_no,
            "initial": str(new.initial),
            "in_review": last_reading is not None and last_reading.is_in_review,
        },
    )
    return installation


@transaction.atomic
def remove_meter(
    account: Account,
    *,
    serial_no: str = "",
    final: Decimal,
    removed_on: datetime.date,
    reason: str,
    note: str = "",
    rolled_over: bool = False,
    by: Staff,
    at: datetime.datetime,
) -> MeterInstallation:
    """Take a meter down without putting another up (拆表): its final reading ends the use of the account there.

    What was used until then is billed by the next run, or once the final reading has been reviewed.

    Codes: meter_removed, unknown_reason, note_too_long, card_in_use, and those of record_reading.
    """
    if reason not in RemovalReason.values:
        raise MeterRefused(_("Choose a reason from the list."), code="unknown_reason")
    if len(note) > LONGEST_NOTE:
        raise MeterRefused(_("The note is too long."), code="note_too_long")
    place = lock_place(account, serial_no, removed_on, by)
    _check_hangs(place)
    _check_card(place)
    last_reading = _write_final(place, final, removed_on, rolled_over=rolled_over, by=by, at=at)
    installation = MeterInstallation.objects.select_related("meter").get(pk=place.installation_id)
    installation.removed_on, installation.final = removed_on, final
    installation.save(update_fields=["removed_on", "final"])
    record_audit(
        actor=by,
        action="remove_meter",
        on=installation,
        at=at,
        reason=f"{reason} {note}".strip(),
        details={
            "account": place.account_no,
            "meter": place.serial_no,
            "final": str(final),
            "in_review": last_reading is not None and last_reading.is_in_review,
        },
    )
    return installation


def _check_hangs(place: Place) -> None:
    if place.removed_on is not None:
        raise MeterRefused(
            _("This meter was removed on %(removed_on)s."),
            code="meter_removed",
            params={"removed_on": place.removed_on},
        )


def _check_card(place: Place) -> None:
    """Gas that was bought and is still in the meter is the customer's money."""
    cards = GasCard.objects.filter(account_id=place.account_id).exclude(state__in=GasCard.OVER)
    if cards.exists():
        raise MeterRefused(
            _("A gas card loads this meter. Compare its register and take the card back first."),
            code="card_in_use",
        )


def _check(new: NewMeter, place: Place) -> None:
    if new.serial_no == place.serial_no:
        raise MeterRefused(_("Old and new meter have the same number."), code="same_meter")
    fits = 3 <= new.digits <= 9 and 0 <= new.initial < min(10**new.digits, HIGHEST_REGISTER)
    if not fits or not 0 < new.multiplier <= 99999 or not 0 < len(new.serial_no) <= 30:
        raise MeterRefused(
            _(
                "A meter has a number, 3 to 9 digits, a multiplier above zero and an initial reading that fits."
            ),
            code="bad_meter",
        )


def _meter(new: NewMeter, place: Place, on: datetime.date) -> Meter:
    """The meter from the store, or a new one of that number."""
    meter, _is_new = Meter.objects.select_for_update().get_or_create(
        service=place.service,
        serial_no=new.serial_no,
        defaults={"digits": new.digits, "multiplier": new.multiplier},
    )
    still_there = MeterInstallation.objects.filter(meter=meter).filter(
        Q(removed_on__isnull=True) | Q(removed_on__gt=on)
    )
    if still_there.exists():
        raise MeterRefused(
            _("Meter %(meter)s measures another account."),
            code="meter_in_use",
            params={"meter": new.serial_no},
        )
    return meter


def _write_final(
    place: Place, final: Decimal, on: datetime.date, *, rolled_over: bool, by: Staff, at: datetime.datetime
) -> Reading | None:
    """The final reading; none where the meter was read on the same day and showed the same."""
    if any(known.read_on == on and known.value == final and known.is_accepted for known in place.known):
        return None
    taken = Taken(on, final, Reading.Kind.FINAL, rolled_over)
    anomalies = check_reading(taken, place, policies()[place.service], business_date_of(at))
    return write_reading(taken, place, anomalies, read_by=by, by=by, at=at)
