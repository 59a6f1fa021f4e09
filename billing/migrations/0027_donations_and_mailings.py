from decimal import Decimal
from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import billing.models.amount
from accounts.database import append_only, changes_only_in
from accounts.migration_tables import ChangeTables
from accounts.roles import give_permissions

GIVEN = {
    "view_thirdpartypayer": ("cashier", "finance", "supervisor", "manager", "auditor"),
    "add_thirdpartypayer": ("finance", "supervisor", "manager"),
    "receive_donation": ("finance", "supervisor"),
    "approve_donationgrant": ("finance", "manager"),
    "propose_supplyorder": ("collector", "supervisor"),
}
DECIDED = """
CREATE TRIGGER grant_is_decided_once BEFORE UPDATE ON billing_donationgrant
    FOR EACH ROW WHEN (OLD.state <> 'PROPOSED') EXECUTE FUNCTION billing_keep_decision();
"""
UNDO_DECIDED = "DROP TRIGGER grant_is_decided_once ON billing_donationgrant;"


def give(apps: Any, schema_editor: Any) -> None:
    give_permissions(apps, schema_editor, "billing", GIVEN)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_district_owners"),
        ("billing", "0026_recovery_targets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ChangeTables(
            [
                migrations.CreateModel(
                    name="Donation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("request_id", models.UUIDField(unique=True, verbose_name="request")),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        (
                            "method",
                            models.CharField(
                                choices=[
                                    ("BANK", "bank"),
                                    ("POS", "POS card"),
                                    ("WECHAT", "WeChat"),
                                    ("ALIPAY", "Alipay"),
                                ],
                                max_length=10,
                                verbose_name="method",
                            ),
                        ),
                        ("reference", models.CharField(max_length=64, verbose_name="reference")),
                        ("purpose", models.CharField(max_length=200, verbose_name="purpose")),
                        ("business_date", models.DateField(verbose_name="business date")),
                        ("received_at", models.DateTimeField(verbose_name="received at")),
                    ],
                    options={
                        "verbose_name": "donation",
                        "verbose_name_plural": "donations",
                        "ordering": ("-id",),
                        "permissions": [
                            ("receive_donation", "Can take in donations and propose whose bills they pay")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DonationGrant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        ("reason", models.CharField(max_length=200, verbose_name="reason")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PROPOSED", "waits for approval"),
                                    ("APPROVED", "approved"),
                                    ("REFUSED", "refused"),
                                ],
                                default="PROPOSED",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                    ],
                    options={
                        "verbose_name": "grant of a donation",
                        "verbose_name_plural": "grants of donations",
                        "ordering": ("-id",),
                        "permissions": [
                            (
                                "approve_donationgrant",
                                "Can give donated money to a bill that somebody else proposed",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ThirdPartyPayer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("EMPLOYER", "employer"),
                                    ("VILLAGE", "village or street office"),
                                    ("DONOR", "donor"),
                                    ("RELATIVE", "relative"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=20, verbose_name="telephone number"),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        ("made_at", models.DateTimeField(verbose_name="made at")),
                    ],
                    options={
                        "verbose_name": "third-party payer",
                        "verbose_name_plural": "third-party payers",
                        "ordering": ("name", "id"),
                    },
                ),
                migrations.CreateModel(
                    name="ThirdPartyPayment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "payment by a third party",
                        "verbose_name_plural": "payments by third parties",
                        "ordering": ("-id",),
                    },
                ),
                migrations.AlterModelOptions(
                    name="supplyorder",
                    options={
                        "ordering": ("-id",),
                        "permissions": [
                            ("propose_supplyorder", "Can propose a supply order by hand"),
                            ("decide_supplyorder", "Can approve or refuse a supply order"),
                            ("carry_out_supplyorder", "Can carry out supply orders"),
                        ],
                        "verbose_name": "supply order",
                        "verbose_name_plural": "supply orders",
                    },
                ),
                migrations.RemoveConstraint(
                    model_name="posting",
                    name="posting_names_ledgers_that_exist",
                ),
                migrations.AddField(
                    model_name="arrearspolicyversion",
                    name="sent_back_at",
                    field=models.DateTimeField(null=True, verbose_name="sent back at"),
                ),
                migrations.AddField(
                    model_name="arrearspolicyversion",
                    name="sent_back_by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sent back by",
                    ),
                ),
                migrations.AddField(
                    model_name="arrearspolicyversion",
                    name="sent_back_for",
                    field=models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        max_length=200,
                        verbose_name="sent back because",
                    ),
                ),
                migrations.AddField(
                    model_name="mailing",
                    name="spare_days",
                    field=models.PositiveSmallIntegerField(
                        default=0, verbose_name="days without another message"
                    ),
                ),
                migrations.AddField(
                    model_name="mailing",
                    name="waiting",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="not looked at yet",
                    ),
                ),
                migrations.AddField(
                    model_name="policystep",
                    name="notice_valid_days",
                    field=models.PositiveSmallIntegerField(
                        db_default=0, default=0, verbose_name="announcement valid for days"
                    ),
                ),
                migrations.AlterField(
                    model_name="payment",
                    name="channel",
                    field=models.CharField(
                        choices=[
                            ("COUNTER", "counter"),
                            ("CREDIT", "prepaid credit, used when a bill is issued"),
                            ("OPENING", "taken over from the old system"),
                            ("BANK", "bank"),
                            ("PHONE", "own phone"),
                            ("DONATION", "donated money"),
                        ],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                migrations.AlterField(
                    model_name="tender",
                    name="method",
                    field=models.CharField(
                        choices=[
                            ("CASH", "cash"),
                            ("POS", "POS card"),
                            ("WECHAT", "WeChat"),
                            ("ALIPAY", "Alipay"),
                            ("PREPAID", "prepaid credit"),
                            ("OPENING", "taken over from the old system"),
                            ("BANK", "bank"),
                            ("DONATION", "donated money"),
                        ],
                        max_length=10,
                        verbose_name="method",
                    ),
                ),
                migrations.AlterField(
                    model_name="writeoffrecovery",
                    name="write_off",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="billing.writeoff",
                        verbose_name="write-off",
                    ),
                ),
                migrations.AddIndex(
                    model_name="mailing",
                    index=models.Index(
                        condition=models.Q(("waiting", []), _negated=True),
                        fields=["id"],
                        name="mailings_at_work",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="policystep",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("notice_valid_days", 0),
                            ("notice_valid_days__gte", models.F("notice_days")),
                            _connector="OR",
                        ),
                        name="notice_is_valid_until_it_may_be_acted_on",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="posting",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "credit__regex",
                                "^(receivable|prepaid|late_charge|refund_payable|write_off|cash_difference|opening|donation|revenue:[a-z0-9_]+|cash:[0-9]+|clearing:[a-z0-9_]+)$",
                            ),
                            (
                                "debit__regex",
                                "^(receivable|prepaid|late_charge|refund_payable|write_off|cash_difference|opening|donation|revenue:[a-z0-9_]+|cash:[0-9]+|clearing:[a-z0-9_]+)$",
                            ),
                        ),
                        name="posting_names_ledgers_that_exist",
                    ),
                ),
                migrations.AddField(
                    model_name="donation",
                    name="posting",
                    field=models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="donation",
                        to="billing.posting",
                        verbose_name="posting",
                    ),
                ),
                migrations.AddField(
                    model_name="donation",
                    name="received_by",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="received by",
                    ),
                ),
                migrations.AddField(
                    model_name="donationgrant",
                    name="bill",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="billing.bill",
                        verbose_name="bill",
                    ),
                ),
                migrations.AddField(
                    model_name="donationgrant",
                    name="decided_by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                migrations.AddField(
                    model_name="donationgrant",
                    name="donation",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="billing.donation",
                        verbose_name="donation",
                    ),
                ),
                migrations.AddField(
                    model_name="donationgrant",
                    name="payment",
                    field=models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grant",
                        to="billing.payment",
                        verbose_name="payment",
                    ),
                ),
                migrations.AddField(
                    model_name="donationgrant",
                    name="proposed_by",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
                migrations.AddField(
                    model_name="thirdpartypayer",
                    name="branch",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.branch",
                        verbose_name="branch",
                    ),
                ),
                migrations.AddField(
                    model_name="thirdpartypayer",
                    name="made_by",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                migrations.AddField(
                    model_name="donation",
                    name="payer",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="donations",
                        to="billing.thirdpartypayer",
                        verbose_name="donor",
                    ),
                ),
                migrations.AddField(
                    model_name="thirdpartypayment",
                    name="payer",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="billing.thirdpartypayer",
                        verbose_name="payer",
                    ),
                ),
                migrations.AddField(
                    model_name="thirdpartypayment",
                    name="payment",
                    field=models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="third_party",
                        to="billing.payment",
                        verbose_name="payment",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="donationgrant",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", Decimal("0.01")), ("amount__lte", Decimal("99999999999.99"))
                        ),
                        name="grant_is_money",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="donationgrant",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="grant_says_why"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="donationgrant",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="grant_has_two_persons",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="donationgrant",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_by__isnull", True), ("payment__isnull", True), ("state", "PROPOSED")
                            ),
                            models.Q(
                                ("decided_by__isnull", False),
                                ("payment__isnull", False),
                                ("state", "APPROVED"),
                            ),
                            models.Q(
                                ("decided_by__isnull", False), ("payment__isnull", True), ("state", "REFUSED")
                            ),
                            _connector="OR",
                        ),
                        name="approved_grant_is_a_payment",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="donationgrant",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("state", "PROPOSED")),
                        fields=("donation", "bill"),
                        name="bill_waits_for_one_grant",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="thirdpartypayer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="payer_has_a_name"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="thirdpartypayer",
                    constraint=models.UniqueConstraint(
                        fields=("branch", "kind", "name"), name="payer_stands_once_in_a_branch"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="donation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", Decimal("0.01")), ("amount__lte", Decimal("99999999999.99"))
                        ),
                        name="donation_is_money",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="donation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reference", ""), _negated=True),
                            models.Q(("purpose", ""), _negated=True),
                        ),
                        name="donation_has_a_reference_and_a_purpose",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="donation",
                    constraint=models.UniqueConstraint(
                        fields=("method", "reference"), name="donation_slip_counts_once"
                    ),
                ),
            ]
        ),
        append_only("billing_thirdpartypayer"),
        append_only("billing_thirdpartypayment"),
        append_only("billing_donation"),
        changes_only_in(
            "billing_donationgrant",
            ("state", "decided_at", "decided_by_id", "payment_id"),
            ("donation_id", "bill_id", "amount", "reason", "proposed_at", "proposed_by_id"),
        ),
        migrations.RunSQL(DECIDED, UNDO_DECIDED),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
