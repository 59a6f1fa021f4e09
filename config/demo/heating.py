"""The heating seasons of the demo company: what the city announced, who asked to be left out, how warm it was."""

import datetime
from decimal import Decimal

from accounts.models import Account, Staff
from billing.models import Bill, HeatingSeason, HeatSuspension, RoomTemperature, TemperatureTest
from billing.services.temperature_refunds import Spell, propose_temp_refund
from billing.services.temperature_tests import Room, mean_of
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.history import History, season_of
from config.demo.visits import at_time

_ROOMS = ("客厅", "主卧", "次卧")
# Of all heat accounts, how many call because it is cold.
_MEASURED = 0.006
_LATE_APPLICATIONS = 3
_PROPOSED = 3
_DAYS_BEFORE = datetime.timedelta(days=4)


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


def enter_late_applications(company: Company, history: History, chance: Chance) -> None:
    """A few ask after the last day: somebody has to answer them."""
    season = HeatingSeason.objects.get(season=season_of(history.seasons[-1]))
    applied_on = history.on - _DAYS_BEFORE
    if not season.suspend_by < applied_on <= season.ends_on:
        return
    entered_by = _adviser(company)
    accounts = Account.objects.filter(service="HEAT", state="ACTIVE", branch=entered_by.branch).order_by("pk")
    keys = list(accounts.values_list("pk", flat=True))
    HeatSuspension.objects.bulk_create(
        HeatSuspension(
            account_id=key,
            season=season,
            note="长期外出，房屋空置",
            applied_on=applied_on,
            applied_at=at_time(applied_on, 10),
            applied_by=entered_by,
        )
        for key in sorted(chance.sample(keys, min(len(keys), _LATE_APPLICATIONS)))
    )


def propose_refunds(company: Company, history: History) -> None:
    """Some of the cold households have paid: their refunds wait for the supervisor."""
    season = HeatingSeason.objects.get(season=season_of(history.seasons[-1]))
    adviser = _adviser(company)
    cold = TemperatureTest.objects.filter(
        is_below=True,
        account__branch=adviser.branch,
        account__bills__period=season.season,
        account__bills__state=Bill.State.PAID,
        tested_at__date__lt=history.last_taking,
    )
    for test in cold.select_related("account__premises").order_by("pk")[:_PROPOSED]:
        spell = Spell(test, test.tested_at.date(), 2)
        propose_temp_refund(
            test.account, season, [spell], proposed_by=adviser, at=at_time(history.last_taking, 15)
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
    return company.staff["1501"]
