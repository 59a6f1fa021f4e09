"""Reading routes through every community, and a handful of odd readings that wait for somebody."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.copying import copy_rows, reserve_ids
from accounts.models.account import Service
from billing.meter_use import Anomaly
from billing.models import MeterInstallation, Reading
from billing.services.meter_tests import record_meter_test
from config.demo.company import Company
from config.demo.history import MONTHS_BETWEEN_READINGS, History
from config.demo.households import Household, NewAccount
from config.demo.visits import at_time

_LETTER = {Service.WATER: "S", Service.GAS: "Q", Service.ELECTRICITY: "D"}
# What the readers brought today and nobody has looked at yet.
_ODD = (
    (Anomaly.HIGH, Reading.Kind.ACTUAL, ""),
    (Anomaly.HIGH, Reading.Kind.ACTUAL, ""),
    (Anomaly.ESTIMATE, Reading.Kind.ESTIMATED, "连续三次家中无人"),
    (Anomaly.ESTIMATE, Reading.Kind.ESTIMATED, "表箱被车辆遮挡"),
    (Anomaly.SELF_REPORTED, Reading.Kind.SELF_REPORTED, ""),
    (Anomaly.HIGH, Reading.Kind.ACTUAL, ""),
)
# Ordinary accounts: the meters that hang, their last reading and what was used up to it.
_CANDIDATES = """
    SELECT i.id, last.value, greatest(last.value - two.value, 1), m.digits FROM accounts_account a
    JOIN billing_meterinstallation i ON i.account_id = a.id AND i.removed_on IS NULL
    JOIN billing_meter m ON m.id = i.meter_id
    JOIN LATERAL (SELECT value, read_on FROM billing_reading WHERE installation_id = i.id
                  ORDER BY read_on DESC LIMIT 1) last ON last.read_on < %s
    JOIN LATERAL (SELECT value FROM billing_reading WHERE installation_id = i.id
                  ORDER BY read_on DESC LIMIT 1 OFFSET 1) two ON two.value < last.value
    WHERE a.service = %s AND a.state = 'ACTIVE' AND m.multiplier = 1 AND last.value < 10 ^ m.digits - 5000
        AND last.value - two.value BETWEEN 4 AND 400
        AND (SELECT count(*) FROM billing_meterinstallation o WHERE o.account_id = a.id) = 1
    ORDER BY a.account_no LIMIT %s
"""


def lay_routes(households: Sequence[Household], company: Company) -> None:
    """One route for each service in each community, read by the collector of the district, door by door."""
    stops: dict[tuple[int, Service], list[tuple[Household, NewAccount]]] = defaultdict(list)
    for household in households:
        for account in household.accounts:
            if account.service != Service.HEAT:
                stops[household.community.number, account.service].append((household, account))
    keys = reserve_ids("billing_route", len(stops))
    routes = list(zip(keys, sorted(stops), strict=True))
    copy_rows(
        "billing_route",
        ("id", "code", "name", "branch_id", "service", "reader_id", "every_months"),
        (
            (
                pk, f"{_LETTER[service]}{number:03}", first.community.name, district.branch_id, service,
                district.owner_id, MONTHS_BETWEEN_READINGS[service],
            )
            for pk, (number, service) in routes
            for first, _account in stops[number, service][:1]
            for district in (company.districts[first.community.district],)
        ),
    )  # fmt: skip
    copy_rows(
        "billing_routestop",
        ("route_id", "account_id", "position"),
        (
            (pk, account.pk, position)
            for pk, stop in routes
            for position, (_household, account) in enumerate(sorted(stops[stop], key=_door), 1)
        ),
    )


def leave_odd_readings(company: Company, history: History) -> None:
    """What came in today: readings to review, and one meter that the laboratory found too fast."""
    found = [
        candidate
        for service in (Service.WATER, Service.ELECTRICITY)
        for candidate in _candidates(history.on, service, len(_ODD) // 2 + 1)
    ]
    now = at_time(history.on, 9)
    reader = company.districts[0].owner_id
    copy_rows(
        "billing_reading",
        (
            "installation_id", "read_on", "value", "kind", "rolled_over", "state", "anomalies", "reason",
            "read_by_id", "entered_by_id", "entered_at",
        ),
        (
            (
                installation, history.on, value + used * (7 if anomaly == Anomaly.HIGH else 1), kind, False,
                "IN_REVIEW", [anomaly.value], reason, reader, reader, now,
            )
            for (installation, value, used, _digits), (anomaly, kind, reason) in zip(found, _ODD, strict=False)
        ),
    )  # fmt: skip
    if len(found) > len(_ODD):
        _test_a_meter(found[-1][0], company, now)


def _test_a_meter(installation_id: int, company: Company, now: datetime.datetime) -> None:
    """The laboratory found it too fast: finance has units to give back."""
    installation = MeterInstallation.objects.select_related("account", "meter").get(pk=installation_id)
    record_meter_test(
        installation.account,
        serial_no=installation.meter.serial_no,
        tested_on=now.date(),
        laboratory="市计量检定测试院",
        certificate_no=f"JL{now:%Y}-00318",
        error_percent=Decimal("4.60"),
        tolerance_percent=Decimal("2.00"),
        by=company.manager,
        at=now,
    )


def _candidates(on: datetime.date, service: Service, count: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, [on, service, count])
        return list(cursor.fetchall())


def _door(stop: tuple[Household, NewAccount]) -> tuple[int, int, int, int, str]:
    """Building, unit, room as numbers, as the reader walks; shops last."""
    household, account = stop
    door = household.door
    return door.serial, _figure(door.building), _figure(door.unit), _figure(door.room), account.account_no


def _figure(text: str) -> int:
    digits = "".join(filter(str.isdigit, text))
    return int(digits or 0)
