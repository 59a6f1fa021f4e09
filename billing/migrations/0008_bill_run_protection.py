"""What is published stays published, and a closed period takes no more bills."""

from typing import Any

from django.db import migrations

from accounts.database import append_only
from accounts.roles import give_permissions

PUBLISHED_CHUNKS = """
CREATE TRIGGER published_chunk_stays_published BEFORE UPDATE OR DELETE ON billing_billrunchunk
    FOR EACH ROW WHEN (OLD.state = 'PUBLISHED') EXECUTE FUNCTION accounts_refuse_change();
"""
UNDO_PUBLISHED_CHUNKS = "DROP TRIGGER published_chunk_stays_published ON billing_billrunchunk;"

# Whoever writes a bill of a period holds a shared lock on it until commit; whoever closes it waits for them and,
# once it is closed, the next bill sees the row. A bill that replaces another is a correction and may follow.
CLOSED_PERIODS = """
CREATE FUNCTION billing_check_period_is_open() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE billed record; wrong text;
BEGIN
    FOR billed IN SELECT DISTINCT service, period FROM new_rows WHERE kind IN ('USAGE', 'HEATING') ORDER BY 1, 2
    LOOP
        PERFORM pg_advisory_xact_lock_shared(7031, hashtext(billed.service || ' ' || billed.period));
        PERFORM 1 FROM billing_periodclose closed JOIN billing_billrun run ON run.id = closed.run_id
            WHERE run.service = billed.service AND run.period = billed.period;
        CONTINUE WHEN NOT FOUND;
        SELECT bill.number INTO wrong FROM new_rows bill
        JOIN accounts_account account ON account.id = bill.account_id
        JOIN billing_billrun run ON run.service = bill.service AND run.period = bill.period
            AND (run.branch_id IS NULL OR run.branch_id = account.branch_id)
        JOIN billing_periodclose closed ON closed.run_id = run.id
        WHERE bill.kind IN ('USAGE', 'HEATING') AND bill.service = billed.service AND bill.period = billed.period
            AND to_jsonb(bill) ->> 'replaces_id' IS NULL
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'bill % is of a period that is closed', wrong USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER closed_period_takes_no_bills AFTER INSERT ON billing_bill REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION billing_check_period_is_open();

CREATE FUNCTION billing_lock_period() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7031, hashtext(service || ' ' || period)) FROM billing_billrun WHERE id = NEW.run_id;
    RETURN NEW;
END $$;
CREATE TRIGGER closing_a_period_waits_for_its_bills BEFORE INSERT ON billing_periodclose
    FOR EACH ROW EXECUTE FUNCTION billing_lock_period();
"""
UNDO_CLOSED_PERIODS = """
DROP FUNCTION billing_check_period_is_open() CASCADE;
DROP FUNCTION billing_lock_period() CASCADE;
"""

# Runs from before there were chunks: what was finished is published.
# With the statistics of a table that has just begun to grow, each chunk of bills would read the whole of it.
CHECKED_BY_KEYS = """
ALTER FUNCTION billing_check_bill_lines() SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off;
"""
UNDO_CHECKED_BY_KEYS = """
ALTER FUNCTION billing_check_bill_lines() RESET enable_seqscan RESET enable_hashjoin RESET enable_mergejoin;
"""

BOOKS = ("finance", "supervisor", "manager", "auditor")
GIVEN = {
    "publish_billrun": ("finance",),
    "close_period": ("finance",),
    "view_billrunfinding": BOOKS,
    "change_billrunfinding": ("finance", "supervisor"),
    "view_periodclose": BOOKS,
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "billing", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_reading_walls_and_roles")]

    operations = [
        append_only("billing_periodclose"),
        migrations.RunSQL(PUBLISHED_CHUNKS, UNDO_PUBLISHED_CHUNKS),
        migrations.RunSQL(CLOSED_PERIODS, UNDO_CLOSED_PERIODS),
        migrations.RunSQL(CHECKED_BY_KEYS, UNDO_CHECKED_BY_KEYS),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
