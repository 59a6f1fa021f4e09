from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.database import append_only
from accounts.migration_tables import ChangeTables
from accounts.roles import give_permissions

GIVEN = {
    "view_districtowner": ("collector", "supervisor", "manager", "finance", "auditor"),
    "add_districtowner": ("supervisor", "manager"),
}
# Who has a district now is taken to have had it since the first day.
_KEEP_OWNERS = """
    INSERT INTO accounts_districtowner (district_id, owner_id, owns_from, given_at)
    SELECT id, owner_id, DATE '2000-01-01', now() FROM accounts_district WHERE owner_id IS NOT NULL
"""


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "accounts", GIVEN)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_calendar_and_job_roles"),
    ]

    operations = [
        ChangeTables(
            [
                migrations.CreateModel(
                    name="DistrictOwner",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("owns_from", models.DateField(verbose_name="owns it from")),
                        ("given_at", models.DateTimeField(verbose_name="given at")),
                        (
                            "district",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="owners",
                                to="accounts.district",
                                verbose_name="district",
                            ),
                        ),
                        (
                            "given_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="given by",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="owned_districts",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "owner of a district",
                        "verbose_name_plural": "owners of districts",
                        "ordering": ("district", "-owns_from", "-id"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("district", "owns_from"), name="district_has_one_owner_on_a_day"
                            )
                        ],
                    },
                ),
                migrations.RemoveConstraint(model_name="district", name="recovery_target_is_a_percentage"),
                migrations.RemoveField(model_name="district", name="recovery_target"),
            ]
        ),
        migrations.RunSQL(_KEEP_OWNERS, migrations.RunSQL.noop),
        append_only("accounts_districtowner"),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
