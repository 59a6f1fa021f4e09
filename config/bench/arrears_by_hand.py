"""The limit of `bench arrears`: the cases and steps of one morning in two statements, by somebody who knows the ladders.

No locks, no holds that were entered, no cases from before: it selects who owes and inserts the same rows, the run of the
day and its line in the audit trail among them.
"""

import datetime

from django.db import connection, transaction

_CASES = """
    INSERT INTO billing_arrearscase (account_id, version_id, state, level, opened_on, ending)
    SELECT debt.account_id, v.id, 'OPEN', 0, %(on)s, ''
    FROM (SELECT account_id, sum(outstanding + late_charge_left) AS amount FROM billing_bill
          WHERE state = 'OPEN' AND due_on < %(on)s GROUP BY account_id) debt
    JOIN accounts_account a ON a.id = debt.account_id
    JOIN billing_arrearspolicy p ON p.service = a.service AND p.customer_class
        = CASE WHEN a.category IN ('RESIDENT', 'RESIDENT_SHARED') THEN 'RESIDENT' ELSE 'OTHER' END
    JOIN billing_arrearspolicyversion v ON v.policy_id = p.id
    WHERE debt.amount >= v.threshold
"""
_STEPS = """
    INSERT INTO billing_casestep (case_id, rule_id, position, state, raised_on, facts, reason)
    SELECT c.id, r.id, 1, 'DUE', %(on)s,
        jsonb_build_object('debt', debt.amount::text, 'oldest_due_on', debt.oldest, 'bills', debt.bills), ''
    FROM (SELECT account_id, sum(outstanding + late_charge_left) AS amount, min(due_on) AS oldest,
              array_agg(id ORDER BY due_on, id) AS bills
          FROM billing_bill WHERE state = 'OPEN' AND due_on < %(on)s GROUP BY account_id) debt
    JOIN billing_arrearscase c ON c.account_id = debt.account_id AND c.state = 'OPEN'
    JOIN accounts_account a ON a.id = c.account_id AND NOT a.is_disputed AND NOT a.is_in_court
    JOIN billing_policystep r ON r.version_id = c.version_id AND r.position = 1
"""
_RUN = """
    WITH run AS (
        INSERT INTO accounts_jobrun (job, slot, state, attempts, started_at, finished_at, error, summary)
        SELECT 'run_arrears', %(on)s, 'DONE', 1, %(at)s, %(at)s, '', jsonb_build_object(
            'accounts', count(DISTINCT account_id), 'opened', %(opened)s, 'closed', 0, 'steps', %(steps)s,
            'held_back', 0, 'promises', 0, 'broken', '[]'::jsonb)
        FROM billing_bill WHERE state = 'OPEN' AND due_on < %(on)s
        RETURNING id, summary
    )
    INSERT INTO accounts_auditentry (at, action, object_type, object_id, reason, details)
    SELECT %(at)s, 'run_arrears', 'accounts.jobrun', id::text, '', summary FROM run
"""


@transaction.atomic
def work_by_hand(on: datetime.date, at: datetime.datetime) -> None:
    """Open the cases of the day, raise their first steps, and say so."""
    with connection.cursor() as cursor:
        written = []
        for statement in (_CASES, _STEPS):
            cursor.execute(statement, {"on": on})
            written.append(cursor.rowcount)
        opened, steps = written
        cursor.execute(_RUN, {"on": on, "at": at, "opened": opened, "steps": steps})
