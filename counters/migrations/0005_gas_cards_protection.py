from typing import Any

from django.db import migrations

from accounts.database import append_only, changes_only_in
from accounts.roles import give_permissions

GIVEN = {
    "view_readerjob": ("finance", "supervisor", "manager", "auditor"),
    "view_cardhandover": ("cashier", "finance", "supervisor", "manager", "auditor"),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "counters", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("counters", "0003_roles")]

    operations = [
        append_only("counters_cardhandover"),
        changes_only_in(
            "counters_readerjob",
            ("state", "code", "content", "taken_at", "done_at"),
            ("window_id", "kind", "card_id", "write_id", "asked_at", "asked_by_id"),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
