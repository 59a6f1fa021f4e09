from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import billing.models.amount
from accounts.migration_tables import ChangeTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("billing", "0014_gas_cards_protection"),
    ]

    operations = [
        ChangeTables(
            [
                migrations.CreateModel(
                    name="Hall",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(unique=True, verbose_name="hall number")),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "name_en",
                            models.CharField(blank=True, max_length=100, verbose_name="English name"),
                        ),
                        ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                        ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                        (
                            "largest_float",
                            billing.models.amount.MoneyField(
                                default=Decimal("500.00"), verbose_name="largest float"
                            ),
                        ),
                        (
                            "difference_limit",
                            billing.models.amount.MoneyField(
                                default=Decimal("10.00"),
                                verbose_name="cash difference that one person may explain",
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="halls",
                                to="accounts.branch",
                                verbose_name="branch",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "hall",
                        "verbose_name_plural": "halls",
                        "ordering": ("number",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("largest_float__gte", Decimal("0.00")),
                                    ("largest_float__lte", Decimal("99999999999.99")),
                                    ("difference_limit__gte", Decimal("0.00")),
                                    ("difference_limit__lte", Decimal("99999999999.99")),
                                ),
                                name="hall_limits_are_money",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Shift",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=30, unique=True, verbose_name="receipt book")),
                        ("business_date", models.DateField(verbose_name="business date")),
                        ("opened_at", models.DateTimeField(verbose_name="opened at")),
                        ("opening_float", billing.models.amount.MoneyField(verbose_name="float")),
                        (
                            "state",
                            models.CharField(
                                choices=[("OPEN", "open"), ("CLOSED", "closed")],
                                default="OPEN",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "receipts_issued",
                            models.PositiveIntegerField(default=0, verbose_name="receipts issued"),
                        ),
                        ("closed_at", models.DateTimeField(null=True, verbose_name="closed at")),
                        ("counted", billing.models.amount.MoneyField(null=True, verbose_name="counted")),
                        ("expected", billing.models.amount.MoneyField(null=True, verbose_name="expected")),
                        (
                            "difference_reason",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="reason for the difference"
                            ),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="difference approved by",
                            ),
                        ),
                        (
                            "cashier",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="shifts",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="cashier",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "shift",
                        "verbose_name_plural": "shifts",
                        "ordering": ("-opened_at",),
                        "permissions": [
                            ("work_a_window", "Can open and close an own shift"),
                            ("approve_cash_difference", "Can approve a cash difference above the limit"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "OPEN")),
                                fields=("cashier",),
                                name="cashier_has_one_open_shift",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("opening_float__gte", Decimal("0.00")),
                                    ("opening_float__lte", Decimal("99999999999.99")),
                                ),
                                name="float_is_money",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("closed_at__isnull", True),
                                        ("counted__isnull", True),
                                        ("expected__isnull", True),
                                        ("state", "OPEN"),
                                    ),
                                    models.Q(
                                        ("closed_at__isnull", False),
                                        ("state", "CLOSED"),
                                        ("counted__gte", Decimal("0.00")),
                                        ("counted__lte", Decimal("99999999999.99")),
                                        ("expected__gte", Decimal("-99999999999.99")),
                                        ("expected__lte", Decimal("99999999999.99")),
                                    ),
                                    _connector="OR",
                                ),
                                name="shift_is_closed_with_a_count",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "OPEN"),
                                    ("counted", models.F("expected")),
                                    models.Q(("difference_reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="cash_difference_is_explained",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    models.Q(("approved_by", models.F("cashier")), _negated=True),
                                    _connector="OR",
                                ),
                                name="cash_difference_is_approved_by_a_second_person",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CashCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "denomination",
                            models.DecimalField(decimal_places=2, max_digits=5, verbose_name="denomination"),
                        ),
                        ("pieces", models.PositiveIntegerField(verbose_name="pieces")),
                        (
                            "shift",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="counts",
                                to="counters.shift",
                                verbose_name="shift",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "cash count",
                        "verbose_name_plural": "cash counts",
                        "ordering": ("shift", "-denomination"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("shift", "denomination"), name="denomination_is_counted_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "denomination__in",
                                        (
                                            Decimal("100"),
                                            Decimal("50"),
                                            Decimal("20"),
                                            Decimal("10"),
                                            Decimal("5"),
                                            Decimal("1"),
                                            Decimal("0.5"),
                                            Decimal("0.1"),
                                        ),
                                    )
                                ),
                                name="denomination_exists",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CardHandover",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("handed_at", models.DateTimeField(verbose_name="at")),
                        (
                            "handed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="handed over by",
                            ),
                        ),
                        (
                            "handed_to",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="handed over to",
                            ),
                        ),
                        (
                            "write",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="handovers",
                                to="billing.cardwrite",
                                verbose_name="card write",
                            ),
                        ),
                        (
                            "shift",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="counters.shift",
                                verbose_name="shift",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "handover of a card",
                        "verbose_name_plural": "handovers of cards",
                        "ordering": ("id",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("handed_by", models.F("handed_to")), _negated=True),
                                name="card_is_handed_to_somebody_else",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TillEntry",
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
                                choices=[("PAYMENT", "payment"), ("VOID", "void"), ("REVERSAL", "reversal")],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "cash_in",
                            billing.models.amount.MoneyField(default=Decimal("0.00"), verbose_name="cash in"),
                        ),
                        (
                            "cash_out",
                            billing.models.amount.MoneyField(
                                default=Decimal("0.00"), verbose_name="cash out"
                            ),
                        ),
                        ("entered_at", models.DateTimeField(verbose_name="at")),
                        (
                            "payment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="till_entries",
                                to="billing.payment",
                                verbose_name="payment",
                            ),
                        ),
                        (
                            "reversal",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="till_entry",
                                to="billing.reversal",
                                verbose_name="reversal",
                            ),
                        ),
                        (
                            "shift",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="counters.shift",
                                verbose_name="shift",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "till entry",
                        "verbose_name_plural": "till entries",
                        "ordering": ("shift", "id"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("cash_in__gte", Decimal("0.00")),
                                    ("cash_in__lte", Decimal("99999999999.99")),
                                    ("cash_out__gte", Decimal("0.00")),
                                    ("cash_out__lte", Decimal("99999999999.99")),
                                ),
                                name="till_entry_is_money",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "PAYMENT")),
                                fields=("payment",),
                                name="payment_enters_one_till",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "PAYMENT"), ("reversal__isnull", True)),
                                    models.Q(
                                        models.Q(("kind", "PAYMENT"), _negated=True),
                                        ("reversal__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="till_entry_names_its_reversal",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Window",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="window number")),
                        ("takes_money", models.BooleanField(default=True, verbose_name="takes money")),
                        (
                            "is_priority",
                            models.BooleanField(
                                default=False,
                                verbose_name="priority window for the old, ill, disabled and pregnant",
                            ),
                        ),
                        (
                            "card_reader",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "no card reader"),
                                    ("FILE", "files instead of cards, for practice"),
                                    ("AGENT", "a reader at the window's own computer"),
                                ],
                                default="",
                                max_length=5,
                                verbose_name="card reader",
                            ),
                        ),
                        (
                            "hall",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="windows",
                                to="counters.hall",
                                verbose_name="hall",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "window",
                        "verbose_name_plural": "windows",
                        "ordering": ("hall", "number"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("hall", "number"), name="window_numbers_are_unique_in_a_hall"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("number__gte", 1)), name="window_numbers_start_at_one"
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="shift",
                    name="window",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shifts",
                        to="counters.window",
                        verbose_name="window",
                    ),
                ),
                migrations.CreateModel(
                    name="ReaderJob",
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
                                choices=[("READ", "read the card"), ("WRITE", "write the card")],
                                max_length=5,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("WAITING", "waiting for the reader"),
                                    ("TAKEN", "at the reader"),
                                    ("DONE", "done"),
                                ],
                                default="WAITING",
                                max_length=7,
                                verbose_name="state",
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
                                null=True,
                                verbose_name="result",
                            ),
                        ),
                        ("content", models.JSONField(null=True, verbose_name="content of the card")),
                        ("asked_at", models.DateTimeField(verbose_name="asked for at")),
                        ("taken_at", models.DateTimeField(null=True, verbose_name="at the reader since")),
                        ("done_at", models.DateTimeField(null=True, verbose_name="finished at")),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="asked for by",
                            ),
                        ),
                        (
                            "card",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="billing.gascard",
                                verbose_name="gas card",
                            ),
                        ),
                        (
                            "write",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="jobs",
                                to="billing.cardwrite",
                                verbose_name="card write",
                            ),
                        ),
                        (
                            "window",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reader_jobs",
                                to="counters.window",
                                verbose_name="window",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reader job",
                        "verbose_name_plural": "reader jobs",
                        "ordering": ("id",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "WAITING")),
                                fields=["window", "id"],
                                name="waiting_reader_jobs",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "READ"), ("write__isnull", True)),
                                    models.Q(("kind", "WRITE"), ("write__isnull", False)),
                                    _connector="OR",
                                ),
                                name="reader_job_names_what_it_writes",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("code__isnull", False), ("done_at__isnull", False), ("state", "DONE")
                                    ),
                                    models.Q(
                                        models.Q(("state", "DONE"), _negated=True),
                                        ("code__isnull", True),
                                        ("done_at__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="reader_job_is_done_with_a_result",
                            ),
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="shift",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("state", "OPEN")),
                        fields=("window",),
                        name="window_has_one_open_shift",
                    ),
                ),
            ]
        ),
    ]
