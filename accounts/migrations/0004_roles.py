from typing import Any

from django.db import migrations

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
    "view_account": EVERYONE_AT_WORK,
    "view_customer": EVERYONE_AT_WORK,
    "view_premises": EVERYONE_AT_WORK,
    "view_contact": EVERYONE_AT_WORK,
    "view_district": EVERYONE_AT_WORK,
    "view_accountstatechange": EVERYONE_AT_WORK,
    "reveal_personal_data": ("cashier", "adviser", "collector", "complaints", "finance", "supervisor"),
    "see_every_branch": ("finance", "supervisor", "manager", "auditor"),
    "import_accounts": ("finance", "supervisor"),
    "change_account_state": ("adviser", "supervisor"),
    "change_customer": ("adviser", "supervisor"),
    "add_contact": ("adviser", "collector", "supervisor"),
    "change_contact": ("adviser", "collector", "supervisor"),
    "change_district": ("supervisor", "manager"),
    "view_auditentry": ("supervisor", "manager", "auditor"),
    "view_branch": ("supervisor", "manager", "administrator", "auditor"),
    "add_branch": ("administrator",),
    "change_branch": ("administrator",),
    "view_staff": ("supervisor", "manager", "administrator", "auditor"),
    "add_staff": ("administrator",),
    "change_staff": ("administrator",),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "accounts", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_search")]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
