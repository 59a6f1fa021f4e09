"""The program at a window signs in with a token of its window, and with no password of the database."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.database import changes_only_in
from accounts.roles import give_permissions

# Administrators issue tokens; they see no customer and no card.
GIVEN = {
    "view_readertoken": ("finance", "supervisor", "manager", "auditor", "administrator"),
    "issue_readertoken": ("administrator",),
}


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "counters", GIVEN)


class Migration(migrations.Migration):
    dependencies = [
        ("counters", "0007_queue_protection"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReaderToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True, verbose_name="hash of the token")),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked at")),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="issued by",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="revoked by",
                    ),
                ),
                (
                    "window",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reader_tokens",
                        to="counters.window",
                        verbose_name="window",
                    ),
                ),
            ],
            options={
                "verbose_name": "token of a card reader",
                "verbose_name_plural": "tokens of card readers",
                "ordering": ("-id",),
                "permissions": [("issue_readertoken", "Can issue and revoke the token of a card reader")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("window",),
                        name="window_has_one_reader_token",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="reader_token_is_a_hash"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="reader_token_is_revoked_by_somebody",
                    ),
                ],
            },
        ),
        changes_only_in(
            "counters_readertoken",
            ("revoked_at", "revoked_by_id"),
            ("window_id", "digest", "issued_at", "issued_by_id"),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
