from typing import Any

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

from accounts.database import changes_only_in
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
GIVEN = {
    "view_householdevidence": EVERYONE_AT_WORK,
    "add_householdevidence": ("adviser", "supervisor"),
    "withdraw_householdevidence": ("adviser", "supervisor"),
}
CHANGING = ("withdrawn_from", "withdrawn_at", "withdrawn_by_id", "withdrawn_reason")
FIXED = (
    "id", "account_id", "kind", "persons", "document", "document_number", "holder_name", "valid_from",
    "valid_until", "extends_id", "recorded_at", "recorded_by_id",
)  # fmt: skip


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "accounts", GIVEN)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_search_folding"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="HouseholdEvidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("HOUSEHOLD_SIZE", "household size"), ("LOW_INCOME", "low income")],
                        max_length=14,
                        verbose_name="kind",
                    ),
                ),
                ("persons", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="persons")),
                (
                    "document",
                    models.CharField(
                        choices=[
                            ("HOUSEHOLD_REGISTER", "household register"),
                            ("RESIDENCE_PERMIT", "residence permit"),
                            ("LOW_INCOME_CERTIFICATE", "low-income certificate"),
                        ],
                        max_length=22,
                        verbose_name="document",
                    ),
                ),
                ("document_number", models.CharField(max_length=40, verbose_name="document number")),
                ("holder_name", models.CharField(max_length=100, verbose_name="name of the holder")),
                ("valid_from", models.DateField(verbose_name="counts from")),
                ("valid_until", models.DateField(verbose_name="counts until")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "withdrawn_from",
                    models.DateField(blank=True, null=True, verbose_name="does not count from"),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at")),
                (
                    "withdrawn_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="reason for the withdrawal"),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="accounts.account",
                        verbose_name="account",
                    ),
                ),
                (
                    "extends",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.householdevidence",
                        verbose_name="extends",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="withdrawn by",
                    ),
                ),
            ],
            options={
                "verbose_name": "household evidence",
                "verbose_name_plural": "household evidence",
                "ordering": ("account", "kind", "valid_from", "id"),
                "permissions": [
                    ("withdraw_householdevidence", "Can say that household evidence counts no longer")
                ],
                "indexes": [models.Index(fields=["valid_until"], name="evidence_by_its_last_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "HOUSEHOLD_SIZE"),
                                ("persons__gte", 1),
                                ("persons__isnull", False),
                                ("persons__lte", 30),
                            ),
                            models.Q(("kind", "LOW_INCOME"), ("persons__isnull", True)),
                            _connector="OR",
                        ),
                        name="evidence_of_a_size_names_the_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("document__in", ["HOUSEHOLD_REGISTER", "RESIDENCE_PERMIT"]),
                                ("kind", "HOUSEHOLD_SIZE"),
                            ),
                            models.Q(("document", "LOW_INCOME_CERTIFICATE"), ("kind", "LOW_INCOME")),
                            _connector="OR",
                        ),
                        name="evidence_is_a_document_that_proves_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document_number", ""), _negated=True),
                            models.Q(("holder_name", ""), _negated=True),
                        ),
                        name="evidence_names_the_document_and_its_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gte", models.F("valid_from"))),
                        name="evidence_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True),
                                ("withdrawn_by__isnull", True),
                                ("withdrawn_from__isnull", True),
                                ("withdrawn_reason", ""),
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                ("withdrawn_from__gte", models.F("valid_from")),
                                ("withdrawn_from__lte", models.F("valid_until")),
                                models.Q(("withdrawn_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="evidence_is_withdrawn_by_somebody_for_a_reason",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("account", "="),
                            ("kind", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.Func(
                                        models.F("withdrawn_from"),
                                        models.Func(
                                            models.F("valid_until"), template="(%(expressions)s + 1)"
                                        ),
                                        function="coalesce",
                                    ),
                                    models.Value("[)"),
                                    function="daterange",
                                ),
                                "&&",
                            ),
                        ],
                        name="one_evidence_of_a_kind_counts_at_a_time",
                    ),
                ],
            },
        ),
        changes_only_in("accounts_householdevidence", CHANGING, FIXED),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
