"""Sums are compared parent by parent.

A session keeps the plan of a check that it made while the tables were small. A join could then begin at the wrong
end, with every bill there is, and read all the new rows for each: a set of bills took hours instead of a second.
What is asked for one parent cannot be turned round.
"""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE wrong {type};
BEGIN
    SELECT {named} INTO wrong FROM (SELECT DISTINCT {parent}_id AS id FROM new_rows) mine
    WHERE (SELECT sum({amount}) FROM {parts} part WHERE part.{parent}_id = mine.id)
        IS DISTINCT FROM (SELECT whole.{total} FROM billing_{parent} whole WHERE whole.id = mine.id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '{sentence}', wrong USING ERRCODE = 'check_violation';
    END IF;{more}
    RETURN NULL;
END $$;
"""
_OF_ANOTHER_ACCOUNT = """
    SELECT a.payment_id INTO wrong FROM new_rows a
    WHERE a.account_id <> (SELECT b.account_id FROM billing_bill b WHERE b.id = a.bill_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'payment % settles a bill of another account', wrong
            USING ERRCODE = 'check_violation';
    END IF;"""


def _of_payment(name: str, parts: str, amount: str, total: str, more: str = "") -> str:
    return _FUNCTION.format(
        name=f"billing_check_{name}", type="bigint", named="mine.id", parent="payment", parts=parts, amount=amount,
        total=total, sentence=f"the {name} of payment % do not add up", more=more,
    )  # fmt: skip


BY_KEY = [
    _FUNCTION.format(
        name="billing_check_bill_lines", type="text",
        named="(SELECT whole.number FROM billing_bill whole WHERE whole.id = mine.id)",
        parent="bill", parts="billing_billline", amount="part.amount", total="amount",
        sentence="the lines of bill % do not add up to its amount", more="",
    ),
    _of_payment("tenders", "billing_tender", "part.amount", "tendered"),
    _of_payment(
        "allocations", "billing_allocation", "part.principal + part.late_charge", "allocated", _OF_ANOTHER_ACCOUNT
    ),
    _of_payment("deposits", "billing_deposit", "part.amount", "credited"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("billing", "0031_corrections_follow")]

    # The names and meanings stay, so the way back leaves them.
    operations = [migrations.RunSQL(BY_KEY, migrations.RunSQL.noop)]
