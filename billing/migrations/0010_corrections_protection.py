"""What a correction wrote stays; a cancelled bill stays cancelled; who may correct and how far alone."""

from decimal import Decimal
from typing import Any

from django.db import migrations

from accounts.database import APP_ROLE, append_only, changes_only_in, rows_stay
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
BOOKS = ("finance", "supervisor", "manager", "auditor")
GIVEN = {
    "view_billcancellation": EVERYONE_AT_WORK,
    "view_adjustment": EVERYONE_AT_WORK,
    "view_waiver": EVERYONE_AT_WORK,
    "view_correctionbatch": BOOKS,
    "view_approvallimit": BOOKS,
    "change_approvallimit": ("manager",),
    "cancel_bill": ("finance",),
    "propose_adjustment": ("adviser", "finance"),
    "propose_waiver": ("adviser", "finance"),
    "approve_correction": ("supervisor", "manager"),
}
# domain.md 2.2.7 for waivers.
LIMITS = (
    ("WAIVER", "supervisor", Decimal("200")),
    ("WAIVER", "manager", Decimal("5000")),
    ("CANCEL_ALONE", "finance", Decimal("2000")),
)
DECISION = ("state", "decided_at", "decided_by_id")
PROPOSAL = ("amount", "reason", "note", "proposed_at", "proposed_by_id")

CANCELLED_BILLS = """
CREATE FUNCTION billing_check_cancelled_bill() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state = 'CANCELLED' THEN
        RAISE EXCEPTION 'bill % stays cancelled', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'CANCELLED' THEN
        PERFORM 1 FROM billing_billcancellation WHERE bill_id = NEW.id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'nobody cancelled bill %', NEW.number USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cancelled_bill_stays_cancelled BEFORE UPDATE OF state ON billing_bill
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state AND 'CANCELLED' IN (OLD.state, NEW.state))
    EXECUTE FUNCTION billing_check_cancelled_bill();

CREATE FUNCTION billing_check_replaced_bill() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM billing_bill WHERE id = NEW.replaces_id AND account_id = NEW.account_id
        AND kind = NEW.kind AND period = NEW.period AND state = 'CANCELLED';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'bill % does not replace a cancelled bill of its account and period', NEW.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bill_replaces_a_cancelled_one BEFORE INSERT ON billing_bill
    FOR EACH ROW WHEN (NEW.replaces_id IS NOT NULL) EXECUTE FUNCTION billing_check_replaced_bill();
CREATE TRIGGER bill_keeps_what_it_replaces BEFORE UPDATE OF replaces_id ON billing_bill
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
"""
UNDO_CANCELLED_BILLS = """
DROP TRIGGER bill_keeps_what_it_replaces ON billing_bill;
DROP FUNCTION billing_check_replaced_bill() CASCADE;
DROP FUNCTION billing_check_cancelled_bill() CASCADE;
"""

# What was decided is as final as a posting.
DECIDED = """
CREATE FUNCTION billing_keep_decision() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% % was decided already', TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER adjustment_is_decided_once BEFORE UPDATE ON billing_adjustment
    FOR EACH ROW WHEN (OLD.state <> 'PROPOSED') EXECUTE FUNCTION billing_keep_decision();
CREATE TRIGGER waiver_is_decided_once BEFORE UPDATE ON billing_waiver
    FOR EACH ROW WHEN (OLD.state <> 'PROPOSED') EXECUTE FUNCTION billing_keep_decision();
CREATE TRIGGER batch_is_decided_once BEFORE UPDATE ON billing_correctionbatch
    FOR EACH ROW WHEN ((OLD.state, NEW.state) NOT IN (
        ('PROPOSED', 'APPROVED'), ('PROPOSED', 'REFUSED'), ('APPROVED', 'DONE')))
    EXECUTE FUNCTION billing_keep_decision();
CREATE TRIGGER bill_of_a_batch_is_worked_off_once BEFORE UPDATE ON billing_batchedbill
    FOR EACH ROW WHEN (OLD.state <> 'WAITING') EXECUTE FUNCTION billing_keep_decision();
"""


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "billing", GIVEN)


def set_limits(apps: Any, schema_editor: Any) -> None:
    limits = apps.get_model("billing", "ApprovalLimit").objects.using(schema_editor.connection.alias)
    for what, role, amount in LIMITS:
        limits.create(what=what, role=role, amount=amount)


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_bill_run_protection")]

    operations = [
        append_only("billing_billcancellation"),
        migrations.RunSQL(
            f"GRANT UPDATE (adjusted) ON billing_bill TO {APP_ROLE};",
            f"REVOKE UPDATE (adjusted) ON billing_bill FROM {APP_ROLE};",
        ),
        migrations.RunSQL(CANCELLED_BILLS, UNDO_CANCELLED_BILLS),
        changes_only_in(
            "billing_adjustment",
            (*DECISION, "business_date", "to_bill", "to_credit", "charge_id"),
            (*PROPOSAL, "account_id", "bill_id", "component"),
        ),
        changes_only_in(
            "billing_waiver", (*DECISION, "business_date", "settled_by_id"), (*PROPOSAL, "bill_id")
        ),
        changes_only_in(
            "billing_correctionbatch",
            (*DECISION, "finished_at"),
            ("request_id", "selection", *PROPOSAL[1:]),
        ),
        rows_stay("billing_approvallimit"),
        changes_only_in("billing_batchedbill", ("state", "why_left"), ("batch_id", "bill_id")),
        migrations.RunSQL(DECIDED, "DROP FUNCTION billing_keep_decision() CASCADE;"),
        migrations.RunPython(give, migrations.RunPython.noop),
        migrations.RunPython(set_limits, migrations.RunPython.noop),
    ]
