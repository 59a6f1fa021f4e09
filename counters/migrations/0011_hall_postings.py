"""Who belongs to which hall, and when."""

from typing import Any

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.database import rows_stay
from accounts.roles import give_permissions

GIVEN = {
    "view_hallposting": ("finance", "supervisor", "manager", "auditor", "administrator"),
    "add_hallposting": ("supervisor", "administrator"),
    "change_hallposting": ("supervisor", "administrator"),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "counters", GIVEN)


class Migration(migrations.Migration):
    dependencies = [
        ("counters", "0010_reader_tokens"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HallPosting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.DateField(verbose_name="first day")),
                ("last_day", models.DateField(blank=True, null=True, verbose_name="last day")),
                (
                    "hall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="counters.hall",
                        verbose_name="hall",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hall_postings",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff member",
                    ),
                ),
            ],
            options={
                "verbose_name": "posting to a hall",
                "verbose_name_plural": "postings to halls",
                "ordering": ("-first_day", "staff"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_day__isnull", True),
                            ("last_day__gte", models.F("first_day")),
                            _connector="OR",
                        ),
                        name="posting_ends_after_it_began",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("staff", "="),
                            (
                                models.Func(
                                    models.F("first_day"),
                                    models.F("last_day"),
                                    models.Value("[]"),
                                    function="daterange",
                                ),
                                "&&",
                            ),
                        ],
                        name="postings_of_a_person_do_not_overlap",
                        violation_error_message="On some of these days the person belongs to a hall already. End that posting first.",
                    ),
                ],
            },
        ),
        rows_stay("counters_hallposting"),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
