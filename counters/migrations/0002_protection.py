from django.db import migrations

from accounts.database import append_only, changes_only_in, rows_stay

# A closed shift is as final as the receipts in it: the count, once signed, stays.
CLOSED_SHIFT = """
CREATE FUNCTION counters_keep_closed_shift() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state = 'CLOSED' THEN
        RAISE EXCEPTION 'shift % is closed', OLD.code USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closed_shift_stays_closed BEFORE UPDATE ON counters_shift
    FOR EACH ROW EXECUTE FUNCTION counters_keep_closed_shift();

CREATE FUNCTION counters_check_shift_is_open() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM counters_shift WHERE id = NEW.shift_id AND state = 'OPEN';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the shift of this till entry is not open' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER till_entry_needs_an_open_shift BEFORE INSERT ON counters_tillentry
    FOR EACH ROW EXECUTE FUNCTION counters_check_shift_is_open();
"""

UNDO_CLOSED_SHIFT = """
DROP FUNCTION counters_keep_closed_shift() CASCADE;
DROP FUNCTION counters_check_shift_is_open() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("counters", "0001_initial")]

    operations = [
        append_only("counters_tillentry"),
        append_only("counters_cashcount"),
        changes_only_in(
            "counters_shift",
            (
                "state",
                "receipts_issued",
                "closed_at",
                "counted",
                "expected",
                "difference_reason",
                "approved_by_id",
            ),
            ("code", "window_id", "cashier_id", "business_date", "opened_at", "opening_float"),
        ),
        rows_stay("counters_hall", "counters_window"),
        migrations.RunSQL(CLOSED_SHIFT, UNDO_CLOSED_SHIFT),
    ]
