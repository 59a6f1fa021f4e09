"""An adviser works a window that takes no money: the same shift, with nothing in the drawer."""

from typing import Any

from django.db import migrations

from accounts.roles import give_permissions

GIVEN = {
    "work_a_window": ("adviser",),
    "call_ticket": ("adviser",),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "counters", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("counters", "0011_hall_postings")]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
