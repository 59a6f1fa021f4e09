"""Meters where they hang, with what was read on them and how far they are billed; read in sets."""

import datetime
from collections.abc import Iterable, Mapping

from django.db import connection

from billing.meter_use import Known, Place

# Enough to tell the usual use, whatever the policy looks back on.
READINGS_BEFORE = 24

# How far the meter `m` of installation `i` at account `a` is billed. Of one meter alone the last bill says it; of several,
# what the bills say of each: a reading of the second one may arrive after the bill of the first.
# A bill without segments (taken over from elsewhere) counts for every meter.
ACCOUNT_BILLED_TO = """
    (SELECT max(b.period_to) FROM billing_bill b
     WHERE b.account_id = a.id AND b.kind = 'USAGE' AND b.state <> 'CANCELLED')
"""
METER_BILLED_TO = """
    CASE WHEN (SELECT count(*) FROM billing_meterinstallation other WHERE other.account_id = i.account_id) = 1
    THEN {account_billed_to}
    ELSE (SELECT max(coalesce((segment.one ->> 'read_on')::date, b.period_to)) FROM billing_bill b
          LEFT JOIN LATERAL jsonb_array_elements(b.basis -> 'segments') AS segment (one) ON true
          WHERE b.account_id = i.account_id AND b.kind = 'USAGE' AND b.state <> 'CANCELLED'
              AND (segment.one IS NULL OR segment.one ->> 'meter' = m.serial_no)) END
"""
BILLED_TO = METER_BILLED_TO.format(account_billed_to=ACCOUNT_BILLED_TO)

_PLACES = f"""
    SELECT i.id, i.account_id, a.account_no, a.branch_id, a.state, m.service, m.serial_no, m.digits, m.multiplier,
           i.installed_on, i.removed_on, i.initial, {BILLED_TO}
    FROM billing_meterinstallation i
    JOIN billing_meter m ON m.id = i.meter_id
    JOIN accounts_account a ON a.id = i.account_id
"""  # noqa: S608 - our own text
# The keys are gathered first: an OR over two tables would read both of them whole.
_NAMED = """
    WHERE i.id = ANY (ARRAY(
        SELECT mine.id FROM billing_meter named JOIN billing_meterinstallation mine ON mine.meter_id = named.id
        WHERE named.serial_no = ANY (%s)
        UNION
        SELECT mine.id FROM accounts_account named JOIN billing_meterinstallation mine ON mine.account_id = named.id
        WHERE named.account_no = ANY (%s)))
    ORDER BY i.id
"""
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


def places_of(first_days: Mapping[int, datetime.date]) -> dict[int, Place]:
    """The installations by key, with the readings around a day each. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_PLACES} WHERE i.id = ANY (%s)", [list(first_days)])
        places = {row[0]: Place(*row) for row in cursor}
    read_known(places, first_days)
    return places


def places_named(serials: Iterable[str], account_nos: Iterable[str]) -> list[Place]:
    """Every installation of these meters and of these accounts, without readings. One query."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_PLACES} {_NAMED}", [list(serials), list(account_nos)])
        return [Place(*row) for row in cursor]


def read_known(places: Mapping[int, Place], first_days: Mapping[int, datetime.date]) -> None:
    """Give each place its readings: the last ones up to a day and all after it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_READINGS, [list(first_days), list(first_days.values()), READINGS_BEFORE])
        for installation_id, *reading in cursor:
            places[installation_id].known.append(Known(*reading))
