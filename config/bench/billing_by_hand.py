"""The limit of `bench billing`: the rows of a bill run, written in sets by somebody who knows this one tariff.

Read, price and write are statements over all accounts of a round at once; no row passes through a program. What it
knows is the water tariff of the demo company: residents in three tiers of a calendar year, everybody else flat.
"""

import datetime
from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any

from config.bench.billing_rows import PERIOD
from config.bench.scratch import application_session

# Category, component, its place in the bill, name, tier, from and up to which use, price.
_TIERS = ((1, None, 180, "2.07"), (2, 180, 260, "4.07"), (3, 260, None, "6.07"))
_FLAT = {
    "RESIDENT_SHARED": ("2.07", "1.57", "1.36"),
    "RESIDENT_PRICE_UNIT": ("3.07", "1.57", "1.36"),
    "NONRESIDENT": ("4.20", "2.30", "3.00"),
    "SPECIAL": ("4.00", "153.00", "3.00"),
}
_COMPONENTS = (("supply", "水费"), ("resource_fee", "水资源费（税）"), ("sewage", "污水处理费"))

_LOCK = "SELECT id FROM accounts_account WHERE id = ANY (%(ids)s) ORDER BY id FOR NO KEY UPDATE"
_READ = """
    CREATE TEMPORARY TABLE used ON COMMIT DROP AS
    SELECT nextval('billing_bill_id_seq') AS bill_id, a.id AS account_id, a.account_no, a.category, a.persons,
        last.period_to AS since, after.read_on, before.value AS shown_before, after.value AS shown_after, m.serial_no,
        (after.value - before.value) * m.multiplier AS quantity, position.counted
    FROM accounts_account a
    CROSS JOIN LATERAL (SELECT max(b.period_to) AS period_to FROM billing_bill b
        WHERE b.account_id = a.id AND b.kind = 'USAGE' AND b.state <> 'CANCELLED') last
    CROSS JOIN LATERAL (SELECT sum((b.tier_uses ->> '2026')::numeric) AS counted FROM billing_bill b
        WHERE b.account_id = a.id AND b.kind = 'USAGE' AND b.state <> 'CANCELLED') position
    JOIN billing_meterinstallation i ON i.account_id = a.id
    JOIN billing_meter m ON m.id = i.meter_id
    CROSS JOIN LATERAL (SELECT value FROM billing_reading r
        WHERE r.installation_id = i.id AND r.state = 'ACCEPTED' AND r.read_on <= last.period_to ORDER BY r.read_on DESC LIMIT 1) before
    CROSS JOIN LATERAL (SELECT value, read_on FROM billing_reading r
        WHERE r.installation_id = i.id AND r.state = 'ACCEPTED'
            AND r.read_on > last.period_to AND r.read_on <= %(until)s
        ORDER BY r.read_on DESC LIMIT 1) after
    WHERE a.id = ANY (%(ids)s)
        AND NOT EXISTS (SELECT FROM billing_bill b WHERE b.account_id = a.id AND b.kind = 'USAGE'
                        AND b.period || '' = %(period)s AND b.state <> 'CANCELLED')
"""
_PRICE = """
    CREATE TEMPORARY TABLE priced ON COMMIT DROP AS
    SELECT bill_id, account_id, category, row_number() OVER (PARTITION BY bill_id ORDER BY place, tier) AS position,
        component, component_name, tier, part, price, round(part * price, 2) AS amount
    FROM (
        SELECT u.bill_id, u.account_id, u.category, c.place, c.component, c.component_name, c.tier, c.price,
            CASE WHEN c.tier IS NULL THEN u.quantity
                 ELSE greatest(0, least(u.counted + u.quantity, coalesce(c.upto, u.counted + u.quantity))
                                  - greatest(u.counted, coalesce(c.since, u.counted))) END AS part
        FROM used u JOIN (VALUES {prices}) AS c (category, place, component, component_name, tier, since, upto, price)
            ON c.category = u.category) AS parts
    WHERE part > 0
"""
_BILLS = """
    INSERT INTO billing_bill (id, number, account_id, service, kind, period, period_from, period_to, run_id, tariff_id,
        issued_on, due_on, quantity, amount, outstanding, late_charge_left, state, basis, tier_uses)
    SELECT u.bill_id, u.account_no || '-' || %(period)s, u.account_id, 'WATER', 'USAGE', %(period)s, u.since, u.read_on,
        %(run)s, t.id, %(issued_on)s, %(issued_on)s::date + t.due_days, u.quantity, coalesce(p.amount, 0),
        coalesce(p.amount, 0), 0, CASE WHEN p.amount > 0 THEN 'OPEN' ELSE 'PAID' END,
        jsonb_build_object('category', lower(u.category), 'persons', u.persons, 'months', '1', 'unit', 'm3',
            'used_before', CASE u.category WHEN 'RESIDENT' THEN jsonb_build_object('2026', u.counted::text)
                                           ELSE '{}' END,
            'thresholds', CASE u.category WHEN 'RESIDENT' THEN '["180", "260"]'::jsonb ELSE '[]' END,
            'segments', jsonb_build_array(jsonb_build_object('meter', u.serial_no, 'from', u.shown_before::text,
                'to', u.shown_after::text, 'rollover', false, 'read_on', u.read_on)),
            'versions', jsonb_build_array(t.version)),
        CASE u.category WHEN 'RESIDENT' THEN jsonb_build_object('2026', u.quantity::text) ELSE '{}' END
    FROM used u
    LEFT JOIN (SELECT bill_id, sum(amount) AS amount FROM priced GROUP BY bill_id) p USING (bill_id)
    CROSS JOIN (SELECT id, due_days, (SELECT max(v.effective_from) FROM billing_tariffversion v
        WHERE v.tariff_id = tariff.id AND v.approved_at IS NOT NULL AND v.effective_from <= %(until)s) AS version
        FROM billing_tariff tariff WHERE service = 'WATER') t
"""
_LINES = """
    INSERT INTO billing_billline (bill_id, position, component, component_name, category, tier, quantity, unit_price,
        amount, sentence, sentence_en)
    SELECT bill_id, position, component, component_name, lower(category), tier, part, price, amount,
        coalesce('第' || (ARRAY['一', '二', '三'])[tier] || '阶梯 ', '') || trim_scale(part) || ' 立方米 × ' || price || ' 元',
        coalesce('Tier ' || tier || ': ', '') || trim_scale(part) || ' m³ × ' || price || ' yuan'
    FROM priced
"""
_POSTINGS = """
    INSERT INTO billing_posting (debit, credit, amount, account_id, business_date, posted_at, bill_id)
    SELECT 'receivable', 'revenue:' || component, amount, account_id, %(issued_on)s, %(at)s, bill_id
    FROM priced WHERE amount > 0
"""
_BALANCES = """
    INSERT INTO billing_balance (account_id, receivable, prepaid)
    SELECT account_id, sum(amount), 0 FROM priced GROUP BY account_id
    ON CONFLICT (account_id) DO UPDATE SET receivable = billing_balance.receivable + EXCLUDED.receivable
"""
_CREDITS = """
    SELECT account_id, prepaid - receivable FROM billing_balance
    WHERE prepaid > receivable AND account_id = ANY (%(ids)s)
"""
_CHUNKS = """
    UPDATE billing_billrunchunk SET state = 'PUBLISHED', published_at = %(at)s, worker = 'by hand',
        bills = accounts WHERE id = ANY (%(chunks)s)
"""


