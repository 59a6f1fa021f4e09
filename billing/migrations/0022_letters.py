import django.db.models.deletion
from django.db import migrations, models

from accounts.database import append_only, rows_stay
from accounts.migration_tables import ChangeTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_calendar_and_job_roles"),
        ("billing", "0018_approved_policies"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="fields",
            field=models.JSONField(default=dict, verbose_name="fields"),
        ),
        ChangeTables(
            [
                migrations.CreateModel(
                    name="Letter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField(verbose_name="position")),
                        ("content", models.JSONField(verbose_name="content")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="letters",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "mailing",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="letters",
                                to="billing.mailing",
                                verbose_name="mailing",
                            ),
                        ),
                        (
                            "step",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="letters",
                                to="billing.casestep",
                                verbose_name="step of a case",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "letter",
                        "verbose_name_plural": "letters",
                        "ordering": ("mailing", "position"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("mailing", "position"), name="letters_are_numbered"
                            ),
                            models.UniqueConstraint(fields=("step",), name="step_has_one_letter"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LetterRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("WAITING", "waits"),
                                    ("AT_WORK", "at work"),
                                    ("READY", "ready to print"),
                                    ("FAILED", "failed"),
                                ],
                                default="WAITING",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("letters", models.PositiveIntegerField(verbose_name="letters")),
                        ("done", models.PositiveIntegerField(default=0, verbose_name="letters set")),
                        ("claimed_at", models.DateTimeField(null=True, verbose_name="claimed at")),
                        ("ready_at", models.DateTimeField(null=True, verbose_name="ready at")),
                        ("error", models.CharField(blank=True, max_length=200, verbose_name="error")),
                        (
                            "mailing",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="run",
                                to="billing.mailing",
                                verbose_name="mailing",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "print of letters",
                        "verbose_name_plural": "prints of letters",
                        "ordering": ("-id",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("done__lte", models.F("letters"))),
                                name="no_more_letters_than_wanted",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("done", models.F("letters")),
                                        ("ready_at__isnull", False),
                                        ("state", "READY"),
                                    ),
                                    models.Q(
                                        models.Q(("state", "READY"), _negated=True),
                                        ("ready_at__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="letters_are_ready_when_all_are_set",
                            ),
                        ],
                    },
                ),
            ]
        ),
        append_only("billing_letter"),
        rows_stay("billing_letterrun"),
    ]
