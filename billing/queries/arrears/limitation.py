"""When the right to demand a bill lapses: three years from its due date, from the last part paid, or from the last
demand that can be proved (domain.md 2.6.1). The debt remains afterwards; only the defence arises."""

import datetime
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import connection

from billing.models import DeliveryProof

Proof = DeliveryProof.Kind

YEARS = 3
# So many days before its end a limitation is on the list.
WARNED_DAYS = 90
# A notice at the door counts for little, and an order carried out is no demand.
PROVABLE = (Proof.SIGNED, Proof.POST, Proof.CALL, Proof.SMS_REPORT)

# The open bills of the accounts in `chosen (account_id)` that are overdue on %(on)s, each with the last day on which
# it can be demanded. A proof interrupts for the bills that its step named.
LIMITS = """
    demanded AS (
        SELECT bill::bigint AS bill_id, max((proof.delivered_at AT TIME ZONE 'Asia/Shanghai')::date) AS demanded_on
        FROM chosen JOIN billing_arrearscase c ON c.account_id = chosen.account_id
        JOIN billing_casestep s ON s.case_id = c.id
        JOIN billing_deliveryproof proof ON proof.step_id = s.id AND proof.kind = ANY (%(provable)s)
        CROSS JOIN LATERAL jsonb_array_elements_text(s.facts -> 'bills') AS bill
        GROUP BY 1
    ), owing AS (
        SELECT b.id AS bill_id, b.account_id, b.outstanding + b.late_charge_left AS amount, b.due_on,
            demanded.demanded_on, paid.paid_on,
            (GREATEST(b.due_on, demanded.demanded_on, paid.paid_on) + interval '3 years')::date AS lapses_on
        FROM chosen JOIN billing_bill b ON b.account_id = chosen.account_id
        LEFT JOIN demanded ON demanded.bill_id = b.id
        LEFT JOIN LATERAL (
            SELECT max(m.business_date) AS paid_on
            FROM billing_allocation part JOIN billing_payment m ON m.id = part.payment_id
            WHERE part.bill_id = b.id AND NOT EXISTS (SELECT FROM billing_reversal r WHERE r.payment_id = m.id)
        ) paid ON true
        WHERE b.state = 'OPEN' AND b.due_on < %(on)s
    )
"""
_OF_ACCOUNTS = f"""
    WITH chosen AS (SELECT unnest(%(ids)s::bigint[]) AS account_id), {LIMITS}
    SELECT bill_id, lapses_on, demanded_on, paid_on FROM owing
"""  # noqa: S608 - texts of our own


class Limitation(NamedTuple):
    """Until when a bill can be demanded, and what interrupted the years last."""

    lapses_on: datetime.date
    demanded_on: datetime.date | None
    paid_on: datetime.date | None


def limitations_of(account_ids: Collection[int], on: datetime.date) -> dict[int, Limitation]:
    """The limitation of every overdue bill of the accounts, by bill. One query."""
    values: dict[str, Any] = {"ids": list(account_ids), "on": on, "provable": list(PROVABLE)}
    with connection.cursor() as cursor:
        cursor.execute(_OF_ACCOUNTS, values)
        return {bill_id: Limitation(*rest) for bill_id, *rest in cursor.fetchall()}
