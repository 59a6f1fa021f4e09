"""A company in the middle of a working day: debts with their cases, paid months behind them, a day's payments."""

import datetime

from django.db import connection, connections

from accounts.models import Staff
from billing.services.arrears.daily_run import run_arrears
from config.bench.arrears_rows import ON, settle_debtors
from config.bench.payment_rows import open_windows
from config.bench.town import Say
from config.dashboard.hours import same_day_last_year

PAID_MONTHS = 3
WINDOWS = 12
# One account in so many pays on the day, and as many did a year before.
PAYS = 100
# Only rows are wanted here, not what follows from each: the owner lets the triggers of this scratch database rest.
_RESTING = ("billing_bill", "billing_payment", "billing_tender", "counters_tillentry", "billing_allocation")

_PAID = """
    INSERT INTO billing_bill (number, account_id, service, kind, period, period_from, period_to, issued_on, due_on,
        quantity, amount, outstanding, late_charge_left, state, basis, tier_uses)
    SELECT a.account_no || '-P' || month, a.id, a.service, 'USAGE', 'P' || month, %(on)s::date - 30 * month - 45,
        %(on)s::date - 30 * month - 15, %(on)s::date - 30 * month - 15, %(on)s::date - 30 * month, 10, 60, 0, 0, 'PAID',
        '{}', '{}'
    FROM accounts_account a, generate_series(1, %(months)s) AS month
"""
_PAYMENTS = """
    INSERT INTO billing_payment (request_id, fingerprint, channel, branch_id, account_id, business_date, taken_at,
        tendered, change_given, allocated, credited, policy)
    SELECT gen_random_uuid(), '', CASE WHEN a.id %% 10 = 0 THEN 'BANK' ELSE 'COUNTER' END, a.branch_id, a.id, %(day)s,
        %(day)s::timestamp AT TIME ZONE 'Asia/Shanghai' + interval '8 hours' + (a.id %% 32000) * interval '1 second',
        70, CASE WHEN a.id %% 10 = 0 THEN 0 ELSE 10 END, CASE WHEN a.id %% 10 = 0 THEN 70 ELSE 60 END, 0, '{}'
    FROM accounts_account a WHERE (a.id / 7) %% %(pays)s = 3
"""
_TENDERS = """
    INSERT INTO billing_tender (payment_id, position, method, amount, reference)
    SELECT id, 1, CASE WHEN channel = 'BANK' THEN 'BANK' ELSE 'CASH' END, tendered,
        CASE WHEN channel = 'BANK' THEN id::text ELSE '' END
    FROM billing_payment
"""
_TILLS = """
    INSERT INTO counters_tillentry (shift_id, kind, payment_id, cash_in, cash_out, entered_at)
    SELECT (SELECT array_agg(id ORDER BY id) FROM counters_shift)[1 + p.id %% %(windows)s], 'PAYMENT', p.id, 60, 0,
        p.taken_at
    FROM billing_payment p WHERE p.channel = 'COUNTER' AND p.business_date = %(on)s
"""


def settle_a_day(accounts: int, at: datetime.datetime, say: Say) -> Staff:
    """Fill the empty database; gives the manager who looks at it."""
    company = settle_debtors(accounts, at, say)
    say("the morning's run")
    run_arrears(ON, at=at)
    shifts = open_windows(company, WINDOWS, at)
    say("paid months and a day's payments")
    _rest("DISABLE")
    with connection.cursor() as cursor:
        cursor.execute(_PAID, {"on": ON, "months": PAID_MONTHS})
        for day in (ON, same_day_last_year(ON)):
            cursor.execute(_PAYMENTS, {"day": day, "pays": PAYS})
        cursor.execute(_TENDERS)
        cursor.execute(_TILLS, {"on": ON, "windows": len(shifts)})
    _rest("ENABLE")
    return company.manager


def _rest(word: str) -> None:
    with connections["owner"].cursor() as cursor:
        for table in _RESTING:
            cursor.execute(f"ALTER TABLE {table} {word} TRIGGER USER")
        if word == "ENABLE":
            cursor.execute("VACUUM ANALYZE")
    connections["owner"].close()
