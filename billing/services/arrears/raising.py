"""Accounts come onto the ladder and their next steps are raised, for many accounts in one statement."""

import datetime
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import connection

from accounts.keys import key_array
from billing.models import ArrearsHold
from billing.queries.arrears.debts import DEBTS
from billing.queries.arrears.holds import CONTESTED, HELD, LOW_INCOME
from billing.queries.arrears.policies import RESIDENTS

# A step that could not be delivered, or whose order was refused, is raised again after so many days.
TRY_AGAIN_DAYS = 7

# The version of the own branch before that for all branches. No skipping: the next position and no other.
# What stood before is read once, ahead of the rows that this statement adds: a step is looked for where one can be.
_RAISE = f"""
    WITH {DEBTS}, {HELD}, version AS (
        SELECT DISTINCT ON (p.id) p.service, p.customer_class, p.branch_id, v.id, v.threshold, v.min_overdue_days
        FROM billing_arrearspolicy p
        JOIN billing_arrearspolicyversion v ON v.policy_id = p.id
            AND v.state = 'APPROVED' AND v.effective_from <= %(on)s
        ORDER BY p.id, v.effective_from DESC
    ), debtor AS (
        SELECT debt.*, a.branch_id, a.service, a.customer_id, {CONTESTED} AS contested,
            CASE WHEN a.category = ANY (%(residents)s) THEN 'RESIDENT' ELSE 'OTHER' END AS customer_class
        FROM debt JOIN accounts_account a ON a.id = debt.account_id
    ), standing AS MATERIALIZED (
        SELECT c.id, c.account_id, c.version_id, c.level, c.reached_on, EXISTS (
            SELECT FROM billing_casestep s WHERE s.case_id = c.id AND s.position = c.level + 1
                AND (s.state IN ('PROPOSED', 'DUE', 'SENT', 'DONE')
                     OR s.raised_on > %(on)s - %(again)s
                        AND (s.state = 'FAILED' OR EXISTS (SELECT FROM billing_supplyorder o
                             WHERE o.step_id = s.id AND o.state = 'REFUSED')))) AS is_tried
        FROM billing_arrearscase c WHERE c.state = 'OPEN' AND c.account_id = ANY (%(ids)s)
    ), opened AS (
        INSERT INTO billing_arrearscase (account_id, version_id, state, level, opened_on, ending)
        SELECT d.account_id, COALESCE(own.id, every.id), 'OPEN', 0, %(on)s, ''
        FROM debtor d
        LEFT JOIN version own ON (own.service, own.customer_class, own.branch_id)
            = (d.service, d.customer_class, d.branch_id)
        LEFT JOIN version every ON (every.service, every.customer_class) = (d.service, d.customer_class)
            AND every.branch_id IS NULL
        WHERE d.amount >= GREATEST(COALESCE(own.threshold, every.threshold), 0.01)
            AND %(on)s - d.oldest >= COALESCE(own.min_overdue_days, every.min_overdue_days)
            AND d.account_id NOT IN (SELECT account_id FROM standing)
        RETURNING id, account_id, version_id, level, reached_on
    ), climber AS (
        SELECT id, account_id, version_id, level, reached_on FROM standing WHERE NOT is_tried
        UNION ALL SELECT * FROM opened
    ), raised AS (
        INSERT INTO billing_casestep (case_id, rule_id, position, state, raised_on, facts, reason)
        SELECT c.id, r.id, r.position, CASE WHEN r.needs_approval THEN 'PROPOSED' ELSE 'DUE' END, %(on)s,
            jsonb_build_object('debt', d.amount::text, 'oldest_due_on', d.oldest, 'bills', d.bills), ''
        FROM climber c
        JOIN debtor d ON d.account_id = c.account_id
        JOIN billing_policystep r ON r.version_id = c.version_id AND r.position = c.level + 1
        LEFT JOIN held ON held.account_id = c.account_id
        WHERE %(on)s - COALESCE(c.reached_on, d.oldest) >= r.min_days
            AND NOT d.contested AND held.whole IS NOT TRUE
            AND NOT (r.channel = 'ORDER' AND (held.account_id IS NOT NULL OR EXISTS (
                SELECT FROM accounts_customer p WHERE p.id = d.customer_id AND {LOW_INCOME})))
        RETURNING id, rule_id, state
    )
    SELECT (SELECT count(*) FROM opened), (SELECT count(*) FROM raised),
        ARRAY(SELECT raised.id FROM raised JOIN billing_policystep r ON r.id = raised.rule_id
              WHERE r.channel = 'ORDER' ORDER BY 1)
"""  # noqa: S608 - texts of our own


class Raised(NamedTuple):
    """How many cases and steps, and the steps among them that ask for an order to the field."""

    opened: int
    steps: int
    to_order: list[int]


def raise_steps(account_ids: Collection[int], on: datetime.date) -> Raised:
    """Open the cases that begin on the day, and raise the next step of every case that waited long enough.

    The caller holds the locks of the accounts, so what stands is seen. Doing it twice raises nothing twice; without
    the locks the rows would forbid it.
    """
    values: dict[str, Any] = {
        "ids": key_array(account_ids),
        "on": on,
        "hold_all": list(ArrearsHold.HOLD_ALL),
        "residents": list(RESIDENTS),
        "again": TRY_AGAIN_DAYS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, values)
        return Raised(*(cursor.fetchone() or (0, 0, [])))
