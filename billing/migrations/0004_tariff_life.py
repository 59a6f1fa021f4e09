"""The life of a tariff: draft, submitted, approved by a second person, and from then on as it is."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

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
    dependencies = [
        ("accounts", "0005_search_folding"),
        ("billing", "0003_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="tariff",
            name="one_tariff_prices_a_service_in_a_branch",
        ),
        migrations.AddField(
            model_name="tariffversion",
            name="sent_back",
            field=models.CharField(blank=True, max_length=200, verbose_name="why it was sent back"),
        ),
        migrations.AddField(
            model_name="tariffversion",
            name="submitted_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="submitted at"),
        ),
        migrations.AddField(
            model_name="tariffversion",
            name="submitted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="submitted by",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "one_off"), _negated=True),
                fields=("service", "branch"),
                name="one_tariff_prices_a_service_in_a_branch",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="tariff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "one_off")),
                fields=("service", "branch"),
                name="one_list_names_the_fees_of_a_service_in_a_branch",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    ("submitted_by__isnull", True),
                    models.Q(("approved_by", models.F("submitted_by")), _negated=True),
                    _connector="OR",
                ),
                name="whoever_submits_a_tariff_does_not_approve_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("submitted_at__isnull", True), ("submitted_by__isnull", True)),
                    models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_submitted_tariff_has_a_person_and_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariffversion",
            constraint=models.UniqueConstraint(
                fields=("tariff", "effective_from"), name="tariff_has_one_version_from_a_day"
            ),
        ),
        rows_stay("billing_tariffversion"),
        migrations.RunSQL(APPROVED_STAYS, UNDO_APPROVED_STAYS),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
