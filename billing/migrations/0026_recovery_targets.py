from decimal import Decimal
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.database import changes_only_in
from accounts.roles import give_permissions

GIVEN = {
    "view_recoverytarget": ("collector", "supervisor", "manager", "finance", "auditor"),
    "add_recoverytarget": ("supervisor", "manager"),
    "approve_recoverytarget": ("manager",),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "billing", GIVEN)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_district_owners"),
        ("billing", "0024_supply_and_write_offs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecoveryTarget",
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
                        choices=[("CURRENT", "current"), ("OLD", "old debts")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("month", models.DateField(verbose_name="from the month")),
                ("base", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="base, percent")),
                (
                    "difficulty",
                    models.DecimalField(decimal_places=2, max_digits=3, verbose_name="difficulty"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "waits for approval"),
                            ("APPROVED", "approved"),
                            ("REFUSED", "refused"),
                            ("REPLACED", "replaced before its month began"),
                        ],
                        default="PROPOSED",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                ("decided_on", models.DateField(null=True, verbose_name="decided on")),
                ("replaced_on", models.DateField(null=True, verbose_name="replaced on")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="targets",
                        to="accounts.district",
                        verbose_name="district",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "recovery target",
                "verbose_name_plural": "recovery targets",
                "ordering": ("-month", "district", "kind", "-id"),
                "permissions": [
                    ("approve_recoverytarget", "Can approve a recovery target that somebody else proposed")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="target_begins_with_a_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("base__gt", 0),
                            ("base__lte", 100),
                            ("difficulty__gte", Decimal("0.50")),
                            ("difficulty__lte", Decimal("1.20")),
                        ),
                        name="target_is_a_percentage_by_a_difficulty",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="target_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="target_has_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_by__isnull", True),
                                ("decided_on__isnull", True),
                                ("replaced_on__isnull", True),
                                ("state", "PROPOSED"),
                            ),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("decided_on__isnull", False),
                                ("state", "REFUSED"),
                            ),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("decided_on__lt", models.F("month")),
                                ("replaced_on__isnull", True),
                                ("state", "APPROVED"),
                            ),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("replaced_on__lt", models.F("month")),
                                ("state", "REPLACED"),
                            ),
                            _connector="OR",
                        ),
                        name="target_is_decided_before_its_month_begins",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "APPROVED")),
                        fields=("district", "kind", "month"),
                        name="district_has_one_target_from_a_month",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "PROPOSED")),
                        fields=("district", "kind", "month"),
                        name="one_target_waits_for_approval",
                    ),
                ],
            },
        ),
        changes_only_in(
            "billing_recoverytarget",
            ("state", "decided_on", "decided_by_id", "replaced_on"),
            ("district_id", "kind", "month", "base", "difficulty", "reason", "proposed_at", "proposed_by_id"),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