def bill_by_hand(
    run_id: int,
    chunk_ids: Sequence[int],
    account_ids: Sequence[int],
    issued_on: datetime.date,
    at: datetime.datetime,
) -> int:
    """Bill the accounts of the chunks in one transaction; says how many."""
    values = {
        "run": run_id, "ids": list(account_ids), "chunks": list(chunk_ids), "period": PERIOD, "issued_on": issued_on,
        "until": datetime.date(2026, 10, 31), "at": at,
    }  # fmt: skip
    price = _PRICE.format(prices=", ".join(["%s"] * len(_prices())))
    with closing(application_session()) as session, session, session.cursor() as cursor:
        cursor.execute(_LOCK, values)
        cursor.execute(_READ, values)
        cursor.execute("ANALYZE used")
        cursor.execute(price, _prices())
        cursor.execute("ANALYZE priced")
        for statement in (_BILLS, _LINES, _POSTINGS, _BALANCES, _CREDITS, _CHUNKS):
            cursor.execute(statement, values)
    return len(account_ids)


def _prices() -> list[tuple[Any, ...]]:
    supply, supply_name = _COMPONENTS[0]
    rows: list[tuple[Any, ...]] = [
        ("RESIDENT", 1, supply, supply_name, tier, since, upto, Decimal(price))
        for tier, since, upto, price in _TIERS
    ]
    for category, prices in {"RESIDENT": ("", "1.57", "1.36"), **_FLAT}.items():
        rows += [
            (category, place, *component, None, None, None, Decimal(price))
            for place, (component, price) in enumerate(zip(_COMPONENTS, prices, strict=True), 1)
            if price
        ]
    return rows
