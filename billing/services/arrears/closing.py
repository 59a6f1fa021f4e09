"""Cases end and steps become needless, for many accounts in one statement. The accounts are locked by the caller."""

import datetime
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.keys import key_array
from billing.models import ArrearsHold
from billing.queries.arrears.debts import DEBTS
from billing.queries.arrears.holds import CONTESTED, HELD, LOW_INCOME

# The steps in `ended` and what hangs on them: orders to cut that nobody carried out, messages that did not go out
# (a second one may wait though its step was delivered by the first).
# A message that a sender has in hand is left to it: it looks at the debt again before it sends.
_END_STEPS = """
    steps AS (
        UPDATE billing_casestep s SET state = 'CANCELLED', ended_at = %(at)s, reason = %(reason)s
        FROM ended WHERE s.id = ended.id AND s.state IN ('PROPOSED', 'DUE', 'SENT') RETURNING s.id
    ), orders AS (
        UPDATE billing_supplyorder o SET state = 'CANCELLED', reason = %(reason)s
        FROM ended WHERE o.step_id = ended.id AND o.state IN ('PROPOSED', 'APPROVED')
    ), messages AS (
        UPDATE billing_message m SET state = 'CANCELLED'
        WHERE m.id IN (SELECT id FROM billing_message
                       WHERE state = 'QUEUED' AND step_id IN (SELECT id FROM ended) FOR UPDATE SKIP LOCKED)
    )
"""
_CLOSE = f"""
    WITH {DEBTS}, over AS (
        SELECT c.id, COALESCE(debt.amount, 0) AS amount, c.account_id, c.opened_on
        FROM billing_arrearscase c
        JOIN billing_arrearspolicyversion v ON v.id = c.version_id
        LEFT JOIN debt ON debt.account_id = c.account_id
        WHERE c.state = 'OPEN' AND c.account_id = ANY (%(ids)s)
            AND COALESCE(debt.amount, 0) < GREATEST(v.threshold, 0.01)
    ), closed AS (
        UPDATE billing_arrearscase c SET state = 'CLOSED', closed_on = %(on)s, ending = CASE
            WHEN over.amount > 0 THEN 'BELOW_THRESHOLD'
            WHEN EXISTS (SELECT FROM billing_bill b
                         WHERE b.account_id = over.account_id AND b.state = 'WRITEOFF') THEN 'WRITTEN_OFF'
            WHEN EXISTS (SELECT FROM billing_allocation p JOIN billing_payment m ON m.id = p.payment_id
                         WHERE p.account_id = over.account_id AND m.business_date >= over.opened_on) THEN 'PAID'
            WHEN EXISTS (SELECT FROM billing_bill b
                         WHERE b.account_id = over.account_id AND b.state = 'CANCELLED') THEN 'CORRECTED'
            ELSE 'PAID' END
        FROM over WHERE c.id = over.id RETURNING c.id
    ), ended AS (
        SELECT s.id FROM billing_casestep s JOIN closed ON closed.id = s.case_id
    ), {_END_STEPS}
    SELECT (SELECT count(*) FROM closed), (SELECT count(*) FROM steps)
"""  # noqa: S608 - texts of our own
# What is on its way already is not held back: it has left the house.
_HOLD_BACK = f"""
    WITH {HELD}, ended AS (
        SELECT s.id FROM billing_arrearscase c
        JOIN billing_casestep s ON s.case_id = c.id AND s.state IN ('PROPOSED', 'DUE')
        JOIN billing_policystep r ON r.id = s.rule_id
        JOIN accounts_account a ON a.id = c.account_id
        JOIN accounts_customer p ON p.id = a.customer_id
        LEFT JOIN held ON held.account_id = c.account_id
        WHERE c.state = 'OPEN' AND c.account_id = ANY (%(ids)s)
            AND ({CONTESTED} OR held.whole
                 OR r.channel = 'ORDER' AND (held.account_id IS NOT NULL OR {LOW_INCOME}))
    ), {_END_STEPS}
    SELECT count(*) FROM steps
"""  # noqa: S608 - texts of our own


def close_cases(account_ids: Collection[int], on: datetime.date, at: datetime.datetime) -> int:
    """Close the cases of which nothing is owed any more, or less than the threshold; how many."""
    values: dict[str, Any] = {
        "ids": key_array(account_ids),
        "on": on,
        "at": at,
        "reason": _("The debt is gone."),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, values)
        closed, _steps = cursor.fetchone() or (0, 0)
    return int(closed)


def hold_back_steps(account_ids: Collection[int], on: datetime.date, at: datetime.datetime) -> int:
    """Take back the steps that wait and that something holds now; how many. They are raised again afterwards."""
    values: dict[str, Any] = {
        "ids": key_array(account_ids),
        "on": on,
        "at": at,
        "hold_all": list(ArrearsHold.HOLD_ALL),
        "reason": _("Something holds the ladder."),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_BACK, values)
        (held,) = cursor.fetchone() or (0,)
    return int(held)
