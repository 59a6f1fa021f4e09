"""Late-charge rules get the life of tariffs: draft, submitted, approved by a second person, then as they are."""

from typing import Any

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

from accounts.migration_tables import ChangeTables
from accounts.roles import give_permissions

# What was entered before stays in force; nobody can be named any more who made or approved it.
ENTERED_BEFORE = "UPDATE billing_latechargerule SET approved_at = now();"

APPROVED_STAYS = """
CREATE FUNCTION billing_keep_approved_late_charge() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.made_by_id IS NULL THEN
            RAISE EXCEPTION 'a late charge rule has a maker' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.approved_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an approved late charge rule is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.service, NEW.branch_id, NEW.effective_from, NEW.terms, NEW.made_by_id, NEW.approved_by_id,
        NEW.approved_at, NEW.submitted_by_id, NEW.submitted_at, NEW.sent_back)
        IS DISTINCT FROM
       (OLD.id, OLD.service, OLD.branch_id, OLD.effective_from, OLD.terms, OLD.made_by_id, OLD.approved_by_id,
        OLD.approved_at, OLD.submitted_by_id, OLD.submitted_at, OLD.sent_back)
    THEN
        RAISE EXCEPTION 'an approved late charge rule is never edited' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.effective_until IS NOT NULL
        AND (NEW.effective_until IS NULL OR NEW.effective_until > OLD.effective_until)
    THEN
        RAISE EXCEPTION 'a late charge rule that has ended stays ended' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approved_late_charge_rules_stay BEFORE INSERT OR UPDATE OR DELETE ON billing_latechargerule
    FOR EACH ROW EXECUTE FUNCTION billing_keep_approved_late_charge();
CREATE TRIGGER billing_latechargerule_is_never_emptied BEFORE TRUNCATE ON billing_latechargerule
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
"""
UNDO_APPROVED_STAYS = """
DROP TRIGGER billing_latechargerule_is_never_emptied ON billing_latechargerule;
DROP FUNCTION billing_keep_approved_late_charge() CASCADE;
"""
GIVEN = {"add_latechargerule": ("finance",), "change_latechargerule": ("finance",)}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "billing", GIVEN)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_calendar_and_job_roles"),
        ("billing", "0027_donations_and_mailings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ChangeTables(
            [
                migrations.RemoveConstraint(
                    model_name="latechargerule",
                    name="late_charge_rules_do_not_overlap",
                ),
                migrations.AddField(
                    model_name="latechargerule",
                    name="approved_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="approved at"),
                ),
                migrations.AddField(
                    model_name="latechargerule",
                    name="approved_by",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                migrations.AddField(
                    model_name="latechargerule",
                    name="made_by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                migrations.AddField(
                    model_name="latechargerule",
                    name="sent_back",
                    field=models.CharField(blank=True, max_length=200, verbose_name="why it was sent back"),
                ),
                migrations.AddField(
                    model_name="latechargerule",
                    name="submitted_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="submitted at"),
                ),
                migrations.AddField(
                    model_name="latechargerule",
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
            ]
        ),
        migrations.RunSQL(ENTERED_BEFORE, migrations.RunSQL.noop),
        ChangeTables(
            [
                migrations.AddConstraint(
                    model_name="latechargerule",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", True),
                                ("made_by__isnull", True),
                            ),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                ("made_by__isnull", False),
                                models.Q(("approved_by", models.F("made_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="late_charge_rule_is_approved_by_a_second_person",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="latechargerule",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            ("submitted_by__isnull", True),
                            models.Q(("approved_by", models.F("submitted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="whoever_submits_a_late_charge_rule_does_not_approve_it",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="latechargerule",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("submitted_at__isnull", True), ("submitted_by__isnull", True)),
                            models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_submitted_late_charge_rule_has_a_person_and_a_time",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="latechargerule",
                    constraint=models.UniqueConstraint(
                        fields=("service", "branch", "effective_from"),
                        name="one_late_charge_rule_begins_on_a_day",
                        nulls_distinct=False,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="latechargerule",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("effective_until__isnull", True),
                            ("effective_until__gte", models.F("effective_from")),
                            _connector="OR",
                        ),
                        name="late_charge_rule_ends_after_it_begins",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="latechargerule",
                    constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("approved_at__isnull", False)),
                        expressions=[
                            ("service", "="),
                            (django.db.models.functions.comparison.Coalesce(models.F("branch"), 0), "="),
                            (
                                models.Func(
                                    models.F("effective_from"),
                                    models.F("effective_until"),
                                    models.Value("[]"),
                                    function="daterange",
                                ),
                                "&&",
                            ),
                        ],
                        name="approved_late_charge_rules_do_not_overlap",
                    ),
                ),
            ]
        ),
        migrations.RunSQL(APPROVED_STAYS, UNDO_APPROVED_STAYS),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
