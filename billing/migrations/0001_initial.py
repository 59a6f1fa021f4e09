from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import billing.models.amount
from accounts.migration_tables import ChangeTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0006_household_evidence"),
    ]

    operations = [
        ChangeTables(
            [
                migrations.CreateModel(
                    name="AllocationPolicy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("effective_from", models.DateField(unique=True, verbose_name="effective from")),
                        (
                            "within_bill",
                            models.CharField(
                                choices=[
                                    ("PRINCIPAL_FIRST", "principal before late charge"),
                                    ("LATE_CHARGE_FIRST", "late charge before principal"),
                                ],
                                default="PRINCIPAL_FIRST",
                                max_length=20,
                                verbose_name="within a bill",
                            ),
                        ),
                        (
                            "uses_credit",
                            models.BooleanField(default=True, verbose_name="prepaid credit is used first"),
                        ),
                    ],
                    options={
                        "verbose_name": "allocation policy",
                        "verbose_name_plural": "allocation policies",
                        "ordering": ("effective_from",),
                    },
                ),
                migrations.CreateModel(
                    name="ApprovalLimit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "what",
                            models.CharField(
                                choices=[
                                    ("WAIVER", "approve a waiver up to"),
                                    ("CANCEL_ALONE", "cancel a bill alone up to"),
                                ],
                                max_length=12,
                                verbose_name="what",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("cashier", "cashier"),
                                    ("adviser", "adviser"),
                                    ("collector", "collector"),
                                    ("complaints", "complaint handler"),
                                    ("finance", "finance clerk"),
                                    ("supervisor", "hall supervisor"),
                                    ("manager", "manager"),
                                    ("administrator", "administrator"),
                                    ("auditor", "auditor"),
                                ],
                                max_length=20,
                                verbose_name="role",
                            ),
                        ),
                        ("amount", billing.models.amount.MoneyField(verbose_name="up to")),
                    ],
                    options={
                        "verbose_name": "approval limit",
                        "verbose_name_plural": "approval limits",
                        "ordering": ("what", "role"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("what", "role"), name="role_has_one_limit_for_a_thing"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("0.00")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                ),
                                name="approval_limit_is_money",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Balance",
                    fields=[
                        (
                            "account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="balance",
                                serialize=False,
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "receivable",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="receivable"
                            ),
                        ),
                        (
                            "prepaid",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="prepaid credit"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "balance",
                        "verbose_name_plural": "balances",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("receivable__gte", Decimal("0.00")),
                                    ("receivable__lte", Decimal("99999999999.99")),
                                ),
                                name="receivable_is_never_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("prepaid__gte", Decimal("0.00")),
                                    ("prepaid__lte", Decimal("99999999999.99")),
                                ),
                                name="prepaid_is_never_negative",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Bill",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=40, unique=True, verbose_name="bill number")),
                        (
                            "service",
                            models.CharField(
                                choices=[
                                    ("HEAT", "heat"),
                                    ("GAS", "gas"),
                                    ("WATER", "water"),
                                    ("ELECTRICITY", "electricity"),
                                ],
                                max_length=12,
                                verbose_name="service",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("USAGE", "metered use"),
                                    ("HEATING", "heating season"),
                                    ("ONE_OFF", "one-off fee"),
                                    ("OPENING", "taken over from the old system"),
                                    ("PURCHASE", "gas purchase"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("period", models.CharField(max_length=10, verbose_name="period")),
                        ("period_from", models.DateField(verbose_name="from")),
                        ("period_to", models.DateField(verbose_name="to")),
                        ("issued_on", models.DateField(verbose_name="issued on")),
                        ("due_on", models.DateField(verbose_name="due on")),
                        (
                            "quantity",
                            models.DecimalField(decimal_places=4, max_digits=16, verbose_name="quantity"),
                        ),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        ("outstanding", billing.models.amount.MoneyField(verbose_name="outstanding")),
                        (
                            "late_charge_left",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"),
                                verbose_name="late charge left after the principal was paid",
                            ),
                        ),
                        (
                            "adjusted",
                            billing.models.amount.MoneyField(
                                db_default=Decimal("0.00"),
                                default=Decimal("0.00"),
                                verbose_name="taken off by adjustments",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("OPEN", "open"), ("PAID", "paid"), ("CANCELLED", "cancelled")],
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("basis", models.JSONField(default=dict, verbose_name="what it was computed from")),
                        (
                            "tier_uses",
                            models.JSONField(default=dict, verbose_name="units counted in each tier period"),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bills",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "replaces",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="billing.bill",
                                verbose_name="replaces",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "bill",
                        "verbose_name_plural": "bills",
                        "ordering": ("account", "due_on", "id"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "OPEN")),
                                fields=["account", "due_on"],
                                name="open_bills_of_an_account",
                            ),
                            models.Index(fields=["service", "period"], name="bills_of_a_period"),
                            models.Index(
                                condition=models.Q(("state", "CANCELLED")),
                                fields=["account", "kind", "period"],
                                name="cancelled_bills_of_a_period",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("0.00")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                ),
                                name="bill_amount_is_money",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("adjusted__gte", 0),
                                    ("adjusted__lte", models.F("amount")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                    ("outstanding__gte", 0),
                                    (
                                        "outstanding__lte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("amount"), "-", models.F("adjusted")
                                        ),
                                    ),
                                ),
                                name="outstanding_lies_between_nothing_and_the_bill",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("late_charge_left__gte", Decimal("0.00")),
                                    ("late_charge_left__lte", Decimal("99999999999.99")),
                                    models.Q(("late_charge_left", 0), ("outstanding", 0), _connector="OR"),
                                ),
                                name="late_charge_is_left_only_after_the_principal_is_paid",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state", "OPEN"),
                                        models.Q(
                                            ("outstanding__gt", 0),
                                            ("late_charge_left__gt", 0),
                                            _connector="OR",
                                        ),
                                    ),
                                    models.Q(
                                        ("late_charge_left", 0),
                                        ("outstanding", 0),
                                        ("state__in", ["PAID", "CANCELLED"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="bill_is_open_exactly_while_something_is_outstanding",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("period_to__gte", models.F("period_from"))),
                                name="bill_period_ends_after_it_begins",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("quantity__gte", 0), ("quantity__lte", Decimal("99999999999"))
                                ),
                                name="bill_quantity_is_a_number",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "CANCELLED"), _negated=True),
                                fields=("account", "kind", "period"),
                                name="account_is_billed_once_for_a_period",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Adjustment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        (
                            "component",
                            models.CharField(
                                max_length=30,
                                validators=[django.core.validators.RegexValidator("^[a-z0-9_]{1,30}$")],
                                verbose_name="component",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("TEMPERATURE", "rooms below standard"),
                                    ("SERVICE_FAULT", "fault of the company"),
                                    ("METER_FAULT", "meter tested and found wrong"),
                                    ("LEAK", "hidden leak"),
                                    ("NOT_BILLED", "use that was not billed"),
                                    ("SETTLEMENT", "settlement with the customer"),
                                    ("OTHER", "other reason"),
                                ],
                                max_length=20,
                                verbose_name="reason",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PROPOSED", "waiting for approval"),
                                    ("APPROVED", "approved"),
                                    ("REFUSED", "refused"),
                                ],
                                default="PROPOSED",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                        ("business_date", models.DateField(null=True, verbose_name="business date")),
                        (
                            "to_bill",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="taken off the bill"
                            ),
                        ),
                        (
                            "to_credit",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="to prepaid credit"
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="adjustments",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="proposed by",
                            ),
                        ),
                        (
                            "bill",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="adjustments",
                                to="billing.bill",
                                verbose_name="bill",
                            ),
                        ),
                        (
                            "charge",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="charged_by",
                                to="billing.bill",
                                verbose_name="bill of the extra charge",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "adjustment",
                        "verbose_name_plural": "adjustments",
                        "ordering": ("-id",),
                        "permissions": [("propose_adjustment", "Can propose an adjustment")],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "PROPOSED")),
                                fields=["id"],
                                name="adjustments_that_wait",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("-99999999999.99")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                    models.Q(("amount", 0), _negated=True),
                                ),
                                name="adjustment_is_money",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("component__regex", "^[a-z0-9_]{1,30}$")),
                                name="adjustment_names_a_component",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("business_date__isnull", True),
                                        ("decided_at__isnull", True),
                                        ("decided_by__isnull", True),
                                        ("state", "PROPOSED"),
                                    ),
                                    models.Q(
                                        ("business_date__isnull", False),
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                        ("state__in", ["APPROVED", "REFUSED"]),
                                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="adjustment_is_decided_by_another_person",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("to_bill__gte", 0),
                                    ("to_credit__gte", 0),
                                    models.Q(
                                        models.Q(
                                            models.Q(("state", "APPROVED"), _negated=True),
                                            ("charge__isnull", True),
                                            ("to_bill", 0),
                                            ("to_credit", 0),
                                        ),
                                        models.Q(
                                            ("amount__gt", 0),
                                            ("charge__isnull", False),
                                            ("state", "APPROVED"),
                                            ("to_bill", 0),
                                            ("to_credit", 0),
                                        ),
                                        models.Q(
                                            ("amount__lt", 0),
                                            ("charge__isnull", True),
                                            ("state", "APPROVED"),
                                            (
                                                "amount",
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.expressions.CombinedExpression(
                                                        models.F("to_bill"), "*", models.Value(-1)
                                                    ),
                                                    "-",
                                                    models.F("to_credit"),
                                                ),
                                            ),
                                        ),
                                        _connector="OR",
                                    ),
                                ),
                                name="adjustment_goes_whole_to_bill_credit_or_charge",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("to_bill", 0), ("bill__isnull", False), _connector="OR"),
                                name="adjustment_lowers_the_bill_it_names",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BillCancellation",
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
                                    ("WRONG_READING", "wrong reading"),
                                    ("WRONG_TARIFF", "wrong price list"),
                                    ("WRONG_FACTS", "wrong facts of the account"),
                                    ("ESTIMATE_TRUED_UP", "estimate replaced by a reading"),
                                    ("DOUBLE", "billed twice"),
                                    ("SALE_UNDONE", "gas sale undone"),
                                    ("OTHER", "other reason"),
                                ],
                                max_length=20,
                                verbose_name="reason",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        ("business_date", models.DateField(verbose_name="business date")),
                        ("cancelled_at", models.DateTimeField(verbose_name="at")),
                        (
                            "returned",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="what was paid, now prepaid credit"
                            ),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approved by",
                            ),
                        ),
                        (
                            "bill",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cancellation",
                                to="billing.bill",
                                verbose_name="bill",
                            ),
                        ),
                        (
                            "cancelled_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "cancellation of a bill",
                        "verbose_name_plural": "cancellations of bills",
                        "permissions": [
                            ("cancel_bill", "Can cancel a bill and bill it again"),
                            ("approve_correction", "Can approve a correction that somebody else proposed"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    models.Q(("approved_by", models.F("cancelled_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="cancellation_is_approved_by_another_person",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("returned__gte", Decimal("0.00")),
                                    ("returned__lte", Decimal("99999999999.99")),
                                    models.Q(
                                        ("returned", 0), ("approved_by__isnull", False), _connector="OR"
                                    ),
                                ),
                                name="cancelling_what_was_paid_needs_a_second_person",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BillLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                        ("component", models.CharField(max_length=30, verbose_name="component")),
                        (
                            "component_name",
                            models.CharField(blank=True, max_length=60, verbose_name="component name"),
                        ),
                        ("category", models.CharField(blank=True, max_length=30, verbose_name="category")),
                        ("tier", models.PositiveSmallIntegerField(null=True, verbose_name="tier")),
                        (
                            "quantity",
                            models.DecimalField(decimal_places=4, max_digits=16, verbose_name="quantity"),
                        ),
                        (
                            "unit_price",
                            models.DecimalField(decimal_places=6, max_digits=14, verbose_name="unit price"),
                        ),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        ("sentence", models.CharField(max_length=200, verbose_name="explanation")),
                        (
                            "sentence_en",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="explanation in English"
                            ),
                        ),
                        (
                            "bill",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="billing.bill",
                                verbose_name="bill",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "bill line",
                        "verbose_name_plural": "bill lines",
                        "ordering": ("bill", "position"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("bill", "position"), name="bill_lines_are_numbered"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("-99999999999.99")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                ),
                                name="bill_line_amount_is_money",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BillRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "service",
                            models.CharField(
                                choices=[
                                    ("HEAT", "heat"),
                                    ("GAS", "gas"),
                                    ("WATER", "water"),
                                    ("ELECTRICITY", "electricity"),
                                ],
                                max_length=12,
                                verbose_name="service",
                            ),
                        ),
                        ("period", models.CharField(max_length=10, verbose_name="period")),
                        ("issued_on", models.DateField(verbose_name="issued on")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PREVIEWING", "being previewed"),
                                    ("PREVIEWED", "to be looked at"),
                                    ("PUBLISHING", "being published"),
                                    ("PUBLISHED", "published"),
                                ],
                                default="PREVIEWING",
                                max_length=12,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "preview_first",
                            models.BooleanField(
                                default=True, verbose_name="somebody looks at it before it is published"
                            ),
                        ),
                        ("started_at", models.DateTimeField(verbose_name="started at")),
                        ("published_at", models.DateTimeField(null=True, verbose_name="published at")),
                        ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                        ("summary", models.JSONField(default=dict, verbose_name="summary")),
                        (
                            "branch",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.branch",
                                verbose_name="branch",
                            ),
                        ),
                        (
                            "published_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="published by",
                            ),
                        ),
                        (
                            "started_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="started by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "bill run",
                        "verbose_name_plural": "bill runs",
                        "permissions": [
                            ("run_billing", "Can start a bill run"),
                            ("publish_billrun", "Can publish the bills of a run that was previewed"),
                            ("close_period", "Can close a billing period"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("service", "period", "branch"),
                                name="a_period_of_a_service_has_one_bill_run",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["PREVIEWING", "PREVIEWED"]),
                                    ("published_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="bill_run_is_published_at_some_time",
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="bill",
                    name="run",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="billing.billrun",
                        verbose_name="run",
                    ),
                ),
                migrations.CreateModel(
                    name="BillRunChunk",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField(verbose_name="position")),
                        (
                            "account_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), size=None, verbose_name="accounts"
                            ),
                        ),
                        ("accounts", models.PositiveIntegerField(verbose_name="number of accounts")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("WAITING", "waiting"),
                                    ("PREVIEWED", "previewed"),
                                    ("PUBLISHED", "published"),
                                ],
                                default="WAITING",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("bills", models.PositiveIntegerField(default=0, verbose_name="bills")),
                        (
                            "unpriced",
                            models.PositiveIntegerField(default=0, verbose_name="accounts without a price"),
                        ),
                        (
                            "amount",
                            billing.models.amount.MoneyField(default=Decimal("0.00"), verbose_name="amount"),
                        ),
                        (
                            "fingerprint",
                            models.CharField(
                                blank=True, max_length=64, verbose_name="fingerprint of the preview"
                            ),
                        ),
                        ("previewed_at", models.DateTimeField(null=True, verbose_name="previewed at")),
                        (
                            "changed_at",
                            models.DateTimeField(null=True, verbose_name="found changed after the preview"),
                        ),
                        ("published_at", models.DateTimeField(null=True, verbose_name="published at")),
                        ("worker", models.CharField(blank=True, max_length=80, verbose_name="worker")),
                        ("failures", models.PositiveSmallIntegerField(default=0, verbose_name="failures")),
                        (
                            "failure",
                            models.CharField(blank=True, max_length=200, verbose_name="last failure"),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="chunks",
                                to="billing.billrun",
                                verbose_name="run",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "chunk of a bill run",
                        "verbose_name_plural": "chunks of bill runs",
                        "ordering": ("run", "position"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "PUBLISHED"), _negated=True),
                                fields=["run", "failures", "position"],
                                name="open_chunks_of_a_run",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("run", "position"), name="chunks_of_a_run_are_numbered"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("0.00")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                ),
                                name="chunk_amount_is_money",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("published_at__isnull", False), ("state", "PUBLISHED")),
                                    models.Q(
                                        models.Q(("state", "PUBLISHED"), _negated=True),
                                        ("published_at__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="chunk_has_a_time_of_publication_exactly_when_published",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "PREVIEWED"), _negated=True),
                                    models.Q(
                                        ("previewed_at__isnull", False),
                                        models.Q(("fingerprint", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="previewed_chunk_has_a_fingerprint",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BillRunFinding",
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
                                choices=[("UNPRICED", "not priced"), ("OUTLIER", "unusual amount")],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        ("message", models.CharField(blank=True, max_length=300, verbose_name="message")),
                        ("params", models.JSONField(default=dict, verbose_name="figures of the message")),
                        ("amount", billing.models.amount.MoneyField(null=True, verbose_name="amount")),
                        ("usual", billing.models.amount.MoneyField(null=True, verbose_name="usual amount")),
                        (
                            "explanation",
                            models.CharField(blank=True, max_length=300, verbose_name="explanation"),
                        ),
                        ("explained_at", models.DateTimeField(null=True, verbose_name="explained at")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "chunk",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="findings",
                                to="billing.billrunchunk",
                                verbose_name="chunk",
                            ),
                        ),
                        (
                            "explained_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="explained by",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="billing.billrun",
                                verbose_name="run",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "finding of a bill run",
                        "verbose_name_plural": "findings of bill runs",
                        "ordering": ("-amount", "id"),
                        "indexes": [models.Index(fields=["run", "kind"], name="findings_of_a_run")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("explained_at__isnull", True),
                                        ("explained_by__isnull", True),
                                        ("explanation", ""),
                                    ),
                                    models.Q(
                                        models.Q(("explanation", ""), _negated=True),
                                        ("explained_at__isnull", False),
                                        ("explained_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="finding_is_explained_by_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("amount__isnull", True), ("kind", "UNPRICED")),
                                    models.Q(
                                        ("amount__gte", 0),
                                        ("amount__lte", Decimal("99999999999.99")),
                                        ("kind", "OUTLIER"),
                                    ),
                                    _connector="OR",
                                ),
                                name="outlier_has_an_amount",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BillRunTotal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("category", models.CharField(blank=True, max_length=30, verbose_name="category")),
                        ("component", models.CharField(max_length=30, verbose_name="component")),
                        (
                            "component_name",
                            models.CharField(blank=True, max_length=60, verbose_name="component name"),
                        ),
                        ("tier", models.PositiveSmallIntegerField(null=True, verbose_name="tier")),
                        ("bills", models.PositiveIntegerField(verbose_name="bills")),
                        (
                            "quantity",
                            models.DecimalField(decimal_places=4, max_digits=18, verbose_name="quantity"),
                        ),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        (
                            "chunk",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="totals",
                                to="billing.billrunchunk",
                                verbose_name="chunk",
                            ),
                        ),
                        (
                            "district",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.district",
                                verbose_name="district",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "total of a bill run",
                        "verbose_name_plural": "totals of bill runs",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("-99999999999.99")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                ),
                                name="bill_run_total_is_money",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BuildingHandover",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("community", models.CharField(max_length=60, verbose_name="community")),
                        ("building", models.CharField(blank=True, max_length=20, verbose_name="building")),
                        ("handed_over_on", models.DateField(verbose_name="handed over on")),
                        (
                            "district",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.district",
                                verbose_name="district",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "handover of a building",
                        "verbose_name_plural": "handovers of buildings",
                        "ordering": ("district", "community", "building"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("district", "community", "building"),
                                name="a_building_is_handed_over_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BusinessDay",
                    fields=[
                        (
                            "date",
                            models.DateField(primary_key=True, serialize=False, verbose_name="business date"),
                        ),
                        ("closed_at", models.DateTimeField(verbose_name="closed at")),
                        (
                            "closed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="closed by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "closed business day",
                        "verbose_name_plural": "closed business days",
                        "ordering": ("-date",),
                        "permissions": [("close_business_day", "Can close the books of a day")],
                    },
                ),
                migrations.CreateModel(
                    name="CardWrite",
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
                                    ("ISSUE", "new card"),
                                    ("LOAD", "gas onto the card"),
                                    ("CLEAR", "gas off the card"),
                                ],
                                max_length=5,
                                verbose_name="kind",
                            ),
                        ),
                        ("sequence", models.PositiveIntegerField(verbose_name="purchase count")),
                        ("volume", models.PositiveIntegerField(verbose_name="volume, m³")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PENDING", "not written yet"),
                                    ("WRITTEN", "written"),
                                    ("FAILED", "failed"),
                                    ("ABANDONED", "given up"),
                                ],
                                default="PENDING",
                                max_length=9,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "may_be_on_card",
                            models.BooleanField(default=False, verbose_name="the card may hold it"),
                        ),
                        (
                            "last_code",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "done"),
                                    (1, "the key of the cards is missing in the reader"),
                                    (2, "the amount is more than the card can hold"),
                                    (3, "the reader does not answer: check its cable"),
                                    (4, "there is no card in the reader"),
                                    (5, "this is not a gas card"),
                                    (6, "this card is not new: take one from the box of new cards"),
                                    (7, "the card refuses the password"),
                                    (8, "the card could not be read: clean it and insert it again"),
                                    (9, "the card could not be written"),
                                    (10, "the card holds something else than was written"),
                                    (11, "this is another card than the one that was sold to"),
                                    (12, "the gas has already been read into the meter"),
                                    (13, "the card still holds gas, or its count differs from the books"),
                                ],
                                null=True,
                                verbose_name="last result",
                            ),
                        ),
                        ("asked_at", models.DateTimeField(verbose_name="asked for at")),
                        ("claimed_at", models.DateTimeField(null=True, verbose_name="at the reader since")),
                        ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="asked for by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "card write",
                        "verbose_name_plural": "card writes",
                        "ordering": ("id",),
                    },
                ),
                migrations.CreateModel(
                    name="CardWriteAttempt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (0, "done"),
                                    (1, "the key of the cards is missing in the reader"),
                                    (2, "the amount is more than the card can hold"),
                                    (3, "the reader does not answer: check its cable"),
                                    (4, "there is no card in the reader"),
                                    (5, "this is not a gas card"),
                                    (6, "this card is not new: take one from the box of new cards"),
                                    (7, "the card refuses the password"),
                                    (8, "the card could not be read: clean it and insert it again"),
                                    (9, "the card could not be written"),
                                    (10, "the card holds something else than was written"),
                                    (11, "this is another card than the one that was sold to"),
                                    (12, "the gas has already been read into the meter"),
                                    (13, "the card still holds gas, or its count differs from the books"),
                                ],
                                verbose_name="result",
                            ),
                        ),
                        (
                            "found_count",
                            models.PositiveIntegerField(null=True, verbose_name="purchase count on the card"),
                        ),
                        (
                            "found_volume",
                            models.PositiveIntegerField(null=True, verbose_name="volume on the card, m³"),
                        ),
                        ("place", models.CharField(blank=True, max_length=120, verbose_name="place")),
                        ("tried_at", models.DateTimeField(verbose_name="at")),
                        (
                            "tried_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "write",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attempts",
                                to="billing.cardwrite",
                                verbose_name="card write",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "attempt to write a card",
                        "verbose_name_plural": "attempts to write a card",
                        "ordering": ("write", "id"),
                    },
                ),
                migrations.CreateModel(
                    name="CorrectionBatch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("request_id", models.UUIDField(unique=True, verbose_name="request")),
                        ("selection", models.JSONField(default=dict, verbose_name="which bills")),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("WRONG_READING", "wrong reading"),
                                    ("WRONG_TARIFF", "wrong price list"),
                                    ("WRONG_FACTS", "wrong facts of the account"),
                                    ("ESTIMATE_TRUED_UP", "estimate replaced by a reading"),
                                    ("DOUBLE", "billed twice"),
                                    ("SALE_UNDONE", "gas sale undone"),
                                    ("OTHER", "other reason"),
                                ],
                                max_length=20,
                                verbose_name="reason",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PROPOSED", "waiting for approval"),
                                    ("APPROVED", "approved"),
                                    ("REFUSED", "refused"),
                                    ("DONE", "done"),
                                ],
                                default="PROPOSED",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                        ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="proposed by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "batch of cancellations",
                        "verbose_name_plural": "batches of cancellations",
                        "ordering": ("-id",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("decided_by__isnull", True),
                                        ("state", "PROPOSED"),
                                    ),
                                    models.Q(
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                        models.Q(("state", "PROPOSED"), _negated=True),
                                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="batch_is_decided_by_another_person",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("finished_at__isnull", False), ("state", "DONE")),
                                    models.Q(
                                        models.Q(("state", "DONE"), _negated=True),
                                        ("finished_at__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="batch_is_finished_exactly_when_it_is_done",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BatchedBill",
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
                                    ("WAITING", "still to come"),
                                    ("CANCELLED", "cancelled"),
                                    ("LEFT", "left as it is"),
                                ],
                                default="WAITING",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "why_left",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("unknown_bill", "bill of another branch"),
                                    ("already_cancelled", "was cancelled already"),
                                    ("not_cancellable", "is undone where it was sold"),
                                    ("credit_spent", "its adjustment was credit that has been used"),
                                ],
                                max_length=40,
                                verbose_name="why it was left",
                            ),
                        ),
                        (
                            "bill",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.bill",
                                verbose_name="bill",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="billing.correctionbatch",
                                verbose_name="batch of cancellations",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "bill of a batch",
                        "verbose_name_plural": "bills of a batch",
                        "ordering": ("batch", "id"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "WAITING")),
                                fields=["batch", "id"],
                                name="bills_of_a_batch_still_to_come",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("batch", "bill"), name="bill_is_in_a_batch_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "LEFT"), models.Q(("why_left", ""), _negated=True)),
                                    models.Q(models.Q(("state", "LEFT"), _negated=True), ("why_left", "")),
                                    _connector="OR",
                                ),
                                name="bill_that_was_left_says_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GasCard",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("card_no", models.CharField(max_length=8, unique=True, verbose_name="card number")),
                        (
                            "meter_kind",
                            models.CharField(
                                choices=[("SMALL", "small gas meter"), ("LARGE", "large gas meter")],
                                default="SMALL",
                                max_length=5,
                                verbose_name="kind of meter",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("ACTIVE", "in use"),
                                    ("LOST", "reported lost"),
                                    ("BLOCKED", "blocked"),
                                    ("REPLACED", "replaced"),
                                    ("VOID", "void"),
                                ],
                                default="ACTIVE",
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                        ("issued_at", models.DateTimeField(verbose_name="issued at")),
                        (
                            "opening_count",
                            models.PositiveIntegerField(default=0, verbose_name="purchases on earlier cards"),
                        ),
                        (
                            "opening_total",
                            models.PositiveIntegerField(
                                default=0, verbose_name="gas bought on earlier cards, m³"
                            ),
                        ),
                        (
                            "purchase_count",
                            models.PositiveIntegerField(default=0, verbose_name="purchase count"),
                        ),
                        (
                            "total_purchased",
                            models.PositiveIntegerField(default=0, verbose_name="gas bought, m³"),
                        ),
                        (
                            "meter_start",
                            models.DecimalField(
                                decimal_places=3,
                                default=Decimal("0"),
                                max_digits=12,
                                verbose_name="mechanical register when the card began",
                            ),
                        ),
                        (
                            "used_before",
                            models.DecimalField(
                                decimal_places=3,
                                default=Decimal("0"),
                                max_digits=12,
                                verbose_name="gas that earlier meters counted, m³",
                            ),
                        ),
                        ("safe_until", models.DateField(null=True, verbose_name="safety check valid until")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="gas_cards",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "issued_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="issued by",
                            ),
                        ),
                        (
                            "replaces",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="billing.gascard",
                                verbose_name="replaces the card",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "gas card",
                        "verbose_name_plural": "gas cards",
                        "ordering": ("card_no",),
                        "permissions": [
                            ("issue_gas_card", "Can issue and replace gas cards"),
                            ("block_gas_card", "Can block and void gas cards"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["REPLACED", "VOID"]), _negated=True),
                                fields=("account",),
                                name="account_has_one_gas_card_in_use",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("card_no__regex", "^[0-9]{8}$")),
                                name="gas_card_number_has_eight_digits",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("purchase_count__gte", models.F("opening_count")),
                                    ("total_purchased__lte", 2000000000),
                                ),
                                name="gas_card_counts_on_from_the_card_before",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("meter_start__gte", 0),
                                    ("meter_start__lte", Decimal("999999999.999")),
                                    ("used_before__gte", 0),
                                    ("used_before__lte", Decimal("999999999.999")),
                                ),
                                name="gas_card_begins_at_a_register",
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="cardwrite",
                    name="card",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="writes",
                        to="billing.gascard",
                        verbose_name="gas card",
                    ),
                ),
                migrations.CreateModel(
                    name="GasPurchase",
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
                                    ("SALE", "gas purchase"),
                                    ("MAKE_GOOD", "make-good gas"),
                                    ("OVERUSE", "gas used beyond what was bought"),
                                ],
                                default="SALE",
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("LIVE", "counts"), ("REVERSED", "undone")],
                                default="LIVE",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("volume", models.PositiveIntegerField(verbose_name="volume, m³")),
                        ("sequence", models.PositiveIntegerField(null=True, verbose_name="purchase count")),
                        ("request_id", models.UUIDField(unique=True, verbose_name="request")),
                        (
                            "fingerprint",
                            models.CharField(
                                blank=True, max_length=64, verbose_name="fingerprint of the request"
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        ("made_on", models.DateField(verbose_name="business date")),
                        ("made_at", models.DateTimeField(verbose_name="at")),
                        (
                            "approved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approved by",
                            ),
                        ),
                        (
                            "bill",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="gas_purchase",
                                to="billing.bill",
                                verbose_name="bill",
                            ),
                        ),
                        (
                            "card",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="purchases",
                                to="billing.gascard",
                                verbose_name="gas card",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "gas purchase",
                        "verbose_name_plural": "gas purchases",
                        "ordering": ("card", "id"),
                        "permissions": [
                            ("sell_gas", "Can sell gas on a card"),
                            ("make_gas_good", "Can put gas on a card that was paid before"),
                            ("approve_make_good", "Can approve make-good gas"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("volume__gte", 1), ("volume__lte", 999999)),
                                name="gas_is_sold_in_whole_cubic_metres",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "OVERUSE"), ("sequence__isnull", True)),
                                    models.Q(
                                        models.Q(("kind", "OVERUSE"), _negated=True),
                                        ("sequence__gte", 1),
                                        ("sequence__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="gas_that_goes_on_a_card_has_a_count",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("bill__isnull", True), ("kind", "MAKE_GOOD")),
                                    models.Q(
                                        models.Q(("kind", "MAKE_GOOD"), _negated=True),
                                        ("bill__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="gas_is_billed_unless_it_was_paid_before",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "MAKE_GOOD"), _negated=True),
                                    models.Q(
                                        ("approved_by__isnull", False),
                                        ("made_by__isnull", False),
                                        models.Q(("approved_by", models.F("made_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="make_good_gas_is_approved_by_a_second_person",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "LIVE")),
                                fields=("card", "sequence"),
                                name="gas_card_counts_each_purchase_once",
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="cardwrite",
                    name="purchase",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="writes",
                        to="billing.gaspurchase",
                        verbose_name="gas purchase",
                    ),
                ),
                migrations.CreateModel(
                    name="GasSaleRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("effective_from", models.DateField(verbose_name="effective from")),
                        (
                            "most_per_purchase",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="most gas per purchase, m³"
                            ),
                        ),
                        (
                            "needs_safety_check",
                            models.BooleanField(
                                default=False, verbose_name="sells only with a valid safety check"
                            ),
                        ),
                        (
                            "replacement_fee",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="fee for a lost card"
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.branch",
                                verbose_name="branch",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rule of gas sales",
                        "verbose_name_plural": "rules of gas sales",
                        "ordering": ("branch", "effective_from"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("branch", "effective_from"),
                                name="one_rule_of_gas_sales_begins_on_a_day",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("replacement_fee__gte", Decimal("0.00")),
                                    ("replacement_fee__lte", Decimal("99999999999.99")),
                                    models.Q(
                                        ("most_per_purchase__isnull", True),
                                        ("most_per_purchase__gte", 1),
                                        _connector="OR",
                                    ),
                                ),
                                name="rule_of_gas_sales_is_in_range",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HeatingSeason",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "season",
                            models.CharField(
                                help_text="As on the bills: 2026-27.", max_length=7, verbose_name="season"
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="heat from")),
                        ("ends_on", models.DateField(verbose_name="heat until")),
                        ("due_on", models.DateField(verbose_name="due date")),
                        ("suspend_by", models.DateField(verbose_name="suspension is asked for by")),
                        (
                            "early_until",
                            models.DateField(blank=True, null=True, verbose_name="early payment until"),
                        ),
                        (
                            "early_pct",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=4,
                                null=True,
                                verbose_name="given back for early payment, percent",
                            ),
                        ),
                        (
                            "late_terms",
                            models.CharField(
                                blank=True,
                                max_length=200,
                                verbose_name="what is announced about late payment",
                            ),
                        ),
                        (
                            "silent_user_policy",
                            models.CharField(
                                choices=[
                                    ("OWES_ALL", "normal use: everything is owed"),
                                    ("SUSPENDED", "treated as suspended, the valve is shut"),
                                ],
                                default="OWES_ALL",
                                max_length=12,
                                verbose_name="neither paid nor reported",
                            ),
                        ),
                        (
                            "debtors_may_suspend",
                            models.BooleanField(
                                default=False, verbose_name="a customer with arrears may suspend"
                            ),
                        ),
                        (
                            "warranty_seasons",
                            models.PositiveSmallIntegerField(
                                default=2, verbose_name="seasons of warranty of a building"
                            ),
                        ),
                        (
                            "standard",
                            models.DecimalField(
                                decimal_places=1,
                                default=Decimal("18"),
                                max_digits=3,
                                verbose_name="lowest room temperature, °C",
                            ),
                        ),
                        ("decision", models.CharField(max_length=120, verbose_name="announced by decision")),
                        ("notes", models.CharField(blank=True, max_length=200, verbose_name="notes")),
                        (
                            "branch",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.branch",
                                verbose_name="branch",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "heating season",
                        "verbose_name_plural": "heating seasons",
                        "ordering": ("-season", "branch"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("season", "branch"),
                                name="a_branch_has_one_heating_season_a_year",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("season__regex", "^20[0-9]{2}-[0-9]{2}$"),
                                    (
                                        "season__startswith",
                                        django.db.models.functions.comparison.Cast(
                                            django.db.models.functions.datetime.ExtractYear("starts_on"),
                                            models.CharField(),
                                        ),
                                    ),
                                ),
                                name="heating_season_bears_the_year_it_starts_in",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                                name="heating_season_ends_after_it_starts",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("due_on__lte", models.F("ends_on")),
                                    ("suspend_by__lte", models.F("ends_on")),
                                ),
                                name="heating_season_is_due_before_it_ends",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("early_pct__isnull", True), ("early_until__isnull", True)),
                                    models.Q(
                                        ("early_pct__gt", 0),
                                        ("early_pct__isnull", False),
                                        ("early_pct__lte", 50),
                                        ("early_until__isnull", False),
                                        ("early_until__lte", models.F("due_on")),
                                    ),
                                    _connector="OR",
                                ),
                                name="early_payment_ends_with_the_due_date",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("standard__gte", 10), ("standard__lte", 26)),
                                name="room_temperature_standard_is_a_room",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HeatSuspension",
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
                                    ("APPLIED", "applied for"),
                                    ("APPROVED", "approved"),
                                    ("REFUSED", "refused"),
                                    ("RESUMED", "resumed in the season"),
                                    ("ENDED", "ended with the season"),
                                ],
                                default="APPLIED",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "is_silent",
                            models.BooleanField(default=False, verbose_name="neither paid nor reported"),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        ("applied_on", models.DateField(verbose_name="applied on")),
                        ("applied_at", models.DateTimeField(verbose_name="entered at")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("NO_VALVE", "the premises cannot be shut off alone"),
                                    ("IN_WARRANTY", "the building is in its first seasons of warranty"),
                                    ("NEIGHBOUR_DANGER", "it would endanger neighbours"),
                                    ("TOO_LATE", "the last day to apply is over"),
                                    ("OWES_ARREARS", "earlier bills are owed"),
                                    ("WITHDRAWN", "the customer no longer wants it"),
                                ],
                                max_length=20,
                                verbose_name="why it is refused",
                            ),
                        ),
                        ("resumed_on", models.DateField(null=True, verbose_name="heat again from")),
                        ("resumed_at", models.DateTimeField(null=True, verbose_name="resumed at")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="heat_suspensions",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "applied_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
                            ),
                        ),
                        (
                            "fee_bill",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.bill",
                                verbose_name="bill of the basic fee",
                            ),
                        ),
                        (
                            "resume_bill",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.bill",
                                verbose_name="bill of the resumed days",
                            ),
                        ),
                        (
                            "resumed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="resumed by",
                            ),
                        ),
                        (
                            "season",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="suspensions",
                                to="billing.heatingseason",
                                verbose_name="heating season",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "suspension of heat",
                        "verbose_name_plural": "suspensions of heat",
                        "ordering": ("-id",),
                        "permissions": [
                            ("decide_heatsuspension", "Can decide an application for suspension"),
                            ("resume_heating", "Can resume heating inside the season"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "REFUSED"), _negated=True),
                                fields=("account", "season"),
                                name="account_is_suspended_once_a_season",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("decided_by__isnull", True),
                                        ("state", "APPLIED"),
                                    ),
                                    models.Q(
                                        models.Q(("state", "APPLIED"), _negated=True),
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="suspension_is_decided_by_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    models.Q(("decided_by", models.F("applied_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="suspension_is_decided_by_a_second_person",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "REFUSED"), models.Q(("reason", ""), _negated=True)),
                                    models.Q(models.Q(("state", "REFUSED"), _negated=True), ("reason", "")),
                                    _connector="OR",
                                ),
                                name="suspension_is_refused_for_a_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("resume_bill__isnull", False),
                                        ("resumed_at__isnull", False),
                                        ("resumed_by__isnull", False),
                                        ("resumed_on__isnull", False),
                                        ("state", "RESUMED"),
                                    ),
                                    models.Q(
                                        models.Q(("state", "RESUMED"), _negated=True),
                                        ("resume_bill__isnull", True),
                                        ("resumed_at__isnull", True),
                                        ("resumed_by__isnull", True),
                                        ("resumed_on__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="resumed_suspension_has_its_day_and_its_bill",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HouseholdConversion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("converted_on", models.DateField(verbose_name="converted on")),
                        (
                            "method",
                            models.CharField(
                                choices=[
                                    ("AREA", "by heated area"),
                                    ("TWO_PART", "base charge and heat meter"),
                                ],
                                max_length=10,
                                verbose_name="billed from then on",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        ("made_at", models.DateTimeField(verbose_name="entered at")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="heat_conversions",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "household conversion",
                        "verbose_name_plural": "household conversions",
                        "ordering": ("account", "converted_on"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("account", "converted_on"),
                                name="household_is_converted_once_on_a_day",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LateChargeRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "service",
                            models.CharField(
                                choices=[
                                    ("HEAT", "heat"),
                                    ("GAS", "gas"),
                                    ("WATER", "water"),
                                    ("ELECTRICITY", "electricity"),
                                ],
                                max_length=12,
                                verbose_name="service",
                            ),
                        ),
                        ("effective_from", models.DateField(verbose_name="for bills due from")),
                        (
                            "effective_until",
                            models.DateField(blank=True, null=True, verbose_name="for bills due until"),
                        ),
                        ("terms", models.JSONField(verbose_name="terms")),
                        (
                            "branch",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.branch",
                                verbose_name="branch",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "late charge rule",
                        "verbose_name_plural": "late charge rules",
                        "constraints": [
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                expressions=[
                                    ("service", "="),
                                    (
                                        django.db.models.functions.comparison.Coalesce(models.F("branch"), 0),
                                        "=",
                                    ),
                                    (
                                        models.Func(
                                            models.F("effective_from"),
                                            models.F("effective_until"),
                                            models.Value("[]"),
                                            function="daterange",
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="late_charge_rules_do_not_overlap",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Meter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("serial_no", models.CharField(max_length=30, verbose_name="meter number")),
                        (
                            "service",
                            models.CharField(
                                choices=[
                                    ("HEAT", "heat"),
                                    ("GAS", "gas"),
                                    ("WATER", "water"),
                                    ("ELECTRICITY", "electricity"),
                                ],
                                max_length=12,
                                verbose_name="service",
                            ),
                        ),
                        ("digits", models.PositiveSmallIntegerField(default=5, verbose_name="digits")),
                        (
                            "multiplier",
                            models.DecimalField(
                                decimal_places=3,
                                default=Decimal("1"),
                                max_digits=8,
                                verbose_name="multiplier",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "meter",
                        "verbose_name_plural": "meters",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("service", "serial_no"), name="meter_number_is_unique"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("multiplier__gt", 0), ("multiplier__lte", 99999)),
                                name="meter_multiplier_is_positive",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("digits__gte", 3), ("digits__lte", 9)),
                                name="meter_has_three_to_nine_digits",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MeterInstallation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("installed_on", models.DateField(verbose_name="installed on")),
                        ("removed_on", models.DateField(blank=True, null=True, verbose_name="removed on")),
                        (
                            "initial",
                            models.DecimalField(
                                decimal_places=3, max_digits=12, verbose_name="initial reading"
                            ),
                        ),
                        (
                            "final",
                            models.DecimalField(
                                blank=True,
                                decimal_places=3,
                                max_digits=12,
                                null=True,
                                verbose_name="final reading",
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="installations",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "meter",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="installations",
                                to="billing.meter",
                                verbose_name="meter",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "meter installation",
                        "verbose_name_plural": "meter installations",
                        "ordering": ("account", "installed_on"),
                        "permissions": [("replace_meter", "Can replace a meter")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("final__isnull", True), ("removed_on__isnull", True)),
                                    models.Q(
                                        ("final__isnull", False),
                                        ("removed_on__gte", models.F("installed_on")),
                                    ),
                                    _connector="OR",
                                ),
                                name="meter_is_removed_with_a_final_reading",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("initial__gte", 0), ("initial__lte", Decimal("999999999.999"))
                                ),
                                name="initial_reading_is_a_number",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                expressions=[
                                    ("meter", "="),
                                    (
                                        models.Func(
                                            models.F("installed_on"),
                                            models.F("removed_on"),
                                            models.Value("[)"),
                                            function="daterange",
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="meter_is_in_one_place_at_a_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MeterTest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("tested_on", models.DateField(verbose_name="tested on")),
                        ("laboratory", models.CharField(max_length=100, verbose_name="tested by")),
                        (
                            "certificate_no",
                            models.CharField(max_length=60, unique=True, verbose_name="certificate number"),
                        ),
                        (
                            "error_percent",
                            models.DecimalField(
                                decimal_places=2, max_digits=5, verbose_name="error, percent"
                            ),
                        ),
                        (
                            "tolerance_percent",
                            models.DecimalField(
                                decimal_places=2, max_digits=4, verbose_name="tolerance, percent"
                            ),
                        ),
                        (
                            "result",
                            models.CharField(
                                choices=[
                                    ("WITHIN", "within the tolerance"),
                                    ("FAST", "counts too much"),
                                    ("SLOW", "counts too little"),
                                ],
                                max_length=6,
                                verbose_name="result",
                            ),
                        ),
                        ("entered_at", models.DateTimeField(verbose_name="entered at")),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                        (
                            "installation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tests",
                                to="billing.meterinstallation",
                                verbose_name="meter installation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "meter test",
                        "verbose_name_plural": "meter tests",
                        "ordering": ("-tested_on", "-id"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("error_percent__gt", -100), ("error_percent__lte", Decimal("999.99"))
                                ),
                                name="meter_error_is_a_percentage",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("tolerance_percent__gt", 0), ("tolerance_percent__lt", 100)
                                ),
                                name="meter_tolerance_is_a_percentage",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OneOffFee",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("request_id", models.UUIDField(unique=True, verbose_name="request")),
                        ("item", models.CharField(max_length=60, verbose_name="fee")),
                        ("measures", models.JSONField(verbose_name="measured")),
                        ("issued_at", models.DateTimeField(verbose_name="issued at")),
                        (
                            "bill",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="one_off_fee",
                                to="billing.bill",
                                verbose_name="bill",
                            ),
                        ),
                        (
                            "issued_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="issued by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "one-off fee",
                        "verbose_name_plural": "one-off fees",
                        "ordering": ("-id",),
                    },
                ),
                migrations.CreateModel(
                    name="Payment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("request_id", models.UUIDField(unique=True, verbose_name="request")),
                        (
                            "fingerprint",
                            models.CharField(max_length=64, verbose_name="content of the request"),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("COUNTER", "counter"),
                                    ("CREDIT", "prepaid credit, used when a bill is issued"),
                                    ("OPENING", "taken over from the old system"),
                                    ("BANK", "bank"),
                                    ("PHONE", "own phone"),
                                ],
                                max_length=10,
                                verbose_name="channel",
                            ),
                        ),
                        ("business_date", models.DateField(verbose_name="business date")),
                        ("taken_at", models.DateTimeField(verbose_name="taken at")),
                        ("tendered", billing.models.amount.MoneyField(verbose_name="tendered")),
                        (
                            "change_given",
                            billing.models.amount.MoneyField(default=Decimal("0.00"), verbose_name="change"),
                        ),
                        ("allocated", billing.models.amount.MoneyField(verbose_name="allocated to bills")),
                        (
                            "credited",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="to prepaid credit"
                            ),
                        ),
                        ("policy", models.JSONField(default=dict, verbose_name="allocation policy")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="payments",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.branch",
                                verbose_name="branch",
                            ),
                        ),
                        (
                            "taken_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="taken by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "payment",
                        "verbose_name_plural": "payments",
                        "ordering": ("-id",),
                        "permissions": [
                            ("take_payment", "Can take money"),
                            ("pay_out_of_order", "Can settle a bill while an older one stays open"),
                            ("void_payment", "Can void an own payment of the open shift"),
                            ("reverse_payment", "Can ask for the reversal of a payment"),
                            ("approve_reversal", "Can approve a reversal that somebody else asked for"),
                        ],
                        "indexes": [
                            models.Index(fields=["business_date", "channel"], name="payments_of_a_day")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("tendered__gte", Decimal("0.01")),
                                    ("tendered__lte", Decimal("99999999999.99")),
                                    ("change_given__gte", Decimal("0.00")),
                                    ("change_given__lte", Decimal("99999999999.99")),
                                    ("allocated__gte", Decimal("0.00")),
                                    ("allocated__lte", Decimal("99999999999.99")),
                                    ("credited__gte", Decimal("0.00")),
                                    ("credited__lte", Decimal("99999999999.99")),
                                ),
                                name="payment_amounts_are_money",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "tendered",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("change_given"), "+", models.F("allocated")
                                            ),
                                            "+",
                                            models.F("credited"),
                                        ),
                                    )
                                ),
                                name="payment_goes_whole_into_change_bills_and_credit",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Deposit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deposits",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "payment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deposits",
                                to="billing.payment",
                                verbose_name="payment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "deposit",
                        "verbose_name_plural": "deposits",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("payment", "account"), name="payment_credits_an_account_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("0.01")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                ),
                                name="deposit_is_money",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Allocation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                        ("principal", billing.models.amount.MoneyField(verbose_name="principal")),
                        (
                            "late_charge",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="late charge"
                            ),
                        ),
                        (
                            "late_charge_left",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="late charge still owed on this bill"
                            ),
                        ),
                        (
                            "late_charge_sentence",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="how the late charge came about"
                            ),
                        ),
                        (
                            "late_charge_sentence_en",
                            models.CharField(blank=True, max_length=200, verbose_name="the same in English"),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "bill",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="allocations",
                                to="billing.bill",
                                verbose_name="bill",
                            ),
                        ),
                        (
                            "payment",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="allocations",
                                to="billing.payment",
                                verbose_name="payment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "allocation",
                        "verbose_name_plural": "allocations",
                        "ordering": ("payment", "position"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("payment", "bill"), name="payment_settles_a_bill_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("principal__gte", Decimal("0.00")),
                                    ("principal__lte", Decimal("99999999999.99")),
                                    ("late_charge__gte", Decimal("0.00")),
                                    ("late_charge__lte", Decimal("99999999999.99")),
                                    ("late_charge_left__gte", Decimal("0.00")),
                                    ("late_charge_left__lte", Decimal("99999999999.99")),
                                    models.Q(("principal__gt", 0), ("late_charge__gt", 0), _connector="OR"),
                                ),
                                name="allocation_is_money",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PeriodClose",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("closed_at", models.DateTimeField(verbose_name="closed at")),
                        (
                            "closed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="closed by",
                            ),
                        ),
                        (
                            "run",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="close",
                                to="billing.billrun",
                                verbose_name="run",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "closed period",
                        "verbose_name_plural": "closed periods",
                    },
                ),
                migrations.CreateModel(
                    name="Reading",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("read_on", models.DateField(verbose_name="read on")),
                        (
                            "value",
                            models.DecimalField(decimal_places=3, max_digits=12, verbose_name="reading"),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("INITIAL", "initial"),
                                    ("ACTUAL", "actual"),
                                    ("ESTIMATED", "estimated"),
                                    ("SELF_REPORTED", "reported by the customer"),
                                    ("FINAL", "final"),
                                ],
                                default="ACTUAL",
                                max_length=14,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "rolled_over",
                            models.BooleanField(
                                default=False, verbose_name="the meter rolled over since the last reading"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("ACCEPTED", "accepted"),
                                    ("IN_REVIEW", "in review"),
                                    ("REJECTED", "rejected"),
                                ],
                                db_default="ACCEPTED",
                                default="ACCEPTED",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "anomalies",
                            models.JSONField(
                                db_default=models.Value([], models.JSONField()),
                                default=list,
                                verbose_name="what is odd about it",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                max_length=200,
                                verbose_name="reason of the estimate",
                            ),
                        ),
                        (
                            "photo",
                            models.FileField(
                                blank=True,
                                db_default="",
                                default="",
                                upload_to="readings",
                                verbose_name="photo",
                            ),
                        ),
                        (
                            "entered_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="entered at"),
                        ),
                        (
                            "reviewed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="reviewed at"),
                        ),
                        (
                            "review_note",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                max_length=200,
                                verbose_name="note of the review",
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                        (
                            "installation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="readings",
                                to="billing.meterinstallation",
                                verbose_name="meter installation",
                            ),
                        ),
                        (
                            "read_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="read by",
                            ),
                        ),
                        (
                            "replaces",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="billing.reading",
                                verbose_name="corrects",
                            ),
                        ),
                        (
                            "reviewed_by",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="reviewed by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reading",
                        "verbose_name_plural": "readings",
                        "ordering": ("installation", "read_on"),
                        "permissions": [
                            ("review_reading", "Can accept and reject readings"),
                            ("import_readings", "Can import readings"),
                        ],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "IN_REVIEW")),
                                fields=["read_on", "id"],
                                name="readings_in_review",
                            ),
                            models.Index(fields=["read_by", "read_on"], name="readings_of_a_reader"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "REJECTED"), _negated=True),
                                fields=("installation", "read_on"),
                                name="meter_is_read_once_on_a_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("value__gte", 0), ("value__lte", Decimal("999999999.999"))
                                ),
                                name="reading_is_a_number",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["ACCEPTED", "IN_REVIEW", "REJECTED"])),
                                name="reading_is_accepted_in_review_or_rejected",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "IN_REVIEW"), _negated=True),
                                    models.Q(("anomalies", []), _negated=True),
                                    _connector="OR",
                                ),
                                name="reading_in_review_says_what_is_odd",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "ESTIMATED"), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="estimate_has_a_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "REJECTED"), _negated=True),
                                    ("reviewed_by__isnull", False),
                                    _connector="OR",
                                ),
                                name="rejected_reading_names_who_rejected_it",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("reviewed_at__isnull", True), ("reviewed_by__isnull", True)),
                                    models.Q(("reviewed_at__isnull", False), ("reviewed_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="review_has_a_person_and_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "ESTIMATED"), ("state", "ACCEPTED"), _negated=True),
                                    ("entered_by__isnull", True),
                                    models.Q(
                                        ("reviewed_by__isnull", False),
                                        models.Q(("reviewed_by", models.F("entered_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="estimate_is_approved_by_a_second_person",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReadingPolicy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "service",
                            models.CharField(
                                choices=[
                                    ("HEAT", "heat"),
                                    ("GAS", "gas"),
                                    ("WATER", "water"),
                                    ("ELECTRICITY", "electricity"),
                                ],
                                max_length=12,
                                unique=True,
                                verbose_name="service",
                            ),
                        ),
                        (
                            "usual_of",
                            models.PositiveSmallIntegerField(
                                default=3,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(12),
                                ],
                                verbose_name="readings that make the usual use",
                            ),
                        ),
                        (
                            "high_factor",
                            models.DecimalField(
                                decimal_places=2,
                                default=Decimal("3.00"),
                                max_digits=5,
                                verbose_name="times the usual use that is odd",
                            ),
                        ),
                        (
                            "high_from",
                            models.DecimalField(
                                decimal_places=3,
                                default=Decimal("10"),
                                max_digits=12,
                                verbose_name="units below which no use is odd",
                            ),
                        ),
                        (
                            "zero_times",
                            models.PositiveSmallIntegerField(
                                default=3,
                                help_text="0: never",
                                validators=[django.core.validators.MaxValueValidator(12)],
                                verbose_name="readings without any use that are odd",
                            ),
                        ),
                        (
                            "under_factor",
                            models.DecimalField(
                                decimal_places=2,
                                default=Decimal("2.00"),
                                max_digits=5,
                                verbose_name="jump after a low reading that means it was read too low, times the usual",
                            ),
                        ),
                        (
                            "estimate_by",
                            models.CharField(
                                choices=[
                                    ("USUAL", "the mean of the usual readings"),
                                    ("LAST", "as in the last period"),
                                ],
                                default="USUAL",
                                max_length=6,
                                verbose_name="an estimate is proposed from",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rules for odd readings",
                        "verbose_name_plural": "rules for odd readings",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("usual_of__gte", 1), ("usual_of__lte", 12), ("zero_times__lte", 12)
                                ),
                                name="reading_policy_looks_back_over_at_most_a_year",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("high_factor__gt", 1),
                                    ("high_factor__lte", 999),
                                    ("under_factor__gt", 1),
                                    ("under_factor__lte", 999),
                                ),
                                name="reading_policy_factors_are_above_one",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("high_from__gte", 0), ("high_from__lte", 999999)),
                                name="reading_policy_high_from_is_a_number",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Receipt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("book", models.CharField(max_length=30, verbose_name="book")),
                        ("serial", models.PositiveIntegerField(verbose_name="number in the book")),
                        (
                            "number",
                            models.CharField(max_length=40, unique=True, verbose_name="receipt number"),
                        ),
                        (
                            "payment",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="receipt",
                                to="billing.payment",
                                verbose_name="payment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "receipt",
                        "verbose_name_plural": "receipts",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("book", "serial"), name="receipt_numbers_are_used_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("serial__gte", 1)), name="receipt_numbers_start_at_one"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReceiptPrint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("copy_no", models.PositiveSmallIntegerField(verbose_name="copy")),
                        ("printed_at", models.DateTimeField(verbose_name="printed at")),
                        (
                            "printed_by",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="printed by",
                            ),
                        ),
                        (
                            "receipt",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="prints",
                                to="billing.receipt",
                                verbose_name="receipt",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "receipt print",
                        "verbose_name_plural": "receipt prints",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("receipt", "copy_no"), name="receipt_copies_are_counted"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("copy_no__gte", 1)), name="receipt_copies_start_at_one"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reversal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("request_id", models.UUIDField(unique=True, verbose_name="request")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("VOID", "void, same day before the close"),
                                    ("REVERSAL", "reversal, after the close"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("WRONG_ACCOUNT", "wrong account"),
                                    ("WRONG_AMOUNT", "wrong amount"),
                                    ("WRONG_METHOD", "wrong method of payment"),
                                    ("PAID_TWICE", "paid twice"),
                                    ("CUSTOMER_REQUEST", "the customer asked for it"),
                                    ("CARD_NOT_WRITTEN", "the card could not be written"),
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approved by",
                            ),
                        ),
                        (
                            "payment",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reversal",
                                to="billing.payment",
                                verbose_name="payment",
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
                        "verbose_name": "reversal",
                        "verbose_name_plural": "reversals",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("approved_by__isnull", True), ("kind", "VOID")),
                                    models.Q(
                                        ("approved_by__isnull", False),
                                        models.Q(("approved_by", models.F("reversed_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="reversal_after_the_close_has_a_second_person",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Posting",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("debit", models.CharField(max_length=40, verbose_name="debit")),
                        ("credit", models.CharField(max_length=40, verbose_name="credit")),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        ("business_date", models.DateField(verbose_name="business date")),
                        ("posted_at", models.DateTimeField(verbose_name="posted at")),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="postings",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "adjustment",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="postings",
                                to="billing.adjustment",
                                verbose_name="adjustment",
                            ),
                        ),
                        (
                            "bill",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="postings",
                                to="billing.bill",
                                verbose_name="bill",
                            ),
                        ),
                        (
                            "cancellation",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="postings",
                                to="billing.billcancellation",
                                verbose_name="cancellation of a bill",
                            ),
                        ),
                        (
                            "payment",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="postings",
                                to="billing.payment",
                                verbose_name="payment",
                            ),
                        ),
                        (
                            "reverses",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reversed_by",
                                to="billing.posting",
                                verbose_name="reverses",
                            ),
                        ),
                        (
                            "reversal",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="postings",
                                to="billing.reversal",
                                verbose_name="reversal",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "posting",
                        "verbose_name_plural": "postings",
                        "ordering": ("id",),
                        "indexes": [
                            models.Index(fields=["business_date"], name="postings_of_a_day"),
                            models.Index(
                                condition=models.Q(("reversal__isnull", False)),
                                fields=["reversal"],
                                name="postings_of_a_reversal",
                            ),
                            models.Index(
                                condition=models.Q(("cancellation__isnull", False)),
                                fields=["cancellation"],
                                name="postings_of_a_cancellation",
                            ),
                            models.Index(
                                condition=models.Q(("adjustment__isnull", False)),
                                fields=["adjustment"],
                                name="postings_of_an_adjustment",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("0.01")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                ),
                                name="posting_is_money",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("debit", models.F("credit")), _negated=True),
                                name="posting_moves_money",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "credit__regex",
                                        "^(receivable|prepaid|late_charge|refund_payable|write_off|cash_difference|opening|revenue:[a-z0-9_]+|cash:[0-9]+|clearing:[a-z0-9_]+)$",
                                    ),
                                    (
                                        "debit__regex",
                                        "^(receivable|prepaid|late_charge|refund_payable|write_off|cash_difference|opening|revenue:[a-z0-9_]+|cash:[0-9]+|clearing:[a-z0-9_]+)$",
                                    ),
                                ),
                                name="posting_names_ledgers_that_exist",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("account__isnull", False),
                                    models.Q(
                                        models.Q(("debit__in", ["receivable", "prepaid"]), _negated=True),
                                        models.Q(("credit__in", ["receivable", "prepaid"]), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="posting_on_a_customer_names_the_account",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Route",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "service",
                            models.CharField(
                                choices=[
                                    ("HEAT", "heat"),
                                    ("GAS", "gas"),
                                    ("WATER", "water"),
                                    ("ELECTRICITY", "electricity"),
                                ],
                                max_length=12,
                                verbose_name="service",
                            ),
                        ),
                        (
                            "every_months",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(12),
                                ],
                                verbose_name="read every so many months",
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="routes",
                                to="accounts.branch",
                                verbose_name="branch",
                            ),
                        ),
                        (
                            "reader",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="routes",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="meter reader",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reading route",
                        "verbose_name_plural": "reading routes",
                        "ordering": ("code",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("every_months__gte", 1), ("every_months__lte", 12)),
                                name="route_is_read_at_least_once_a_year",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("code__regex", "^[0-9A-Za-z-]{1,20}$")),
                                name="route_code_is_plain",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RouteStop",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField(verbose_name="position")),
                        (
                            "account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="route_stop",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "route",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stops",
                                to="billing.route",
                                verbose_name="reading route",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "stop of a reading route",
                        "verbose_name_plural": "stops of reading routes",
                        "ordering": ("route", "position"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("route", "position"), name="route_has_one_stop_at_a_position"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SeasonSettlement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "heat_used",
                            models.DecimalField(decimal_places=4, max_digits=16, verbose_name="heat used"),
                        ),
                        ("heat_unit", models.CharField(max_length=10, verbose_name="unit of heat")),
                        (
                            "prepaid",
                            billing.models.amount.MoneyField(verbose_name="billed before the season"),
                        ),
                        ("total", billing.models.amount.MoneyField(verbose_name="settled")),
                        (
                            "refund",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="goes back"
                            ),
                        ),
                        (
                            "collect",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="still to pay"
                            ),
                        ),
                        ("basis", models.JSONField(default=dict, verbose_name="what it was computed from")),
                        ("settled_at", models.DateTimeField(verbose_name="settled at")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="season_settlements",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "extra_bill",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.bill",
                                verbose_name="bill of the rest",
                            ),
                        ),
                        (
                            "prepaid_bill",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="settlement",
                                to="billing.bill",
                                verbose_name="bill before the season",
                            ),
                        ),
                        (
                            "season",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="settlements",
                                to="billing.heatingseason",
                                verbose_name="heating season",
                            ),
                        ),
                        (
                            "settled_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="settled by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "season settlement",
                        "verbose_name_plural": "season settlements",
                        "ordering": ("-id",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("account", "season"), name="a_season_of_an_account_is_settled_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("heat_used__gte", 0), ("heat_used__lte", Decimal("9999999999.990"))
                                ),
                                name="heat_used_is_a_number",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("prepaid__gte", Decimal("0.00")),
                                    ("prepaid__lte", Decimal("99999999999.99")),
                                    ("total__gte", Decimal("0.00")),
                                    ("total__lte", Decimal("99999999999.99")),
                                    ("refund__gte", Decimal("0.00")),
                                    ("refund__lte", Decimal("99999999999.99")),
                                    ("collect__gte", Decimal("0.00")),
                                    ("collect__lte", Decimal("99999999999.99")),
                                ),
                                name="settlement_amounts_are_money",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("collect", 0),
                                        (
                                            "refund",
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("prepaid"), "-", models.F("total")
                                            ),
                                        ),
                                        ("refund__gte", 0),
                                    ),
                                    models.Q(
                                        (
                                            "collect",
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("total"), "-", models.F("prepaid")
                                            ),
                                        ),
                                        ("collect__gt", 0),
                                        ("refund", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="settlement_gives_back_or_collects_the_difference",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("collect", 0), ("extra_bill__isnull", True)),
                                    models.Q(("collect__gt", 0), ("extra_bill__isnull", False)),
                                    _connector="OR",
                                ),
                                name="settlement_collects_by_a_bill",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Tariff",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        (
                            "name_en",
                            models.CharField(blank=True, max_length=120, verbose_name="English name"),
                        ),
                        (
                            "service",
                            models.CharField(
                                choices=[
                                    ("HEAT", "heat"),
                                    ("GAS", "gas"),
                                    ("WATER", "water"),
                                    ("ELECTRICITY", "electricity"),
                                ],
                                max_length=12,
                                verbose_name="service",
                            ),
                        ),
                        ("kind", models.CharField(max_length=30, verbose_name="kind")),
                        ("rules", models.JSONField(default=dict, verbose_name="rules")),
                        ("source", models.CharField(blank=True, max_length=300, verbose_name="source")),
                        (
                            "due_days",
                            models.PositiveSmallIntegerField(
                                default=15, verbose_name="days from the bill to the due date"
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tariffs",
                                to="accounts.branch",
                                verbose_name="branch",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tariff",
                        "verbose_name_plural": "tariffs",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "one_off"), _negated=True),
                                fields=("service", "branch"),
                                name="one_tariff_prices_a_service_in_a_branch",
                                nulls_distinct=False,
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "one_off")),
                                fields=("service", "branch"),
                                name="one_list_names_the_fees_of_a_service_in_a_branch",
                                nulls_distinct=False,
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="bill",
                    name="tariff",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="billing.tariff",
                        verbose_name="tariff",
                    ),
                ),
                migrations.CreateModel(
                    name="TariffVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("effective_from", models.DateField(verbose_name="effective from")),
                        (
                            "effective_until",
                            models.DateField(blank=True, null=True, verbose_name="last effective day"),
                        ),
                        ("prices", models.JSONField(verbose_name="prices")),
                        (
                            "submitted_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="submitted at"),
                        ),
                        (
                            "sent_back",
                            models.CharField(blank=True, max_length=200, verbose_name="why it was sent back"),
                        ),
                        (
                            "approved_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="approved at"),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="approved by",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="made by",
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="submitted by",
                            ),
                        ),
                        (
                            "tariff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="billing.tariff",
                                verbose_name="tariff",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tariff version",
                        "verbose_name_plural": "tariff versions",
                        "ordering": ("tariff", "effective_from"),
                        "permissions": [("approve_tariff", "Can approve a tariff that somebody else made")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                                    models.Q(
                                        ("approved_at__isnull", False),
                                        ("approved_by__isnull", False),
                                        models.Q(("approved_by", models.F("made_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="tariff_is_approved_by_a_second_person",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    ("submitted_by__isnull", True),
                                    models.Q(("approved_by", models.F("submitted_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="whoever_submits_a_tariff_does_not_approve_it",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("submitted_at__isnull", True), ("submitted_by__isnull", True)),
                                    models.Q(
                                        ("submitted_at__isnull", False), ("submitted_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="a_submitted_tariff_has_a_person_and_a_time",
                            ),
                            models.UniqueConstraint(
                                fields=("tariff", "effective_from"), name="tariff_has_one_version_from_a_day"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("effective_until__isnull", True),
                                    ("effective_until__gte", models.F("effective_from")),
                                    _connector="OR",
                                ),
                                name="tariff_version_ends_after_it_begins",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                condition=models.Q(("approved_by__isnull", False)),
                                expressions=[
                                    ("tariff", "="),
                                    (
                                        models.Func(
                                            models.F("effective_from"),
                                            models.F("effective_until"),
                                            models.Value("[]"),
                                            function="daterange",
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="approved_tariff_versions_do_not_overlap",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TemperatureRefund",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "heat_fee",
                            billing.models.amount.MoneyField(verbose_name="heating charge of the season"),
                        ),
                        ("season_days", models.PositiveSmallIntegerField(verbose_name="days of the season")),
                        (
                            "weighted_days",
                            models.DecimalField(decimal_places=3, max_digits=7, verbose_name="weighted days"),
                        ),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        ("sentence", models.CharField(max_length=200, verbose_name="explanation")),
                        (
                            "sentence_en",
                            models.CharField(max_length=200, verbose_name="explanation in English"),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PROPOSED", "proposed"),
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
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="temperature_refunds",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "bill",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="temperature_refunds",
                                to="billing.bill",
                                verbose_name="bill",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="proposed by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "refund for low temperature",
                        "verbose_name_plural": "refunds for low temperature",
                        "ordering": ("-id",),
                        "permissions": [
                            ("decide_temperaturerefund", "Can decide a refund that somebody else proposed")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("0.01")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                    ("heat_fee__gte", Decimal("0.01")),
                                    ("heat_fee__lte", Decimal("99999999999.99")),
                                ),
                                name="temperature_refund_is_money",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount__lte", models.F("heat_fee"))),
                                name="refund_is_not_more_than_the_heating_charge",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("decided_by__isnull", True),
                                        ("state", "PROPOSED"),
                                    ),
                                    models.Q(
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                        ("state__in", ["APPROVED", "REFUSED"]),
                                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="refund_is_decided_by_a_second_person",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HeatCredit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("SUSPENSION", "suspended after the bill was issued"),
                                    ("TEMPERATURE", "rooms below the standard"),
                                    ("SETTLEMENT", "settled by the heat meter"),
                                    ("EARLY", "paid early"),
                                ],
                                max_length=12,
                                verbose_name="reason",
                            ),
                        ),
                        ("component", models.CharField(max_length=30, verbose_name="component")),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        (
                            "bill",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="heat_credits",
                                to="billing.bill",
                                verbose_name="bill",
                            ),
                        ),
                        (
                            "suspension",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="credits",
                                to="billing.heatsuspension",
                                verbose_name="suspension",
                            ),
                        ),
                        (
                            "posting",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="heat_credit",
                                to="billing.posting",
                                verbose_name="posting",
                            ),
                        ),
                        (
                            "settlement",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="credits",
                                to="billing.seasonsettlement",
                                verbose_name="settlement",
                            ),
                        ),
                        (
                            "refund",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="credit",
                                to="billing.temperaturerefund",
                                verbose_name="refund",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "credit from a heating bill",
                        "verbose_name_plural": "credits from heating bills",
                        "ordering": ("id",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("0.01")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                ),
                                name="heat_credit_is_money",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("reason", "TEMPERATURE"), _negated=True),
                                fields=("bill", "reason", "component"),
                                name="bill_is_credited_once_for_a_reason",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("reason", "SUSPENSION"),
                                        ("refund__isnull", True),
                                        ("settlement__isnull", True),
                                        ("suspension__isnull", False),
                                    ),
                                    models.Q(
                                        ("reason", "TEMPERATURE"),
                                        ("refund__isnull", False),
                                        ("settlement__isnull", True),
                                        ("suspension__isnull", True),
                                    ),
                                    models.Q(
                                        ("reason", "SETTLEMENT"),
                                        ("refund__isnull", True),
                                        ("settlement__isnull", False),
                                        ("suspension__isnull", True),
                                    ),
                                    models.Q(
                                        ("reason", "EARLY"),
                                        ("refund__isnull", True),
                                        ("settlement__isnull", True),
                                        ("suspension__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="heat_credit_names_its_cause",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TemperatureTest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("tested_at", models.DateTimeField(verbose_name="measured at")),
                        (
                            "mean",
                            models.DecimalField(decimal_places=2, max_digits=4, verbose_name="mean, °C"),
                        ),
                        (
                            "standard",
                            models.DecimalField(decimal_places=1, max_digits=3, verbose_name="standard, °C"),
                        ),
                        ("is_below", models.BooleanField(verbose_name="below the standard")),
                        ("instrument", models.CharField(max_length=60, verbose_name="instrument")),
                        ("witness", models.CharField(max_length=60, verbose_name="signed by the customer")),
                        (
                            "photo_note",
                            models.CharField(blank=True, max_length=120, verbose_name="where the photos are"),
                        ),
                        (
                            "obstacle",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "nothing: the company answers for it"),
                                    ("CHANGED_PIPES", "the customer changed pipes or radiators"),
                                    ("BLOCKED_REPAIR", "the customer blocked the repair"),
                                ],
                                max_length=20,
                                verbose_name="does the customer answer for it?",
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(verbose_name="entered at")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="temperature_tests",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "tested_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="measured by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "temperature test",
                        "verbose_name_plural": "temperature tests",
                        "ordering": ("-tested_at",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("account", "tested_at"), name="a_visit_is_recorded_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("mean__gte", -30), ("mean__lte", 50)),
                                name="mean_temperature_is_a_temperature",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("is_below", True), ("mean__lt", models.F("standard"))),
                                    models.Q(("is_below", False), ("mean__gte", models.F("standard"))),
                                    _connector="OR",
                                ),
                                name="verdict_follows_from_mean_and_standard",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RoomTemperature",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                        ("place", models.CharField(max_length=20, verbose_name="room")),
                        ("degrees", models.DecimalField(decimal_places=1, max_digits=3, verbose_name="°C")),
                        (
                            "test",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rooms",
                                to="billing.temperaturetest",
                                verbose_name="temperature test",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "room temperature",
                        "verbose_name_plural": "room temperatures",
                        "ordering": ("test", "position"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("test", "position"), name="rooms_of_a_visit_are_numbered"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("position__gte", 1), ("position__lte", 8)),
                                name="a_visit_has_eight_rooms_at_most",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("degrees__gte", -30), ("degrees__lte", 50)),
                                name="room_temperature_is_a_temperature",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ColdSpell",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("from_on", models.DateField(verbose_name="first day")),
                        ("to_on", models.DateField(verbose_name="last day")),
                        ("days", models.PositiveSmallIntegerField(verbose_name="days")),
                        ("degrees", models.DecimalField(decimal_places=2, max_digits=4, verbose_name="°C")),
                        (
                            "pct",
                            models.DecimalField(
                                decimal_places=2, max_digits=5, verbose_name="share of the daily fee, percent"
                            ),
                        ),
                        ("counts", models.BooleanField(default=True, verbose_name="stands")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "refund",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="spells",
                                to="billing.temperaturerefund",
                                verbose_name="refund",
                            ),
                        ),
                        (
                            "test",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="spells",
                                to="billing.temperaturetest",
                                verbose_name="temperature test",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "days below standard",
                        "verbose_name_plural": "days below standard",
                        "ordering": ("refund", "from_on"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("days__gte", 1), ("to_on__gte", models.F("from_on"))),
                                name="cold_spell_has_days",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("pct__gte", 0), ("pct__lte", Decimal("100"))),
                                name="cold_spell_has_a_share",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                condition=models.Q(("counts", True)),
                                expressions=[
                                    ("account", "="),
                                    (
                                        models.Func(
                                            models.F("from_on"),
                                            models.F("to_on"),
                                            models.Value("[]"),
                                            function="daterange",
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="a_cold_day_is_refunded_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Tender",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                        (
                            "method",
                            models.CharField(
                                choices=[
                                    ("CASH", "cash"),
                                    ("POS", "POS card"),
                                    ("WECHAT", "WeChat"),
                                    ("ALIPAY", "Alipay"),
                                    ("PREPAID", "prepaid credit"),
                                    ("OPENING", "taken over from the old system"),
                                    ("BANK", "bank"),
                                ],
                                max_length=10,
                                verbose_name="method",
                            ),
                        ),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        ("reference", models.CharField(blank=True, max_length=64, verbose_name="reference")),
                        (
                            "account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.account",
                                verbose_name="whose credit",
                            ),
                        ),
                        (
                            "payment",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tenders",
                                to="billing.payment",
                                verbose_name="payment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tender",
                        "verbose_name_plural": "tenders",
                        "ordering": ("payment", "position"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("reference", ""), _negated=True),
                                fields=["method", "reference"],
                                name="tender_by_reference",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("payment", "position"), name="tenders_are_numbered"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("0.01")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                ),
                                name="tender_is_money",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("account__isnull", False), ("method", "PREPAID")),
                                    models.Q(
                                        models.Q(("method", "PREPAID"), _negated=True),
                                        ("account__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="prepaid_tender_names_whose_credit",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("method__in", ["POS", "WECHAT", "ALIPAY", "BANK"]), _negated=True
                                    ),
                                    models.Q(("reference", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="tender_that_is_not_cash_has_a_reference",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UnitCorrection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("used_from", models.DateField(verbose_name="from")),
                        ("used_to", models.DateField(verbose_name="to")),
                        (
                            "counted",
                            models.DecimalField(
                                decimal_places=4, max_digits=16, verbose_name="units that the meter counted"
                            ),
                        ),
                        (
                            "units",
                            models.DecimalField(
                                decimal_places=4, max_digits=16, verbose_name="units to credit"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("TO_CORRECT", "to be corrected"), ("SETTLED", "settled")],
                                default="TO_CORRECT",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "settled_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="settled at"),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="unit_corrections",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "settled_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="settled by",
                            ),
                        ),
                        (
                            "test",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="correction",
                                to="billing.metertest",
                                verbose_name="meter test",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "correction of units",
                        "verbose_name_plural": "corrections of units",
                        "ordering": ("id",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("counted__gt", 0),
                                    ("counted__lte", Decimal("99998999999900.001")),
                                    ("units__gt", 0),
                                ),
                                name="correction_gives_back_some_units",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("settled_at__isnull", True),
                                        ("settled_by__isnull", True),
                                        ("state", "TO_CORRECT"),
                                    ),
                                    models.Q(
                                        models.Q(("note", ""), _negated=True),
                                        ("settled_at__isnull", False),
                                        ("settled_by__isnull", False),
                                        ("state", "SETTLED"),
                                    ),
                                    _connector="OR",
                                ),
                                name="settled_correction_names_who_and_how",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("used_to__gte", models.F("used_from"))),
                                name="correction_period_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Waiver",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("COMPANY_FAULT", "fault of the company"),
                                    ("BILL_NOT_DELIVERED", "the bill did not arrive"),
                                    ("SYSTEM_OUTAGE", "payment was not possible"),
                                    ("DISPUTE_SETTLED", "settled dispute"),
                                    ("HARDSHIP", "hardship"),
                                    ("OTHER", "other reason"),
                                ],
                                max_length=20,
                                verbose_name="reason",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PROPOSED", "waiting for approval"),
                                    ("APPROVED", "approved"),
                                    ("REFUSED", "refused"),
                                ],
                                default="PROPOSED",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                        ("business_date", models.DateField(null=True, verbose_name="business date")),
                        (
                            "bill",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="waivers",
                                to="billing.bill",
                                verbose_name="bill",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="decided by",
                            ),
                        ),
                        (
                            "proposed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="proposed by",
                            ),
                        ),
                        (
                            "settled_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.allocation",
                                verbose_name="after this settled the bill",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "waiver of a late charge",
                        "verbose_name_plural": "waivers of late charges",
                        "ordering": ("-id",),
                        "permissions": [("propose_waiver", "Can propose to waive a late charge")],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "PROPOSED")),
                                fields=["id"],
                                name="waivers_that_wait",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount__gte", Decimal("0.01")),
                                    ("amount__lte", Decimal("99999999999.99")),
                                ),
                                name="waiver_is_money",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("business_date__isnull", True),
                                        ("decided_at__isnull", True),
                                        ("decided_by__isnull", True),
                                        ("state", "PROPOSED"),
                                    ),
                                    models.Q(
                                        ("business_date__isnull", False),
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                        ("state__in", ["APPROVED", "REFUSED"]),
                                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="waiver_is_decided_by_another_person",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "APPROVED"), ("settled_by__isnull", True), _connector="OR"
                                ),
                                name="only_an_approved_waiver_lowers_what_was_left",
                            ),
                        ],
                    },
                ),
                migrations.AddIndex(
                    model_name="cardwrite",
                    index=models.Index(
                        condition=models.Q(("state__in", ["PENDING", "FAILED"])),
                        fields=["asked_by"],
                        name="unfinished_card_writes",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cardwrite",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "ISSUE"),
                            models.Q(("kind", "LOAD"), ("purchase__isnull", False), ("volume__gte", 1)),
                            models.Q(("kind", "CLEAR"), ("purchase__isnull", False), ("volume", 0)),
                            _connector="OR",
                        ),
                        name="card_write_of_gas_names_its_purchase",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cardwrite",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("state__in", ["PENDING", "FAILED"])),
                            models.Q(("finished_at__isnull", False), ("state__in", ["WRITTEN", "ABANDONED"])),
                            _connector="OR",
                        ),
                        name="card_write_is_open_until_it_is_finished",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cardwrite",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(
                            ("kind__in", ["ISSUE", "LOAD"]), models.Q(("state", "ABANDONED"), _negated=True)
                        ),
                        fields=("purchase",),
                        name="gas_purchase_is_carried_by_one_card_write",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cardwrite",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("state__in", ["PENDING", "FAILED"])),
                        fields=("card",),
                        name="gas_card_has_one_unfinished_write",
                    ),
                ),
            ]
        ),
    ]
