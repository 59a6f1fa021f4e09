from typing import Any

from django.db import migrations

from accounts.roles import give_permissions

GIVEN = {"unlock_sign_in": ("supervisor", "manager", "administrator")}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "accounts", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_search_by_key")]

    operations = [
        migrations.AlterModelOptions(
            name="staff",
            options={
                "ordering": ("number",),
                "permissions": [
                    ("unlock_sign_in", "Can unlock the number of somebody who typed a wrong password")
                ],
                "verbose_name": "staff member",
                "verbose_name_plural": "staff",
            },
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
