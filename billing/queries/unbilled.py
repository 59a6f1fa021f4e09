"""What is still to be billed for a period, read in sets."""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accounts.models import Account
from billing.models import Bill, GasCard, HeatSuspension, HouseholdConversion, Reading
from billing.queries.households import Household, proofs_of
from billing.queries.meter_places import ACCOUNT_BILLED_TO, METER_BILLED_TO
from billing.rating.consumption import Segment

# Someone who is stopped or suspended still owes what the meter counted before.
BILLED_BY_METER = ("ACTIVE", "RESTRICTED", "STOPPED", "SUSPENDED")
# Who is suspended owes the basic fee of the season, where the tariff has one.
BILLED_BY_AREA = ("ACTIVE", "RESTRICTED", "STOPPED", "SUSPENDED")


@dataclass(slots=True)
class MeteredUse:
    """The segments between what an account's meters are billed to and their last readings of the period."""

    since: datetime.date
    read_on: datetime.date
    segments: list[Segment] = field(default_factory=list)
    meters: list[str] = field(default_factory=list)
    # For each segment the day of its last reading: that is how far the meter is billed.
    read_ons: list[datetime.date] = field(default_factory=list)
    # Nothing but initial readings.
    is_new: bool = True


def accounts_to_bill(
    service: str, period: str, kind: str, branch_id: int | None, opened_by: datetime.date
) -> QuerySet[Account]:
    """The accounts that the period's run has not billed yet."""
    states = BILLED_BY_AREA if kind == Bill.Kind.HEATING else BILLED_BY_METER
    billed = Bill.objects.filter(account=OuterRef("pk"), kind=kind, period=period).exclude(
        state=Bill.State.CANCELLED
    )
    accounts = Account.objects.filter(
        ~Exists(billed), service=service, state__in=states, opened_on__lte=opened_by
    )
    if kind == Bill.Kind.HEATING:
        # Who was suspended for this season and has heat again owes the days that were billed then.
        resumed = HeatSuspension.objects.filter(
            account=OuterRef("pk"), season__season=period, state="RESUMED"
        )
        accounts = accounts.filter(~Exists(resumed))
    if kind == Bill.Kind.USAGE:
        # What passes a card meter was paid before.
        accounts = accounts.exclude(Exists(GasCard.objects.in_use().filter(account=OuterRef("pk"))))
    return accounts if branch_id is None else accounts.filter(branch_id=branch_id)


def billed_already(account_ids: Sequence[int], kind: str, period: str) -> set[int]:
    """Which of the accounts have a bill of the period."""
    with connection.cursor() as cursor:
        cursor.execute(_BILLED, [list(account_ids), kind, period])
        return {account_id for (account_id,) in cursor}


# By the account and nothing else: with the statistics from before the run the planner takes the period for rare,
# and reads all of its bills.
_BILLED = """
    SELECT account_id FROM billing_bill
    WHERE account_id = ANY (%s) AND kind = %s AND period || '' = %s AND state <> 'CANCELLED'
"""


def usual_amounts(account_ids: Sequence[int], kind: str, period: str) -> dict[int, Decimal]:
    """The mean of each account's last bills before the period; with fewer than two nothing is usual yet."""
    with connection.cursor() as cursor:
        cursor.execute(_USUAL, [list(account_ids), kind, period, LAST_BILLS])
        return dict(cursor.fetchall())


# Half a year of monthly bills: long enough for one odd bill, short enough for a household that has changed.
LAST_BILLS = 6
_USUAL = """
    SELECT a.id, avg(b.amount) FROM unnest(%s::bigint[]) AS a (id)
    CROSS JOIN LATERAL (
        SELECT amount FROM billing_bill
        WHERE account_id = a.id AND kind = %s AND period < %s AND state <> 'CANCELLED'
        ORDER BY period DESC LIMIT %s) b
    GROUP BY a.id HAVING count(*) > 1
"""


