"""The wall around meter tests and corrections of units, and who reads, reviews and replaces."""

from typing import Any

from django.db import migrations

from accounts.database import append_only, changes_only_in, rows_stay
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
# Collectors walk the routes; advisers write down what customers report at the window.
READERS = ("adviser", "collector", "finance", "supervisor")
GIVEN = {
    "add_reading": READERS,
    "review_reading": ("finance", "supervisor", "manager"),
    "import_readings": ("finance", "supervisor"),
    "replace_meter": ("adviser", "supervisor"),
    "view_metertest": EVERYONE_AT_WORK,
    "add_metertest": ("adviser", "supervisor"),
    "view_unitcorrection": EVERYONE_AT_WORK,
    "change_unitcorrection": ("finance",),
    "view_route": EVERYONE_AT_WORK,
    "add_route": ("supervisor", "manager"),
    "change_route": ("supervisor", "manager"),
    "view_routestop": EVERYONE_AT_WORK,
    "view_readingpolicy": BOOKS,
    "add_readingpolicy": ("supervisor", "manager"),
    "change_readingpolicy": ("supervisor", "manager"),
}
UNITS_ARE_FIXED = (
    "test_id",
    "account_id",
    "used_from",
    "used_to",
    "counted",
    "units",
)


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "billing", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_tariff_life")]

    operations = [
        append_only("billing_metertest"),
        changes_only_in(
            "billing_unitcorrection", ("state", "settled_at", "settled_by_id", "note"), UNITS_ARE_FIXED
        ),
        rows_stay("billing_route", "billing_readingpolicy"),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
