"""Meters where they hang, with what was read on them and how far they are billed; read in sets."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

# Enough to tell the usual use, whatever the policy looks back on.
READINGS_BEFORE = 24

# How far the meter `m` of installation `i` is billed. Of one meter alone the last bill says it; of several,
# what the bills say of each: a reading of the second one may arrive after the bill of the first.
# A bill without segments (taken over from elsewhere) counts for every meter.
BILLED_TO = """
    CASE WHEN (SELECT count(*) FROM billing_meterinstallation other WHERE other.account_id = i.account_id) = 1
    THEN (SELECT max(b.period_to) FROM billing_bill b
          WHERE b.account_id = i.account_id AND b.kind = 'USAGE' AND b.state <> 'CANCELLED')
    ELSE (SELECT max(coalesce((segment.one ->> 'read_on')::date, b.period_to)) FROM billing_bill b
          LEFT JOIN LATERAL jsonb_array_elements(b.basis -> 'segments') AS segment (one) ON true
          WHERE b.account_id = i.account_id AND b.kind = 'USAGE' AND b.state <> 'CANCELLED'
              AND (segment.one IS NULL OR segment.one ->> 'meter' = m.serial_no)) END
"""

_PLACES = f"""
    SELECT i.id, i.account_id, a.account_no, a.branch_id, m.service, m.serial_no, m.digits, m.multiplier,
           i.installed_on, i.removed_on, i.initial, {BILLED_TO}
    FROM billing_meterinstallation i
    JOIN billing_meter m ON m.id = i.meter_id
    JOIN accounts_account a ON a.id = i.account_id
    WHERE i.id = ANY (%s)
"""  # noqa: S608 - our own text
_READINGS = """
    SELECT wanted.id, r.read_on, r.value, r.kind, r.rolled_over, r.state = 'ACCEPTED'
    FROM unnest(%s::bigint[], %s::date[]) AS wanted (id, first_on)
    CROSS JOIN LATERAL (
        (SELECT read_on, value, kind, rolled_over, state FROM billing_reading
         WHERE installation_id = wanted.id AND state <> 'REJECTED' AND read_on <= wanted.first_on
         ORDER BY read_on DESC LIMIT %s)
        UNION ALL
        SELECT read_on, value, kind, rolled_over, state FROM billing_reading
        WHERE installation_id = wanted.id AND state <> 'REJECTED' AND read_on > wanted.first_on
    ) r ORDER BY wanted.id, r.read_on
"""
_BY_NAME = """
    SELECT i.id, m.serial_no, a.account_no FROM billing_meterinstallation i
    JOIN billing_meter m ON m.id = i.meter_id JOIN accounts_account a ON a.id = i.account_id
    WHERE m.serial_no = ANY (%(serials)s)
    UNION
    SELECT i.id, m.serial_no, a.account_no FROM accounts_account a
    JOIN billing_meterinstallation i ON i.account_id = a.id JOIN billing_meter m ON m.id = i.meter_id
    WHERE a.account_no = ANY (%(accounts)s)
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A reading that was not rejected."""

    read_on: datetime.date
    value: Decimal
    kind: str
    rolled_over: bool
    is_accepted: bool


@dataclass(slots=True)
class Place:
    """A meter at an account: since when, until when, what was read (oldest first), how far it is billed."""

    installation_id: int
    account_id: int
    account_no: str
    branch_id: int
    service: str
    serial_no: str
    digits: int
    multiplier: Decimal
    installed_on: datetime.date
    removed_on: datetime.date | None
    initial: Decimal
    billed_to: datetime.date | None
    known: list[Known] = field(default_factory=list)

    def covers(self, date: datetime.date) -> bool:
        return self.installed_on <= date and (self.removed_on is None or date <= self.removed_on)


def places_of(first_days: Mapping[int, datetime.date]) -> dict[int, Place]:
    """The installations with the readings around a day each, `first_days`. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [list(first_days)])
        places = {row[0]: Place(*row) for row in cursor}
        cursor.execute(_READINGS, [list(first_days), list(first_days.values()), READINGS_BEFORE])
        for installation_id, *reading in cursor:
            places[installation_id].known.append(Known(*reading))
    return places


def installations_named(serials: Iterable[str], account_nos: Iterable[str]) -> Sequence[tuple[int, str, str]]:
    """(key, meter number, account number) of every installation of these meters and accounts. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_NAME, {"serials": list(serials), "accounts": list(account_nos)})
        return list(cursor.fetchall())
