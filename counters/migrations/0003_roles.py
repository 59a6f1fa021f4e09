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
    "view_hall": EVERYONE_AT_WORK,
    "view_window": EVERYONE_AT_WORK,
    "view_shift": ("cashier", "finance", "supervisor", "manager", "auditor"),
    "view_cashcount": ("finance", "supervisor", "manager", "auditor"),
    "view_tillentry": ("finance", "supervisor", "manager", "auditor"),
    "work_a_window": ("cashier",),
    "approve_cash_difference": ("finance", "supervisor"),
    "change_hall": ("supervisor", "administrator"),
    "add_hall": ("administrator",),
    "add_window": ("supervisor", "administrator"),
    "change_window": ("supervisor", "administrator"),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "counters", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("counters", "0002_protection")]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
