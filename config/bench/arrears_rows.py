"""A company in which one account in twelve has not paid: bills, and a ladder for every service and class."""

import datetime

from django.db import connection, connections

from accounts.models.account import Service
from billing.models import ArrearsPolicy, ArrearsPolicyVersion, PolicyStep
from config.bench.copies import copy_households
from config.bench.town import Say, settle
from config.demo.company import Company

ON = datetime.date(2026, 11, 23)
# So many accounts are made one by one; the others are copies.
SAMPLE = 20_000

# One in 12.5 is overdue, by up to two hundred days; some of the others owe something that is not due yet.
_BILLS = """
    INSERT INTO billing_bill (number, account_id, service, kind, period, period_from, period_to, issued_on,
        due_on, quantity, amount, outstanding, late_charge_left, state, basis, tier_uses)
    SELECT a.account_no || '-2026-09', a.id, a.service, 'USAGE', '2026-09', %(on)s::date - 260, %(on)s::date - 230,
        %(on)s::date - 230,
        CASE WHEN a.id %% 25 < 2 THEN %(on)s::date - 1 - (a.id %% 200)::int ELSE %(on)s::date + 20 END,
        10, 20 + a.id %% 500, 20 + a.id %% 500, 0, 'OPEN', '{}', '{}'
    FROM accounts_account a WHERE a.id %% 25 < 6
"""
# What a first morning writes, children first.
_WRITTEN = ("billing_casestep", "billing_arrearscase", "accounts_jobrun")
_CONTESTED = "UPDATE accounts_account SET is_disputed = true WHERE id % 1000 = 25"


def settle_debtors(accounts: int, at: datetime.datetime, say: Say) -> Company:
    """Fill the empty database with the company and its debts."""
    company = settle(min(accounts, SAMPLE), ON, say, searched=False)
    if accounts > SAMPLE:
        say(f"copied until there are {accounts}")
        copy_households(accounts)
    for service in Service.values:
        for customer_class in ArrearsPolicy.CustomerClass.values:
            _enter_ladder(service, customer_class, company, at)
    say("bills")
    with connection.cursor() as cursor:
        cursor.execute(_BILLS, {"on": ON})
        cursor.execute(_CONTESTED)
    forget_the_morning()
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connections["owner"].close()
    return company


def forget_the_morning() -> None:
    """Every turn begins on the same morning: the owner empties what the last one wrote, in this scratch database."""
    with connections["owner"].cursor() as cursor:
        # Emptied one by one: what hangs on a case stays for ever, and a TRUNCATE would reach for it.
        for table in _WRITTEN:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own names
        cursor.execute(f"VACUUM ANALYZE {', '.join(_WRITTEN)}")
    connections["owner"].close()


def _enter_ladder(service: str, customer_class: str, company: Company, at: datetime.datetime) -> None:
    policy = ArrearsPolicy.objects.create(
        code=f"{service}-{customer_class}".lower(),
        name=service,
        name_en=service,
        service=service,
        customer_class=customer_class,
    )
    version = ArrearsPolicyVersion.objects.create(
        policy=policy,
        effective_from=datetime.date(2020, 1, 1),
        min_overdue_days=1,
        threshold="30.00",
        made_at=at,
        made_by=company.finance,
    )
    steps = (("INFORM", "SMS", 1, False), ("LETTER", "LETTER", 10, False), ("STOP", "ORDER", 15, True))
    for position, (stage, channel, min_days, needs_approval) in enumerate(steps, 1):
        PolicyStep.objects.create(
            version=version,
            position=position,
            stage=stage,
            channel=channel,
            template="reminder",
            min_days=min_days,
            needs_approval=needs_approval,
            stops_supply=stage == "STOP",
        )
    version.state, version.approved_at, version.approved_by = "APPROVED", at, company.manager
    version.save()
