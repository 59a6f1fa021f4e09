"""How many of a list of accounts a reminder would reach, and why the others get none: counted in one statement."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from billing.models import ArrearsHold
from billing.queries.arrears.call_list import LIVE
from billing.queries.arrears.holds import CONTESTED, HELD

# The same reasons in the same order as Reminder.why_no_sms, which decides for each message once more.
_COUNTS = f"""
    WITH {HELD}, owing AS (
        SELECT DISTINCT account_id FROM billing_bill
        WHERE account_id = ANY (%(ids)s) AND state = 'OPEN' AND due_on < %(on)s
    ), number AS (
        SELECT DISTINCT ON (customer_id) customer_id, phone FROM accounts_contact
        WHERE kind = 'MOBILE' AND NOT is_wrong ORDER BY customer_id, id
    ), judged AS (
        SELECT CASE
            WHEN owing.account_id IS NULL THEN 'NO_DEBT'
            WHEN a.state = 'CLOSED' THEN 'CLOSED'
            WHEN held.whole IS TRUE OR {CONTESTED} THEN 'HELD'
            WHEN number.phone IS NULL THEN 'NO_NUMBER'
            WHEN EXISTS (SELECT FROM billing_optout o WHERE o.phone = number.phone) THEN 'OPTED_OUT'
            WHEN EXISTS (SELECT FROM billing_message m WHERE m.account_id = a.id
                AND m.state = ANY (%(live)s) AND m.queued_at > %(since)s) THEN 'REMINDED'
            WHEN EXISTS (SELECT FROM billing_message m WHERE m.dedupe_key
                = 'day:' || to_char(%(on)s::date, 'YYYYMMDD') || ':' || %(template)s || ':' || a.id) THEN 'TODAY_ALREADY'
            ELSE '' END AS why
        FROM accounts_account a
        LEFT JOIN owing ON owing.account_id = a.id
        LEFT JOIN held ON held.account_id = a.id
        LEFT JOIN number ON number.customer_id = a.customer_id
        WHERE a.id = ANY (%(ids)s)
    )
    SELECT why, count(*) FROM judged GROUP BY why ORDER BY why
"""  # noqa: S608 - texts of our own


@dataclass(frozen=True, slots=True)
class MailingPreview:
    """What a mailing would do now; nothing was written."""

    wanted: int
    recipients: int
    left_out: dict[str, int]


def preview_mailing(
    account_ids: Collection[int], *, template: str, at: datetime.datetime, on: datetime.date, spare_days: int
) -> MailingPreview:
    """Count whom a text would reach now, and by reason those that get none. One query."""
    values = {
        "ids": list(account_ids),
        "on": on,
        "template": template,
        "live": list(LIVE),
        "since": at - datetime.timedelta(days=spare_days),
        "hold_all": list(ArrearsHold.HOLD_ALL),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        counts = {why: int(count) for why, count in cursor.fetchall()}
    recipients = counts.pop("", 0)
    return MailingPreview(len(values["ids"]), recipients, counts)
