"""The heating seasons of the demo company: what the city announced, who asked to be left out, how warm it was."""

import datetime
from decimal import Decimal

from accounts.models import Account, Staff
from billing.models import Bill, HeatingSeason, HeatSuspension, RoomTemperature, TemperatureTest
from billing.services.temperature_tests import Room, mean_of
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.history import History, season_of
from config.demo.visits import at_time

_ROOMS = ("客厅", "主卧", "次卧")
# Of all heat accounts, how many call because it is cold.
_MEASURED = 0.006


def announce_seasons(history: History) -> None:
    """One row a season for all branches, on the days that the price decision of the town names."""
    HeatingSeason.objects.bulk_create(
        HeatingSeason(
            season=season_of(year),
            starts_on=datetime.date(year, 11, 1),
            ends_on=datetime.date(year + 1, 3, 31),
            due_on=datetime.date(year, 11, 15),
            suspend_by=datetime.date(year, 10, 10),
            decision=f"供热采暖期公告〔{year}〕第1号",
            late_terms="逾期按合同约定计收违约金",
        )
        for year in history.seasons
    )


def enter_applications(company: Company, history: History) -> None:
    """Behind every suspended account stands an application; the run has billed its basic fee."""
    year = history.seasons[-1]
    season = HeatingSeason.objects.get(season=season_of(year))
    suspended = Account.objects.filter(service="HEAT", state="SUSPENDED").order_by("pk")
    fees = dict(
        Bill.objects.filter(kind=Bill.Kind.HEATING, period=season.season, account__in=suspended).values_list(
            "account_id", "pk"
        )
    )
    decided_by, entered_by = company.supervisor_of(1), _adviser(company)
    HeatSuspension.objects.bulk_create(
        [
            HeatSuspension(
                account=account,
                season=season,
                state=HeatSuspension.State.APPROVED,
                note="房屋空置",
                applied_on=history.suspended_on,
                applied_at=at_time(history.suspended_on, 10),
                applied_by=entered_by,
                decided_at=at_time(history.suspended_on, 16),
                decided_by=decided_by,
                fee_bill_id=fees.get(account.pk),
            )
            for account in suspended.iterator(chunk_size=10_000)
        ],
        batch_size=5_000,
    )


def measure_rooms(company: Company, history: History, chance: Chance) -> None:
    """A few households were measured since the heat came on; most were warm enough."""
    season = HeatingSeason.objects.get(season=season_of(history.seasons[-1]))
    last = min(history.last_taking, season.ends_on)
    days = (last - season.starts_on).days
    keys = list(
        Account.objects.filter(service="HEAT", state="ACTIVE").order_by("pk").values_list("pk", flat=True)
    )
    if days < 1 or not keys:
        return
    chosen = sorted(chance.sample(keys, min(len(keys), max(3, round(len(keys) * _MEASURED)))))
    tester = _adviser(company)
    visits = [
        _visit(key, season, season.starts_on + datetime.timedelta(chance.randint(1, days)), tester, chance)
        for key in chosen
    ]
    tests = TemperatureTest.objects.bulk_create([test for test, _rooms in visits])
    RoomTemperature.objects.bulk_create(
        RoomTemperature(test=test, position=position, place=room.place, degrees=room.degrees)
        for test, (_test, rooms) in zip(tests, visits, strict=True)
        for position, room in enumerate(rooms, 1)
    )


def _visit(
    account_id: int, season: HeatingSeason, day: datetime.date, tester: Staff, chance: Chance
) -> tuple[TemperatureTest, list[Room]]:
    rooms = [Room(place, Decimal(chance.randint(152, 218)) / 10) for place in _ROOMS]
    mean = mean_of(rooms)
    at = at_time(day, 19)
    test = TemperatureTest(
        account_id=account_id,
        tested_at=at,
        mean=mean,
        standard=season.standard,
        is_below=mean < season.standard,
        instrument="数字测温仪 03",
        witness="户主",
        tested_by=tester,
        recorded_at=at,
    )
    return test, rooms


def _adviser(company: Company) -> Staff:
    return next(one for one in company.staff.values() if one.post == Staff.Post.ADVISER)
