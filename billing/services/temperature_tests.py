import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.models.account import Service
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import HeatingSeason, RoomTemperature, TemperatureTest
from billing.models.temperature import MOST_ROOMS
from billing.services.locks import lock_accounts
from billing.services.refusals import HeatingRefused

COLDEST, WARMEST = Decimal("-30"), Decimal("50")


@dataclass(frozen=True, slots=True)
class Room:
    place: str
    degrees: Decimal


@dataclass(frozen=True, slots=True)
class Visit:
    """What was measured on one visit, by which instrument, and who signed."""

    tested_at: datetime.datetime
    rooms: Sequence[Room]
    instrument: str
    witness: str
    photo_note: str = ""
    obstacle: str = TemperatureTest.Obstacle.NONE


@transaction.atomic
def record_temperature_test(
    account: Account, season: HeatingSeason, visit: Visit, *, tested_by: Staff, at: datetime.datetime
) -> TemperatureTest:
    """Keep what was measured and whether its mean is below the standard of the season (domain.md 2.4).

    Codes: unknown_account, not_heat, no_rooms, too_many_rooms, bad_temperature, in_the_future, outside_season,
    unsigned, recorded_before, unknown_obstacle.
    """
    locked = lock_accounts([account.pk]).get(account.pk)
    if locked is None or not tested_by.sees_branch(locked.branch_id):
        raise HeatingRefused(_("There is no such account here."), code="unknown_account")
    if locked.service != Service.HEAT:
        raise HeatingRefused(_("This account is not supplied with heat."), code="not_heat")
    _check(visit, season, at)
    if TemperatureTest.objects.filter(account=locked, tested_at=visit.tested_at).exists():
        raise HeatingRefused(_("This visit is already recorded."), code="recorded_before")
    mean = mean_of(visit.rooms)
    test = TemperatureTest.objects.create(
        account=locked,
        tested_at=visit.tested_at,
        mean=mean,
        standard=season.standard,
        is_below=mean < season.standard,
        instrument=visit.instrument,
        witness=visit.witness,
        photo_note=visit.photo_note,
        obstacle=visit.obstacle,
        tested_by=tested_by,
        recorded_at=at,
    )
    RoomTemperature.objects.bulk_create(
        RoomTemperature(test=test, position=position, place=room.place, degrees=room.degrees)
        for position, room in enumerate(visit.rooms, 1)
    )
    record_audit(
        actor=tested_by,
        action="record_temperature_test",
        on=test,
        at=at,
        branch=locked.branch,
        details={"account": locked.account_no, "mean": str(mean)},
    )
    return test


def mean_of(rooms: Sequence[Room]) -> Decimal:
    total = sum((room.degrees for room in rooms), Decimal(0))
    return (total / len(rooms)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _check(visit: Visit, season: HeatingSeason, at: datetime.datetime) -> None:
    if not visit.rooms:
        raise HeatingRefused(_("Enter the temperature of one room at least."), code="no_rooms")
    if len(visit.rooms) > MOST_ROOMS:
        raise HeatingRefused(_("A visit has eight rooms at most."), code="too_many_rooms")
    if any(not room.degrees.is_finite() or not COLDEST <= room.degrees <= WARMEST for room in visit.rooms):
        raise HeatingRefused(_("A room is between −30 and 50 °C."), code="bad_temperature")
    if visit.tested_at > at:
        raise HeatingRefused(_("The visit lies in the future."), code="in_the_future")
    if not season.contains(business_date_of(visit.tested_at)):
        raise HeatingRefused(
            _("Measured inside the season only, from %(start)s to %(end)s."),
            code="outside_season",
            params={"start": season.starts_on, "end": season.ends_on},
        )
    if not visit.instrument.strip() or not visit.witness.strip():
        raise HeatingRefused(
            _("Instrument and signature are needed: without them nobody can prove it."), code="unsigned"
        )
    if visit.obstacle not in TemperatureTest.Obstacle.values:
        raise HeatingRefused(_("Choose a reason from the list."), code="unknown_obstacle")
