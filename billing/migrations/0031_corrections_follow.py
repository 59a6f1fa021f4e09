"""What stood on a bill can follow it to the bill in its place."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.migration_tables import ChangeTables

# What a correction takes the place of is part of the proposal, and stays.
FOLLOWS_STAYS = """
CREATE TRIGGER billing_adjustment_keeps_what_it_follows BEFORE UPDATE OF follows_id ON billing_adjustment
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
"""
UNDO_FOLLOWS_STAYS = "DROP TRIGGER billing_adjustment_keeps_what_it_follows ON billing_adjustment;"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_calendar_and_job_roles"),
        ("billing", "0030_late_charge_life"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ChangeTables(
            [
                migrations.AddField(
                    model_name="adjustment",
                    name="follows",
                    field=models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="billing.adjustment",
                        verbose_name="takes the place of",
                    ),
                ),
                migrations.AddField(
                    model_name="heatcredit",
                    name="replaces",
                    field=models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="billing.heatcredit",
                        verbose_name="takes the place of",
                    ),
                ),
                migrations.AlterField(
                    model_name="heatcredit",
                    name="refund",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credits",
                        to="billing.temperaturerefund",
                        verbose_name="refund",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="adjustment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("follows__isnull", True),
                            models.Q(("amount__lt", 0), ("bill__isnull", False)),
                            _connector="OR",
                        ),
                        name="only_a_credit_of_a_bill_follows_another",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="heatcredit",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("refund__isnull", False), ("replaces__isnull", True)),
                        fields=("refund",),
                        name="refund_is_credited_once",
                    ),
                ),
            ]
        ),
        migrations.RunSQL(FOLLOWS_STAYS, UNDO_FOLLOWS_STAYS),
    ]
