"""Money moves supply orders at once: what has become needless ends, and the clock of a reconnection starts."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.rows import insert_rows
from accounts.services.audit import audit_entry
from billing.business_date import business_date_of
from billing.models import SupplyOrder
from billing.queries.arrears.debts import DEBTS

# Whose overdue debt is gone, or below the threshold of the policy that its last cut or its open case stood under.
_MONEY = f"""
    {DEBTS}, money AS (SELECT account.id AS account_id,
        coalesce(debt.amount, 0) = 0 OR debt.amount < coalesce(policy.threshold, 0) AS is_clear
    FROM accounts_account account
    LEFT JOIN debt ON debt.account_id = account.id
    LEFT JOIN LATERAL (
        SELECT version.threshold FROM billing_arrearscase arrears
        JOIN billing_arrearspolicyversion version ON version.id = arrears.version_id
        WHERE arrears.account_id = account.id ORDER BY arrears.id DESC LIMIT 1) policy ON true
    WHERE account.id = ANY (%(ids)s))
"""  # noqa: S608 -- our own words
_END = f"""
    WITH {_MONEY}
    UPDATE billing_supplyorder AS supply SET state = 'CANCELLED',
        reason = CASE WHEN money.is_clear THEN %(paid)s ELSE %(owed_again)s END
    FROM money
    WHERE money.account_id = supply.account_id AND supply.state IN ('PROPOSED', 'APPROVED')
        AND (supply.kind = 'RESTORE') <> money.is_clear
    RETURNING supply.id
"""  # noqa: S608 -- our own words
_RESTORE = f"""
    WITH {_MONEY}
    INSERT INTO billing_supplyorder (account_id, kind, state, due_at, payment_id, proposed_at, decided_at, photo,
                                     recheck, reason)
    SELECT account.id, 'RESTORE', 'APPROVED', %(at)s + make_interval(hours => term.hours), (
            SELECT max(share.payment_id) FROM billing_allocation share
            LEFT JOIN billing_reversal undone ON undone.payment_id = share.payment_id
            WHERE share.account_id = account.id AND undone.id IS NULL),
        %(at)s, %(at)s, '', '{{}}', ''
    FROM money
    JOIN accounts_account account ON account.id = money.account_id AND account.state IN ('RESTRICTED', 'STOPPED')
    JOIN billing_reconnectionterm term ON term.service = account.service
    WHERE money.is_clear
        -- Written off is not paid.
        AND NOT EXISTS (SELECT FROM billing_bill WHERE account_id = account.id AND written_off > 0)
    ORDER BY account.id
    ON CONFLICT DO NOTHING
    RETURNING id
"""  # noqa: S608 -- our own words


@transaction.atomic(savepoint=False)
def restore_after_payment(account_ids: Iterable[int], at: datetime.datetime) -> int:
    """Bring the orders of these accounts in line with their money. How many reconnections were started.

    The caller holds the locks of the accounts and has changed their bills. A cut that is not needed any more
    ends; an account that was cut and owes nothing overdue is to be supplied again within the hours of its service,
    counted from `at`; a reconnection whose payment was undone ends. Three statements, whatever the number.
    """
    words: dict[str, Any] = {
        "ids": list(account_ids),
        "on": business_date_of(at),
        "at": at,
        "paid": _("Paid."),
        "owed_again": _("The payment was undone."),
    }
    with connection.cursor() as cursor:
        cursor.execute(_END, words)
        ended = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_RESTORE, words)
        started = [pk for (pk,) in cursor.fetchall()]
    trail = [
        audit_entry(actor=None, action=action, on=SupplyOrder(pk=pk), at=at)
        for action, keys in (("arrears.cancel_order", ended), ("arrears.start_reconnection", started))
        for pk in keys
    ]
    if trail:
        insert_rows(trail)
    return len(started)
