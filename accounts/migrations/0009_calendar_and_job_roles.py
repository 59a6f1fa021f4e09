from typing import Any

from django.db import migrations

from accounts.database import append_only, rows_stay
from accounts.roles import give_permissions

GIVEN = {
    "view_workingcalendar": ("supervisor", "manager", "finance", "auditor", "administrator"),
    "add_workingcalendar": ("manager", "administrator"),
    "view_jobrun": ("supervisor", "manager", "finance", "auditor", "administrator"),
    "run_jobs": ("manager", "administrator"),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "accounts", GIVEN)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_calendar_and_jobs")]

    operations = [
        append_only("accounts_workingcalendar"),
        append_only("accounts_calendarday"),
        rows_stay("accounts_jobrun"),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
