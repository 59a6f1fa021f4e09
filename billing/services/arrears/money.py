"""Money came or went, through whatever channel: the ladder looks at once, in the transaction of the money."""

import datetime
from collections.abc import Collection

from django.db import connection, transaction

from billing.business_date import business_date_of
from billing.services.arrears.closing import close_cases
from billing.services.arrears.promises import settle_promises

_CONCERNED = """
    SELECT account_id FROM billing_arrearscase WHERE state = 'OPEN' AND account_id = ANY (%(ids)s)
    UNION SELECT account_id FROM billing_promise WHERE state = 'OPEN' AND account_id = ANY (%(ids)s)
    UNION SELECT id FROM accounts_account WHERE state IN ('RESTRICTED', 'STOPPED') AND id = ANY (%(ids)s)
"""
# A case that this money closed goes on where it stood, unless the customer was reconnected in between or a new
# case began. What had been waiting then is raised by the next morning's run.
_REOPEN = """
    UPDATE billing_arrearscase c SET state = 'OPEN', closed_on = NULL, ending = ''
    WHERE c.id IN (SELECT max(id) FROM billing_arrearscase WHERE account_id = ANY (%(ids)s) GROUP BY account_id)
        AND c.state = 'CLOSED' AND c.ending IN ('PAID', 'BELOW_THRESHOLD') AND c.closed_on >= %(since)s
        AND NOT EXISTS (SELECT FROM billing_supplyorder o WHERE o.account_id = c.account_id
                        AND o.kind = 'RESTORE' AND o.state = 'DONE' AND o.done_at::date >= c.closed_on)
        AND (SELECT COALESCE(sum(b.outstanding + b.late_charge_left), 0) FROM billing_bill b
             WHERE b.account_id = c.account_id AND b.state = 'OPEN' AND b.due_on < %(on)s)
            >= GREATEST((SELECT threshold FROM billing_arrearspolicyversion v WHERE v.id = c.version_id), 0.01)
"""


@transaction.atomic(savepoint=False)
def money_came(account_ids: Collection[int], at: datetime.datetime) -> None:
    """Settle promises and close the cases that this money ended, with all that still waited in them.

    The caller holds the locks of the accounts. Costs one query where no account has a case, a promise or its supply cut.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNED, {"ids": list(account_ids)})
        concerned = [pk for (pk,) in cursor.fetchall()]
    if concerned:
        on = business_date_of(at)
        settle_promises(concerned, on, at)
        close_cases(concerned, on, at)


@transaction.atomic(savepoint=False)
def money_went(account_ids: Collection[int], *, since: datetime.date, at: datetime.datetime) -> None:
    """A payment of the day `since` was undone: what it had ended goes on. The caller holds the locks."""
    on = business_date_of(at)
    settle_promises(account_ids, on, at, since=since)
    with connection.cursor() as cursor:
        cursor.execute(_REOPEN, {"ids": list(account_ids), "on": on, "since": since})
