"""The life of a tariff: draft, submitted, approved by a second person, and from then on as it is."""

from typing import Any

from django.db import migrations

from accounts.database import rows_stay
from accounts.roles import give_permissions

# An approved version may only be ended, and an end never moves back: what was published stays published.
# The terms around it (rules, service, branch) price every version of the tariff, so they hold as well.
APPROVED_STAYS = """
CREATE FUNCTION billing_keep_approved_version() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.approved_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an approved tariff version is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.tariff_id, NEW.effective_from, NEW.prices, NEW.made_by_id, NEW.approved_by_id, NEW.approved_at,
        NEW.submitted_by_id, NEW.submitted_at, NEW.sent_back)
        IS DISTINCT FROM
       (OLD.id, OLD.tariff_id, OLD.effective_from, OLD.prices, OLD.made_by_id, OLD.approved_by_id, OLD.approved_at,
        OLD.submitted_by_id, OLD.submitted_at, OLD.sent_back)
    THEN
        RAISE EXCEPTION 'an approved tariff version is never edited' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.effective_until IS NOT NULL
        AND (NEW.effective_until IS NULL OR NEW.effective_until > OLD.effective_until)
    THEN
        RAISE EXCEPTION 'a tariff version that has ended stays ended' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approved_tariff_versions_stay BEFORE UPDATE OR DELETE ON billing_tariffversion
    FOR EACH ROW EXECUTE FUNCTION billing_keep_approved_version();
CREATE TRIGGER billing_tariffversion_is_never_emptied BEFORE TRUNCATE ON billing_tariffversion
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();

CREATE FUNCTION billing_keep_tariff_terms() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.service, NEW.branch_id, NEW.kind, NEW.rules)
        IS DISTINCT FROM (OLD.id, OLD.code, OLD.service, OLD.branch_id, OLD.kind, OLD.rules)
        AND EXISTS (SELECT 1 FROM billing_tariffversion
                    WHERE tariff_id = OLD.id AND approved_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'the terms of an approved tariff stay as they are' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER terms_of_approved_tariffs_stay BEFORE UPDATE ON billing_tariff
    FOR EACH ROW EXECUTE FUNCTION billing_keep_tariff_terms();
"""

UNDO_APPROVED_STAYS = """
DROP TRIGGER billing_tariffversion_is_never_emptied ON billing_tariffversion;
DROP FUNCTION billing_keep_approved_version() CASCADE;
DROP FUNCTION billing_keep_tariff_terms() CASCADE;
"""

GIVEN = {"change_tariffversion": ("finance",)}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "billing", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_roles")]

    operations = [
        rows_stay("billing_tariffversion"),
        migrations.RunSQL(APPROVED_STAYS, UNDO_APPROVED_STAYS),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
