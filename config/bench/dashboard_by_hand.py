"""The limit of `bench dashboard`: the figures of a page in plain statements, by somebody who knows what is in the tables.

No links, no words, no objects: no limitation was ever interrupted, no credit was used, nothing was taken back.
"""

import datetime
from typing import Any

from django.db import connection

from config.dashboard.hours import same_day_last_year

_TAKINGS = """
    SELECT p.channel, s.window_id, t.method, count(DISTINCT p.id), sum(t.amount - p.change_given)
    FROM billing_payment p JOIN billing_tender t ON t.payment_id = p.id
    LEFT JOIN counters_tillentry e ON e.payment_id = p.id AND e.kind = 'PAYMENT'
    LEFT JOIN counters_shift s ON s.id = e.shift_id
    WHERE p.business_date = %(on)s AND p.channel IN ('COUNTER', 'BANK', 'PHONE')
        AND NOT EXISTS (SELECT FROM billing_reversal r WHERE r.payment_id = p.id)
    GROUP BY 1, 2, 3
"""
_HOURS = """
    SELECT business_date, extract(hour FROM taken_at AT TIME ZONE 'Asia/Shanghai')::int, sum(tendered - change_given)
    FROM billing_payment p
    WHERE business_date IN (%(on)s, %(before)s) AND channel IN ('COUNTER', 'BANK', 'PHONE')
        AND NOT EXISTS (SELECT FROM billing_reversal r WHERE r.payment_id = p.id)
    GROUP BY 1, 2
"""
_WINDOWS = """
    SELECT w.hall_id, w.id, EXISTS (SELECT FROM counters_shift s WHERE s.window_id = w.id AND s.state = 'OPEN')
    FROM counters_window w
"""
_LINE = """
    SELECT hall_id, count(*) FILTER (WHERE state = 'WAITING'), min(place_at) FILTER (WHERE state = 'WAITING')
    FROM counters_ticket WHERE business_date = %(on)s AND state IN ('WAITING', 'CALLED', 'SERVING', 'HELD') GROUP BY 1
"""
_PAUSES = "SELECT hall_id, window_id FROM counters_pause WHERE business_date = %(on)s AND ended_at IS NULL"
_WAITING = """
    SELECT (SELECT count(*) FROM billing_waiver WHERE state = 'PROPOSED'),
        (SELECT count(*) FROM billing_adjustment WHERE state = 'PROPOSED'),
        (SELECT count(*) FROM billing_correctionbatch WHERE state = 'PROPOSED'),
        (SELECT count(*) FROM billing_supplyorder WHERE state = 'PROPOSED'),
        (SELECT count(*) FROM billing_writeoff WHERE state = 'SECONDED'),
        (SELECT count(*) FROM billing_reading WHERE state = 'IN_REVIEW'),
        (SELECT count(*) FROM billing_heatsuspension WHERE state = 'APPLIED'),
        (SELECT count(*) FROM billing_temperaturerefund WHERE state = 'PROPOSED'),
        (SELECT count(*) FROM billing_tariffversion WHERE approved_by_id IS NULL AND submitted_at IS NOT NULL),
        (SELECT count(*) FROM billing_arrearspolicyversion WHERE state = 'DRAFT'),
        (SELECT count(*) FROM billing_message WHERE state = 'UNSURE')
"""
_ARREARS = """
    WITH debt AS (
        SELECT c.id AS case_id, b.account_id, sum(b.outstanding + b.late_charge_left) AS amount, min(b.due_on) AS oldest,
            min(GREATEST(b.due_on, (SELECT max(m.business_date) FROM billing_allocation part
                JOIN billing_payment m ON m.id = part.payment_id WHERE part.bill_id = b.id)) + interval '3 years')
                AS lapses_on
        FROM billing_arrearscase c JOIN billing_bill b ON b.account_id = c.account_id AND b.state = 'OPEN'
        WHERE c.state = 'OPEN' AND b.due_on < %(on)s GROUP BY 1, 2
    ), spoken AS (
        SELECT account_id, max(at) AS at FROM billing_contactattempt GROUP BY 1
    ), hold AS (
        SELECT account_id, bool_or(kind IN ('PROMISE', 'INSTALMENTS')) AS is_promised FROM billing_arrearshold
        WHERE lifted_at IS NULL AND starts_on <= %(on)s AND (ends_on IS NULL OR ends_on >= %(on)s) GROUP BY 1
    ), waiting AS (
        SELECT DISTINCT case_id FROM billing_casestep WHERE state = 'PROPOSED'
    )
    SELECT CASE WHEN %(on)s - oldest <= 30 THEN 1 WHEN %(on)s - oldest <= 90 THEN 2 WHEN %(on)s - oldest <= 180 THEN 3
            WHEN %(on)s - oldest <= 365 THEN 4 WHEN %(on)s - oldest <= 1095 THEN 5 ELSE 6 END AS age,
        count(*), sum(amount), count(*) FILTER (WHERE waiting.case_id IS NOT NULL),
        count(*) FILTER (WHERE lapses_on <= %(on)s::date + 90),
        count(*) FILTER (WHERE spoken.at IS NULL OR spoken.at < %(on)s::date - 30),
        count(*) FILTER (WHERE is_promised), count(*) FILTER (WHERE hold.account_id IS NOT NULL)
    FROM debt LEFT JOIN spoken USING (account_id) LEFT JOIN hold USING (account_id)
    LEFT JOIN waiting ON waiting.case_id = debt.case_id
    GROUP BY 1 ORDER BY 1
"""
_RECOVERY = """
    SELECT p.district_id, b.due_on < %(month)s, sum(CASE WHEN b.due_on < %(month)s THEN b.outstanding
            ELSE b.amount - b.adjusted END),
        sum(CASE WHEN b.due_on < %(month)s THEN 0 ELSE b.amount - b.adjusted - b.outstanding - b.written_off END)
    FROM billing_bill b JOIN accounts_account a ON a.id = b.account_id JOIN accounts_premises p ON p.id = a.premises_id
    WHERE b.due_on < %(next)s AND b.state <> 'CANCELLED' AND b.kind <> 'PURCHASE'
        AND (b.due_on >= %(month)s OR b.outstanding > 0)
    GROUP BY 1, 2
"""
_TARGETS = "SELECT district_id, kind, base * difficulty FROM billing_recoverytarget WHERE state = 'APPROVED'"
_RATINGS = """
    SELECT w.hall_id, count(*), count(r.id), sum(r.level)
    FROM billing_payment p JOIN counters_tillentry e ON e.payment_id = p.id AND e.kind = 'PAYMENT'
    JOIN counters_shift s ON s.id = e.shift_id JOIN counters_window w ON w.id = s.window_id
    LEFT JOIN service_quality_rating r ON r.payment_id = p.id
    WHERE p.channel = 'COUNTER' AND p.business_date BETWEEN %(month)s AND %(on)s AND p.taken_by_id IS NOT NULL
    GROUP BY 1
"""
_CARDS = "SELECT count(*) FROM service_quality_praisecard WHERE voided_at IS NULL AND given_on >= %(month)s"
_FOLLOW_UPS = "SELECT count(*) FROM service_quality_followup WHERE state = 'OPEN'"
_MATTERS = """
    SELECT count(*) FILTER (WHERE due_at < now()), count(*) FILTER (WHERE due_at IS NULL), count(*)
    FROM service_quality_matter WHERE closed_at IS NULL
"""
_JOBS = "SELECT DISTINCT ON (job) job, slot, state FROM accounts_jobrun ORDER BY job, slot DESC"
_FAILED = "SELECT count(*) FROM accounts_jobrun WHERE state = 'FAILED' AND slot >= %(on)s::date - 7"
_RUNS = "SELECT state, count(*) FROM billing_billrun GROUP BY 1"

STATEMENTS = {
    "takings": _TAKINGS, "hours": _HOURS, "windows": _WINDOWS, "line": _LINE, "pauses": _PAUSES,
    "waiting": _WAITING, "arrears": _ARREARS, "recovery": _RECOVERY, "targets": _TARGETS, "ratings": _RATINGS,
    "cards": _CARDS, "follow-ups": _FOLLOW_UPS, "matters": _MATTERS, "jobs": _JOBS, "failed": _FAILED, "runs": _RUNS,
}  # fmt: skip


def figures_by_hand(on: datetime.date) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every statement."""
    month = on.replace(day=1)
    values = {
        "on": on,
        "before": same_day_last_year(on),
        "month": month,
        "next": (month + datetime.timedelta(days=31)).replace(day=1),
    }
    found = {}
    with connection.cursor() as cursor:
        for name, statement in STATEMENTS.items():
            cursor.execute(statement, values)
            found[name] = cursor.fetchall()
    return found
