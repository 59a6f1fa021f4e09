"""Water accounts with meters, three quarters of a year of use behind them, and one reading to bill."""

import datetime
from collections.abc import Iterator

from django.db import connection, connections

from accounts.models.account import Service
from config.bench.town import SEED, Say, settle
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.households import Household
from config.demo.places import Town
from config.demo.population import ordinary_households
from config.demo.prices import enter_prices

PERIOD = "2026-10"
READ_BEFORE, READ_ON, ISSUED_ON = (
    datetime.date(2026, 9, 10), datetime.date(2026, 10, 10), datetime.date(2026, 10, 16),
)  # fmt: skip

_METERS = """
    INSERT INTO billing_meter (serial_no, service, digits, multiplier)
    SELECT 'W' || id, 'WATER', 7, 1 FROM accounts_account
"""
_INSTALLATIONS = """
    INSERT INTO billing_meterinstallation (meter_id, account_id, installed_on, initial)
    SELECT m.id, a.id, a.opened_on, 0 FROM accounts_account a JOIN billing_meter m ON m.serial_no = 'W' || a.id
"""
_READINGS = """
    INSERT INTO billing_reading (installation_id, read_on, value, kind, rolled_over)
    SELECT i.id, day, shown, 'ACTUAL', false
    FROM billing_meterinstallation i,
        LATERAL (VALUES (%(before)s::date, 500 + i.account_id %% 400),
                        (%(on)s::date, 503 + i.account_id %% 400 + i.account_id %% 23)) AS read (day, shown)
"""
# Nothing was charged for it, so it needs no lines: it only says where the tiers stand and since when.
_EARLIER_BILLS = """
    INSERT INTO billing_bill (number, account_id, service, kind, period, period_from, period_to, issued_on,
        due_on, quantity, amount, outstanding, late_charge_left, state, basis, tier_uses)
    SELECT account_no || '-2026-09', id, 'WATER', 'USAGE', '2026-09', %(before)s::date - 30, %(before)s, %(before)s,
        %(before)s, 0, 0, 0, 0, 'PAID', '{}',
        CASE category WHEN 'RESIDENT' THEN jsonb_build_object('2026', (80 + id %% 200)::text) ELSE '{}' END
    FROM accounts_account
"""


def settle_water(accounts: int, on: datetime.date, at: datetime.datetime, say: Say) -> Company:
    """Fill the empty database with a waterworks of so many accounts."""
    company = settle(accounts, on, say, who=_with_water, searched=False)
    enter_prices(made_by=company.finance, approved_by=company.manager, at=at)
    say("meters and readings")
    with connection.cursor() as cursor:
        for statement in (_METERS, _INSTALLATIONS, _READINGS, _EARLIER_BILLS):
            cursor.execute(statement, {"before": READ_BEFORE, "on": READ_ON})
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connections["owner"].close()
    return company


def _with_water(town: Town, chance: Chance, accounts: int) -> Iterator[Household]:
    """Households and units of the town, each with its water account alone."""
    left = accounts
    # Every service of a household counts there, and not everybody has water.
    for household in ordinary_households(town, chance, accounts * 4 + SEED):
        household.accounts[:] = [one for one in household.accounts if one.service == Service.WATER]
        if household.accounts:
            yield household
            left -= 1
        if not left:
            return
