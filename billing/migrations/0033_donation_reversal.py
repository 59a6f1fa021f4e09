"""A donation that was entered wrongly is taken back; a correction keeps what else was asked for with it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.database import append_only
from accounts.migration_tables import ChangeTables


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0032_sums_by_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ChangeTables(
            [
                migrations.CreateModel(
                    name="DonationReversal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("request_id", models.UUIDField(unique=True, verbose_name="request")),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("WRONG_AMOUNT", "wrong amount"),
                                    ("WRONG_PAYER", "wrong payer"),
                                    ("ENTERED_TWICE", "entered twice"),
                                    ("NOT_RECEIVED", "the money did not arrive"),
                                    ("OTHER", "other reason"),
                                ],
                                max_length=20,
                                verbose_name="reason",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        ("business_date", models.DateField(verbose_name="business date")),
                        ("reversed_at", models.DateTimeField(verbose_name="at")),
                        (
                            "approved_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approved by",
                            ),
                        ),
                        (
                            "donation",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reversal",
                                to="billing.donation",
                                verbose_name="donation",
                            ),
                        ),
                        (
                            "posting",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="donation_reversal",
                                to="billing.posting",
                                verbose_name="posting",
                            ),
                        ),
                        (
                            "reversed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reversal of a donation",
                        "verbose_name_plural": "reversals of donations",
                        "ordering": ("-id",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("approved_by", models.F("reversed_by")), _negated=True),
                                name="donation_is_taken_back_by_two_persons",
                            )
                        ],
                    },
                ),
                # A slip that was entered wrongly is entered once more: the lock of its number sees that one stands.
                migrations.RemoveConstraint(model_name="donation", name="donation_slip_counts_once"),
                migrations.AddIndex(
                    model_name="donation",
                    index=models.Index(fields=["method", "reference"], name="donation_by_reference"),
                ),
                migrations.AddField(
                    model_name="billcancellation",
                    name="fingerprint",
                    field=models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=64,
                        verbose_name="content of the request",
                    ),
                ),
            ]
        ),
        append_only("billing_donationreversal"),
    ]
