"""What was approved stays as it was: an account's case keeps the ladder it began under."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION billing_refuse_change_of_approved_policy() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'an approved arrears policy never changes' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER approved_policy_never_changes BEFORE UPDATE OR DELETE ON billing_arrearspolicyversion
    FOR EACH ROW WHEN (OLD.state = 'APPROVED') EXECUTE FUNCTION billing_refuse_change_of_approved_policy();

CREATE FUNCTION billing_check_policy_is_draft() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE touched bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN touched := ARRAY[NEW.version_id];
    ELSIF TG_OP = 'DELETE' THEN touched := ARRAY[OLD.version_id];
    ELSE touched := ARRAY[OLD.version_id, NEW.version_id];
    END IF;
    IF EXISTS (SELECT FROM billing_arrearspolicyversion WHERE id = ANY(touched) AND state = 'APPROVED') THEN
        RAISE EXCEPTION 'the steps of an approved arrears policy never change' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER steps_of_approved_policy_never_change BEFORE INSERT OR UPDATE OR DELETE ON billing_policystep
    FOR EACH ROW EXECUTE FUNCTION billing_check_policy_is_draft();
"""

BACKWARD = """
DROP FUNCTION billing_check_policy_is_draft() CASCADE;
DROP FUNCTION billing_refuse_change_of_approved_policy() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0017_arrears_roles")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
