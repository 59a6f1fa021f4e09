from typing import Any

from django.db import migrations

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
    dependencies = [("accounts", "0005_search_folding")]

    operations = [
        changes_only_in("accounts_householdevidence", CHANGING, FIXED),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
