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
BOOKS = ("finance", "supervisor", "manager", "auditor")
GIVEN = {
    "view_heatingseason": EVERYONE_AT_WORK,
    "view_heatsuspension": EVERYONE_AT_WORK,
    "view_temperaturetest": EVERYONE_AT_WORK,
    "view_temperaturerefund": EVERYONE_AT_WORK,
    "view_householdconversion": EVERYONE_AT_WORK,
    "view_seasonsettlement": EVERYONE_AT_WORK,
    "view_oneofffee": EVERYONE_AT_WORK,
    "view_heatcredit": BOOKS,
    "view_buildinghandover": BOOKS,
    "add_heatingseason": ("finance",),
    "change_heatingseason": ("finance",),
    "add_buildinghandover": ("supervisor",),
    "change_buildinghandover": ("supervisor",),
    "add_heatsuspension": ("adviser", "finance"),
    "decide_heatsuspension": ("supervisor", "manager"),
    "resume_heating": ("adviser", "supervisor"),
    "add_temperaturetest": ("adviser", "complaints"),
    "add_temperaturerefund": ("adviser", "complaints"),
    "decide_temperaturerefund": ("supervisor", "manager"),
    "add_oneofffee": ("finance",),
    "add_householdconversion": ("finance",),
    "add_seasonsettlement": ("finance",),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "billing", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("billing", "0011_heating")]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