# Bills are made from accepted readings alone. A meter that was removed has its final reading in its own row;
# where no reading of that kind was written, it counts like one.
_READINGS = f"""
    WITH a AS MATERIALIZED (
        SELECT a.id, a.opened_on, {ACCOUNT_BILLED_TO} AS billed_to FROM accounts_account a WHERE a.id = ANY (%(ids)s))
    SELECT i.account_id, s.since, s.billed_to, m.serial_no, m.digits, m.multiplier,
           coalesce(first.value, i.initial), last.value, last.read_on, last.rolled_over,
           last.kind
    FROM (SELECT i.id,
              coalesce(%(since)s::date, {METER_BILLED_TO.format(account_billed_to="a.billed_to")}, a.opened_on) AS since,
              coalesce(%(since)s::date, a.billed_to, a.opened_on) AS billed_to
          FROM a
          JOIN billing_meterinstallation i ON i.account_id = a.id
          JOIN billing_meter m ON m.id = i.meter_id) s
    JOIN billing_meterinstallation i ON i.id = s.id
    JOIN billing_meter m ON m.id = i.meter_id
    LEFT JOIN LATERAL (SELECT r.value FROM billing_reading r
        WHERE r.installation_id = i.id AND r.state = 'ACCEPTED' AND r.read_on <= s.since
        ORDER BY r.read_on DESC LIMIT 1) first ON true
    JOIN LATERAL (SELECT r.value, r.read_on, r.kind,
            bool_or(r.rolled_over) OVER (ORDER BY r.read_on) AS rolled_over
        FROM (SELECT value, read_on, rolled_over, kind FROM billing_reading
              WHERE installation_id = i.id AND state = 'ACCEPTED'
                  AND read_on > s.since AND read_on <= %(until)s
              UNION ALL
              SELECT i.final, i.removed_on, false, 'FINAL'
              WHERE i.removed_on > s.since AND i.removed_on <= %(until)s
                  AND NOT EXISTS (SELECT FROM billing_reading f
                                  WHERE f.installation_id = i.id AND f.kind = 'FINAL')) r
        ORDER BY r.read_on DESC LIMIT 1) last ON true
    ORDER BY i.account_id, i.installed_on, i.id
"""  # noqa: S608 - our own text


def metered_uses(
    account_ids: Sequence[int], until: datetime.date, after: datetime.date | None = None
) -> dict[int, MeteredUse]:
    """The use of each account that has a reading which no bill has counted yet, or one after a day. One query."""
    uses: dict[int, MeteredUse] = {}
    with connection.cursor() as cursor:
        cursor.execute(_READINGS, {"ids": list(account_ids), "until": until, "since": after})
        for (
            account_id,
            since,
            billed_to,
            serial_no,
            digits,
            multiplier,
            start,
            end,
            read_on,
            rolled,
            kind,
        ) in cursor:
            use = uses.get(account_id)
            if use is None:
                use = uses[account_id] = MeteredUse(billed_to, read_on)
            use.read_on = max(use.read_on, read_on)
            # Where only a late reading is left to bill, the period is its own and lies before the last bill.
            use.since = min(use.since, since) if use.read_on <= billed_to else billed_to
            use.segments.append(Segment(start, end, digits, rolled, multiplier))
            use.meters.append(serial_no)
            use.read_ons.append(read_on)
            use.is_new = use.is_new and kind == Reading.Kind.INITIAL
    # A meter that has only just been put up makes no bill by itself.
    return {account_id: use for account_id, use in uses.items() if not use.is_new}


_POSITIONS = """
    SELECT b.account_id, used.key, sum(used.value::numeric)
    FROM billing_bill b, jsonb_each_text(b.tier_uses) AS used
    WHERE b.account_id = ANY (%s) AND b.kind IN ('USAGE', 'PURCHASE') AND b.state <> 'CANCELLED'
        AND b.period_to > %s AND b.period_to <= coalesce(%s, 'infinity'::date)
    GROUP BY b.account_id, used.key
"""


def tier_positions(
    account_ids: Sequence[int], on: datetime.date, upto: datetime.date | None = None
) -> dict[int, dict[str, Decimal]]:
    """Units already counted in each tier period, per account, by all bills or by those up to a day.

    No tier period is longer than a year.
    """
    positions: dict[int, dict[str, Decimal]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_POSITIONS, [list(account_ids), on - datetime.timedelta(days=400), upto])
        for account_id, key, used in cursor:
            positions[account_id][key] = used
    return positions


def accounts_with_facts(account_ids: Sequence[int], on: datetime.date) -> Sequence[Mapping[str, Any]]:
    """What pricing must know of each account on the day, and its household with what it has proved. Two queries."""
    conversion = HouseholdConversion.objects.filter(account=OuterRef("pk")).order_by("-converted_on")
    accounts = list(
        Account.objects.filter(pk__in=account_ids)
        .annotate(
            heat_method=Subquery(conversion.values("method")[:1]),
            converted_on=Subquery(conversion.values("converted_on")[:1]),
        )
        .order_by("pk")
        .values(
            "pk",
            "account_no",
            "branch_id",
            "category",
            "persons",
            "opened_on",
            "state",
            "heat_method",
            "converted_on",
            "billed_area",
            "premises__building_area",
            "premises__storey_height",
            "premises__district_id",
        )
    )
    proofs = proofs_of(account_ids, on)
    return [
        {**account, "household": Household(account["persons"], proofs.get(account["pk"], ()))}
        for account in accounts
    ]
