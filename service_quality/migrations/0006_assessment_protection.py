from typing import Any

from django.db import migrations

from accounts.database import APP_ROLE, append_only, changes_only_in, rows_stay
from accounts.roles import give_permissions

HOUSE = ("finance", "supervisor", "manager", "auditor")
GIVEN = {
    "view_assessmentrun": ("cashier", "adviser", *HOUSE),
    "see_hall_assessment": ("supervisor",),
    "see_every_assessment": ("finance", "manager", "auditor"),
    "run_assessment": ("finance", "manager"),
    "publish_assessment": ("manager",),
    "view_assessmentcorrection": HOUSE,
    "add_assessmentcorrection": ("supervisor", "manager"),
    "approve_assessmentcorrection": ("finance", "manager"),
    "view_paypool": ("finance", "manager", "auditor"),
    "add_paypool": ("finance", "manager"),
    "view_teamscore": HOUSE,
    "add_teamscore": ("manager",),
    "add_branchcompletion": ("finance", "manager"),
    "view_branchcompletion": HOUSE,
    "view_assessmentrule": HOUSE,
    "add_assessmentrule": ("manager",),
    "view_workloadweight": HOUSE,
    "add_workloadweight": ("manager",),
    "change_workloadweight": ("manager",),
}
# A published month is appealed against, not reckoned anew; a locked one is over. The state is read under a lock, so
# that nobody writes into a month while somebody else locks it.
MONTHS = """
CREATE FUNCTION service_quality_state_of_month(wanted date) RETURNS text LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE found_state text;
BEGIN
    SELECT state INTO found_state FROM service_quality_assessmentrun WHERE month = wanted FOR SHARE;
    RETURN coalesce(found_state, 'DRAFT');
END $$;

CREATE FUNCTION service_quality_keep_run() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.state = 'LOCKED' OR (OLD.state, NEW.state) IN (('PUBLISHED', 'DRAFT'), ('DRAFT', 'LOCKED')) THEN
        RAISE EXCEPTION 'the month % goes from draft to published to locked', OLD.month
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'PUBLISHED' AND (OLD.rule, OLD.formula_version) IS DISTINCT FROM (NEW.rule, NEW.formula_version) THEN
        RAISE EXCEPTION 'the month % is published', OLD.month USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER locked_month_stays_locked BEFORE UPDATE ON service_quality_assessmentrun
    FOR EACH ROW EXECUTE FUNCTION service_quality_keep_run();

CREATE FUNCTION service_quality_keep_month() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE found_state text; wanted bigint;
BEGIN
    IF TG_TABLE_NAME = 'service_quality_assessmentcount' THEN
        SELECT run_id INTO wanted FROM service_quality_assessmentline
            WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.line_id ELSE NEW.line_id END;
    ELSIF TG_OP = 'DELETE' THEN
        wanted := OLD.run_id;
    ELSE
        wanted := NEW.run_id;
    END IF;
    SELECT state INTO found_state FROM service_quality_assessmentrun WHERE id = wanted FOR SHARE;
    IF found_state = 'LOCKED'
        OR found_state = 'PUBLISHED' AND (TG_OP <> 'UPDATE' OR TG_TABLE_NAME = 'service_quality_assessmentcount')
            AND TG_TABLE_NAME <> 'service_quality_assessmentcorrection' THEN
        RAISE EXCEPTION 'the month of this row is %', lower(found_state) USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER locked_month_keeps_its_lines BEFORE INSERT OR UPDATE OR DELETE ON service_quality_assessmentline
    FOR EACH ROW EXECUTE FUNCTION service_quality_keep_month();
CREATE TRIGGER locked_month_keeps_its_counts BEFORE INSERT OR UPDATE OR DELETE ON service_quality_assessmentcount
    FOR EACH ROW EXECUTE FUNCTION service_quality_keep_month();
CREATE TRIGGER locked_month_is_corrected_no_more BEFORE INSERT OR UPDATE ON service_quality_assessmentcorrection
    FOR EACH ROW EXECUTE FUNCTION service_quality_keep_month();

CREATE FUNCTION service_quality_keep_decided_correction() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'correction % is decided', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER assessment_correction_is_decided_once BEFORE UPDATE ON service_quality_assessmentcorrection
    FOR EACH ROW WHEN (OLD.state <> 'ASKED') EXECUTE FUNCTION service_quality_keep_decided_correction();

CREATE FUNCTION service_quality_keep_pool() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF service_quality_state_of_month(NEW.month) <> 'DRAFT'
        OR TG_OP = 'UPDATE' AND service_quality_state_of_month(OLD.month) <> 'DRAFT' THEN
        RAISE EXCEPTION 'the month % is published', NEW.month USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER published_month_keeps_its_pools BEFORE INSERT OR UPDATE ON service_quality_paypool
    FOR EACH ROW EXECUTE FUNCTION service_quality_keep_pool();

CREATE FUNCTION service_quality_keep_team_score() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.month IS NOT NULL AND service_quality_state_of_month(make_date(NEW.year, NEW.month, 1)) <> 'DRAFT'
        OR service_quality_state_of_month(make_date(NEW.year, 12, 1)) = 'LOCKED' THEN
        RAISE EXCEPTION 'the scores of this month are published' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER published_month_keeps_its_scores BEFORE INSERT OR UPDATE ON service_quality_teamscore
    FOR EACH ROW EXECUTE FUNCTION service_quality_keep_team_score();

CREATE FUNCTION service_quality_keep_completion() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF service_quality_state_of_month(make_date(NEW.year, 12, 1)) = 'LOCKED' THEN
        RAISE EXCEPTION 'the year % is locked', NEW.year USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER locked_year_keeps_its_completions BEFORE INSERT OR UPDATE ON service_quality_branchcompletion
    FOR EACH ROW EXECUTE FUNCTION service_quality_keep_completion();
"""
UNDO_MONTHS = """
DROP FUNCTION service_quality_keep_completion() CASCADE;
DROP FUNCTION service_quality_keep_team_score() CASCADE;
DROP FUNCTION service_quality_keep_pool() CASCADE;
DROP FUNCTION service_quality_keep_decided_correction() CASCADE;
DROP FUNCTION service_quality_keep_month() CASCADE;
DROP FUNCTION service_quality_keep_run() CASCADE;
DROP FUNCTION service_quality_state_of_month(date) CASCADE;
"""
# What a draft's re-run no longer finds goes; which line it is stays.
LINES = f"""
REVOKE UPDATE, TRUNCATE ON service_quality_assessmentline, service_quality_assessmentcount FROM {APP_ROLE};
GRANT UPDATE (pay_pool_id, ratings, measured_workload, measured_satisfaction, basis, measured_complaints,
    measured_missed, workload, satisfaction, complaints, missed, quality, points, pay)
    ON service_quality_assessmentline TO {APP_ROLE};
CREATE TRIGGER assessment_lines_are_never_emptied BEFORE TRUNCATE ON service_quality_assessmentline
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
CREATE TRIGGER assessment_counts_are_never_emptied BEFORE TRUNCATE ON service_quality_assessmentcount
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
"""
UNDO_LINES = f"""
DROP TRIGGER assessment_lines_are_never_emptied ON service_quality_assessmentline;
DROP TRIGGER assessment_counts_are_never_emptied ON service_quality_assessmentcount;
GRANT UPDATE ON service_quality_assessmentline, service_quality_assessmentcount TO {APP_ROLE};
"""


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "service_quality", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("service_quality", "0005_assessment")]

    operations = [
        append_only("service_quality_assessmentmatter"),
        changes_only_in(
            "service_quality_assessmentrun",
            (
                "state",
                "formula_version",
                "rule",
                "made_at",
                "made_by_id",
                "published_at",
                "published_by_id",
                "locked_at",
                "locked_by_id",
            ),
            ("month", "measured_at"),
        ),
        changes_only_in(
            "service_quality_assessmentcorrection",
            ("state", "decided_at", "decided_by_id"),
            (
                "run_id",
                "staff_id",
                "hall_id",
                "pool",
                "field",
                "old",
                "new",
                "reason",
                "asked_at",
                "asked_by_id",
            ),
        ),
        rows_stay(
            "service_quality_assessmentrule",
            "service_quality_workloadweight",
            "service_quality_paypool",
            "service_quality_teamscore",
            "service_quality_branchcompletion",
        ),
        migrations.RunSQL(MONTHS, UNDO_MONTHS),
        migrations.RunSQL(LINES, UNDO_LINES),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
