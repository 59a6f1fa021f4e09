import datetime
from typing import Any

from django.db import migrations

from accounts.database import append_only, changes_only_in, rows_stay
from accounts.roles import give_permissions

EVERYONE_AT_WORK = (
    "cashier",
    "adviser",
    "collector",
    "complaints",
    "finance",
    "supervisor",
    "manager",
    "auditor",
)
WHO_HEARS = ("cashier", "adviser", "collector", "complaints", "supervisor", "manager")
GIVEN = {
    "view_matter": EVERYONE_AT_WORK,
    "add_matter": WHO_HEARS,
    "change_matter": WHO_HEARS,
    "see_branch_matters": ("complaints", "finance", "supervisor", "manager", "auditor"),
    "dispatch_matter": ("complaints", "supervisor", "manager"),
    "decide_extension": ("supervisor", "manager"),
    "view_staffleave": ("complaints", "finance", "supervisor", "manager", "auditor"),
    "add_staffleave": ("supervisor", "manager"),
    "view_matterpolicy": ("finance", "supervisor", "manager", "auditor"),
    "add_matterpolicy": ("manager",),
    "view_officesession": ("finance", "supervisor", "manager", "auditor"),
    "add_officesession": ("manager",),
}

# The first responder answers for a matter for ever: neither a grant nor the owner of the table gets around it.
FIRST_RESPONDER = """
CREATE FUNCTION service_quality_keep_first_responder() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.first_responder_id IS NOT NULL AND NEW.first_responder_id IS DISTINCT FROM OLD.first_responder_id THEN
        RAISE EXCEPTION 'the first responder of matter % stays', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER first_responder_stays BEFORE UPDATE OF first_responder_id ON service_quality_matter
    FOR EACH ROW EXECUTE FUNCTION service_quality_keep_first_responder();
"""
UNDO_FIRST_RESPONDER = "DROP FUNCTION service_quality_keep_first_responder() CASCADE;"

BEGINNING = datetime.date(2020, 1, 1)
HOURS = ((datetime.time(8, 30), datetime.time(12)), (datetime.time(13, 30), datetime.time(17, 30)))
COMPANY = "首问负责制"
CITY = "市政务服务热线办理办法"
# domain.md 4.1.1: 2 working days, 5 in a special case, warned on the 1st and the 3rd, told by the 3rd.
ORDINARY = {
    "days": 2,
    "special_days": 5,
    "warn_day": 1,
    "special_warn_day": 3,
    "interim_day": 3,
    "basis": COMPANY,
}
# domain.md 4.1.3: urgent the same day, what is asked within 3, complaints and suggestions within 13.
HOTLINE = {
    "source": "HOTLINE",
    "urgent_days": 0,
    "has_written_reminder": True,
    "is_revisited": True,
    "basis": CITY,
}
ASKED = {"days": 3, "special_days": 3, "warn_day": 1, "special_warn_day": 1, "interim_day": None}
CONSIDERED = {"days": 13, "special_days": 13, "warn_day": 10, "special_warn_day": 10, "interim_day": 5}
POLICIES: tuple[dict[str, Any], ...] = (
    ORDINARY,
    {**HOTLINE, **ASKED},
    {**HOTLINE, **CONSIDERED, "kind": "COMPLAINT"},
    {**HOTLINE, **CONSIDERED, "kind": "SUGGESTION"},
)


def enter_rules(apps: Any, schema_editor: Any) -> None:
    database = schema_editor.connection.alias
    session = apps.get_model("service_quality", "OfficeSession")
    policy = apps.get_model("service_quality", "MatterPolicy")
    session.objects.using(database).bulk_create(
        session(effective_from=BEGINNING, begins=begins, ends=ends) for begins, ends in HOURS
    )
    policy.objects.using(database).bulk_create(
        policy(version=1, effective_from=BEGINNING, **terms) for terms in POLICIES
    )


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "service_quality", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("service_quality", "0003_matters"), ("counters", "0003_roles")]

    operations = [
        migrations.RunPython(enter_rules, migrations.RunPython.noop),
        append_only("service_quality_matterevent"),
        append_only("service_quality_attachment"),
        append_only("service_quality_matterpolicy"),
        append_only("service_quality_officesession"),
        changes_only_in(
            "service_quality_handover",
            ("state", "answered_at", "return_reason"),
            (
                "matter_id",
                "from_staff_id",
                "to_staff_id",
                "reason",
                "offered_at",
                "offered_by_id",
                "answer_by",
            ),
        ),
        changes_only_in(
            "service_quality_extension",
            ("state", "decided_at", "decided_by_id", "decision"),
            ("matter_id", "days", "reason", "asked_at", "asked_by_id", "old_due_at", "new_due_at"),
        ),
        changes_only_in(
            "service_quality_staffleave",
            ("cancelled_at",),
            ("staff_id", "first_day", "last_day", "reason", "recorded_at", "recorded_by_id"),
        ),
        changes_only_in(
            "service_quality_matter",
            (
                "topic",
                "severity",
                "is_special",
                "first_responder_id",
                "handler_id",
                "state",
                "clock_from",
                "warn_at",
                "due_at",
                "interim_due_at",
                "interim_told_at",
                "answered_at",
                "kept_promise",
                "closed_at",
                "upheld",
                "responsible_id",
                "duplicate_of_id",
                "reminders",
                "reopenings",
                "escalation",
                "written_reminder_at",
                "revisit_due_on",
                "satisfaction",
                "satisfaction_at",
            ),
            (
                "number",
                "code",
                "request_id",
                "kind",
                "source",
                "policy_id",
                "external_number",
                "account_id",
                "contact_name",
                "phone",
                "branch_id",
                "hall_id",
                "text",
                "opened_at",
            ),
        ),
        migrations.RunSQL(FIRST_RESPONDER, UNDO_FIRST_RESPONDER),
        rows_stay("service_quality_matterday"),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
