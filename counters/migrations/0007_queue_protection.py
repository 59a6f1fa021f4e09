from typing import Any

from django.db import migrations

from accounts.database import append_only, changes_only_in, rows_stay
from accounts.roles import give_permissions

# The same stands in Ticket.TRANSITIONS.
TRANSITIONS = """
    ('WAITING', 'CALLED'), ('WAITING', 'CANCELLED'),
    ('CALLED', 'SERVING'), ('CALLED', 'HELD'), ('CALLED', 'WAITING'), ('CALLED', 'DONE'), ('CALLED', 'NO_SHOW'),
    ('SERVING', 'HELD'), ('SERVING', 'WAITING'), ('SERVING', 'DONE'),
    ('HELD', 'CALLED'), ('HELD', 'WAITING'), ('HELD', 'NO_SHOW'),
    ('NO_SHOW', 'CALLED')
"""
KEEPS_TO_THE_TABLE = f"""
CREATE FUNCTION counters_check_ticket() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (VALUES {TRANSITIONS}) THEN
        RAISE EXCEPTION 'ticket % cannot go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ticket_follows_the_transition_table BEFORE UPDATE OF state ON counters_ticket
    FOR EACH ROW EXECUTE FUNCTION counters_check_ticket();

CREATE FUNCTION counters_keep_ended_row() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
        RAISE EXCEPTION '% % has ended', TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER period_ends_once BEFORE UPDATE OF ended_at ON counters_ticketperiod
    FOR EACH ROW EXECUTE FUNCTION counters_keep_ended_row();
CREATE TRIGGER pause_ends_once BEFORE UPDATE OF ended_at ON counters_pause
    FOR EACH ROW EXECUTE FUNCTION counters_keep_ended_row();
"""
UNDO = """
DROP FUNCTION counters_check_ticket() CASCADE;
DROP FUNCTION counters_keep_ended_row() CASCADE;
"""

AT_WORK = (
    "cashier",
    "adviser",
    "collector",
    "complaints",
    "finance",
    "supervisor",
    "manager",
    "auditor",
)
LOOKING_ON = ("supervisor", "manager", "auditor")
GIVEN = {
    "call_ticket": ("cashier",),
    "see_the_hall": LOOKING_ON,
    "run_the_hall": ("supervisor",),
    "keep_a_diary": AT_WORK,
    "view_ticket": LOOKING_ON,
    "view_ticketperiod": LOOKING_ON,
    "view_ticketpayment": LOOKING_ON,
    "view_pause": LOOKING_ON,
    "view_ticketservice": (*LOOKING_ON, "administrator"),
    "add_ticketservice": ("administrator",),
    "change_ticketservice": ("supervisor", "administrator"),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "counters", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("counters", "0006_queue")]

    operations = [
        append_only("counters_ticketpayment"),
        append_only("counters_diaryentry"),
        changes_only_in(
            "counters_ticket",
            (
                "state",
                "waits_for_id",
                "for_window_id",
                "place_at",
                "window_id",
                "staff_id",
                "shift_id",
                "called_at",
                "announced_at",
                "calls",
                "ended_at",
            ),
            (
                "hall_id",
                "service_id",
                "business_date",
                "number",
                "is_priority",
                "code",
                "request_id",
                "issued_at",
            ),
        ),
        changes_only_in(
            "counters_ticketperiod",
            ("ended_at",),
            ("ticket_id", "kind", "window_id", "staff_id", "begun_at"),
        ),
        changes_only_in(
            "counters_pause",
            ("ended_at", "ended_by_id", "overrun_at"),
            ("staff_id", "window_id", "hall_id", "business_date", "turn", "begun_at", "ends_at", "reason"),
        ),
        rows_stay("counters_ticketservice", "counters_ticketcounter"),
        migrations.RunSQL(KEEPS_TO_THE_TABLE, UNDO),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
