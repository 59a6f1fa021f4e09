from decimal import Decimal

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import billing.models.amount
from accounts.database import append_only, changes_only_in, rows_stay


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_search_folding"),
        ("billing", "0010_corrections_protection"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            ],
            options={
                "verbose_name": "handover of a building",
                "verbose_name_plural": "handovers of buildings",
                "ordering": ("district", "community", "building"),
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
            ],
            options={
                "verbose_name": "days below standard",
                "verbose_name_plural": "days below standard",
                "ordering": ("refund", "from_on"),
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
            ],
            options={
                "verbose_name": "credit from a heating bill",
                "verbose_name_plural": "credits from heating bills",
                "ordering": ("id",),
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
                ("early_until", models.DateField(blank=True, null=True, verbose_name="early payment until")),
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
                        blank=True, max_length=200, verbose_name="what is announced about late payment"
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
                    models.BooleanField(default=False, verbose_name="a customer with arrears may suspend"),
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
            ],
            options={
                "verbose_name": "heating season",
                "verbose_name_plural": "heating seasons",
                "ordering": ("-season", "branch"),
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
                ("is_silent", models.BooleanField(default=False, verbose_name="neither paid nor reported")),
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
            ],
            options={
                "verbose_name": "suspension of heat",
                "verbose_name_plural": "suspensions of heat",
                "ordering": ("-id",),
                "permissions": [
                    ("decide_heatsuspension", "Can decide an application for suspension"),
                    ("resume_heating", "Can resume heating inside the season"),
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
                        choices=[("AREA", "by heated area"), ("TWO_PART", "base charge and heat meter")],
                        max_length=10,
                        verbose_name="billed from then on",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("made_at", models.DateTimeField(verbose_name="entered at")),
            ],
            options={
                "verbose_name": "household conversion",
                "verbose_name_plural": "household conversions",
                "ordering": ("account", "converted_on"),
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
            ],
            options={
                "verbose_name": "one-off fee",
                "verbose_name_plural": "one-off fees",
                "ordering": ("-id",),
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
            ],
            options={
                "verbose_name": "room temperature",
                "verbose_name_plural": "room temperatures",
                "ordering": ("test", "position"),
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
                ("heat_used", models.DecimalField(decimal_places=4, max_digits=16, verbose_name="heat used")),
                ("heat_unit", models.CharField(max_length=10, verbose_name="unit of heat")),
                ("prepaid", billing.models.amount.MoneyField(verbose_name="billed before the season")),
                ("total", billing.models.amount.MoneyField(verbose_name="settled")),
                (
                    "refund",
                    billing.models.amount.MoneyField(default=Decimal("0.00"), verbose_name="goes back"),
                ),
                (
                    "collect",
                    billing.models.amount.MoneyField(default=Decimal("0.00"), verbose_name="still to pay"),
                ),
                ("basis", models.JSONField(default=dict, verbose_name="what it was computed from")),
                ("settled_at", models.DateTimeField(verbose_name="settled at")),
            ],
            options={
                "verbose_name": "season settlement",
                "verbose_name_plural": "season settlements",
                "ordering": ("-id",),
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
                ("heat_fee", billing.models.amount.MoneyField(verbose_name="heating charge of the season")),
                ("season_days", models.PositiveSmallIntegerField(verbose_name="days of the season")),
                (
                    "weighted_days",
                    models.DecimalField(decimal_places=3, max_digits=7, verbose_name="weighted days"),
                ),
                ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                ("sentence", models.CharField(max_length=200, verbose_name="explanation")),
                ("sentence_en", models.CharField(max_length=200, verbose_name="explanation in English")),
                (
                    "state",
                    models.CharField(
                        choices=[("PROPOSED", "proposed"), ("APPROVED", "approved"), ("REFUSED", "refused")],
                        default="PROPOSED",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
            ],
            options={
                "verbose_name": "refund for low temperature",
                "verbose_name_plural": "refunds for low temperature",
                "ordering": ("-id",),
                "permissions": [
                    ("decide_temperaturerefund", "Can decide a refund that somebody else proposed")
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
                ("mean", models.DecimalField(decimal_places=2, max_digits=4, verbose_name="mean, °C")),
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
            ],
            options={
                "verbose_name": "temperature test",
                "verbose_name_plural": "temperature tests",
                "ordering": ("-tested_at",),
            },
        ),
        migrations.AddField(
            model_name="buildinghandover",
            name="district",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.district",
                verbose_name="district",
            ),
        ),
        migrations.AddField(
            model_name="coldspell",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.account",
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="heatcredit",
            name="bill",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="heat_credits",
                to="billing.bill",
                verbose_name="bill",
            ),
        ),
        migrations.AddField(
            model_name="heatcredit",
            name="posting",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="heat_credit",
                to="billing.posting",
                verbose_name="posting",
            ),
        ),
        migrations.AddField(
            model_name="heatingseason",
            name="branch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.branch",
                verbose_name="branch",
            ),
        ),
        migrations.AddField(
            model_name="heatsuspension",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="heat_suspensions",
                to="accounts.account",
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="heatsuspension",
            name="applied_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="heatsuspension",
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
            model_name="heatsuspension",
            name="fee_bill",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.bill",
                verbose_name="bill of the basic fee",
            ),
        ),
        migrations.AddField(
            model_name="heatsuspension",
            name="resume_bill",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.bill",
                verbose_name="bill of the resumed days",
            ),
        ),
        migrations.AddField(
            model_name="heatsuspension",
            name="resumed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="resumed by",
            ),
        ),
        migrations.AddField(
            model_name="heatsuspension",
            name="season",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="suspensions",
                to="billing.heatingseason",
                verbose_name="heating season",
            ),
        ),
        migrations.AddField(
            model_name="heatcredit",
            name="suspension",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credits",
                to="billing.heatsuspension",
                verbose_name="suspension",
            ),
        ),
        migrations.AddField(
            model_name="householdconversion",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="heat_conversions",
                to="accounts.account",
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="householdconversion",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="oneofffee",
            name="bill",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="one_off_fee",
                to="billing.bill",
                verbose_name="bill",
            ),
        ),
        migrations.AddField(
            model_name="oneofffee",
            name="issued_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="issued by",
            ),
        ),
        migrations.AddField(
            model_name="seasonsettlement",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="season_settlements",
                to="accounts.account",
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="seasonsettlement",
            name="extra_bill",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.bill",
                verbose_name="bill of the rest",
            ),
        ),
        migrations.AddField(
            model_name="seasonsettlement",
            name="prepaid_bill",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="settlement",
                to="billing.bill",
                verbose_name="bill before the season",
            ),
        ),
        migrations.AddField(
            model_name="seasonsettlement",
            name="season",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="settlements",
                to="billing.heatingseason",
                verbose_name="heating season",
            ),
        ),
        migrations.AddField(
            model_name="seasonsettlement",
            name="settled_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="settled by",
            ),
        ),
        migrations.AddField(
            model_name="heatcredit",
            name="settlement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credits",
                to="billing.seasonsettlement",
                verbose_name="settlement",
            ),
        ),
        migrations.AddField(
            model_name="temperaturerefund",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="temperature_refunds",
                to="accounts.account",
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="temperaturerefund",
            name="bill",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="temperature_refunds",
                to="billing.bill",
                verbose_name="bill",
            ),
        ),
        migrations.AddField(
            model_name="temperaturerefund",
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
            model_name="temperaturerefund",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="heatcredit",
            name="refund",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit",
                to="billing.temperaturerefund",
                verbose_name="refund",
            ),
        ),
        migrations.AddField(
            model_name="coldspell",
            name="refund",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="spells",
                to="billing.temperaturerefund",
                verbose_name="refund",
            ),
        ),
        migrations.AddField(
            model_name="temperaturetest",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="temperature_tests",
                to="accounts.account",
                verbose_name="account",
            ),
        ),
        migrations.AddField(
            model_name="temperaturetest",
            name="tested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="measured by",
            ),
        ),
        migrations.AddField(
            model_name="roomtemperature",
            name="test",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rooms",
                to="billing.temperaturetest",
                verbose_name="temperature test",
            ),
        ),
        migrations.AddField(
            model_name="coldspell",
            name="test",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="spells",
                to="billing.temperaturetest",
                verbose_name="temperature test",
            ),
        ),
        migrations.AddConstraint(
            model_name="buildinghandover",
            constraint=models.UniqueConstraint(
                fields=("district", "community", "building"), name="a_building_is_handed_over_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="heatingseason",
            constraint=models.UniqueConstraint(
                fields=("season", "branch"),
                name="a_branch_has_one_heating_season_a_year",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="heatingseason",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("season__regex", "^20[0-9]{2}-[0-9]{2}$"),
                    (
                        "season__startswith",
                        django.db.models.functions.comparison.Cast(
                            django.db.models.functions.datetime.ExtractYear("starts_on"), models.CharField()
                        ),
                    ),
                ),
                name="heating_season_bears_the_year_it_starts_in",
            ),
        ),
        migrations.AddConstraint(
            model_name="heatingseason",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                name="heating_season_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="heatingseason",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_on__lte", models.F("ends_on")), ("suspend_by__lte", models.F("ends_on"))
                ),
                name="heating_season_is_due_before_it_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="heatingseason",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="heatingseason",
            constraint=models.CheckConstraint(
                condition=models.Q(("standard__gte", 10), ("standard__lte", 26)),
                name="room_temperature_standard_is_a_room",
            ),
        ),
        migrations.AddConstraint(
            model_name="heatsuspension",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "REFUSED"), _negated=True),
                fields=("account", "season"),
                name="account_is_suspended_once_a_season",
            ),
        ),
        migrations.AddConstraint(
            model_name="heatsuspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "APPLIED")
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
        ),
        migrations.AddConstraint(
            model_name="heatsuspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("applied_by")), _negated=True),
                    _connector="OR",
                ),
                name="suspension_is_decided_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="heatsuspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "REFUSED"), models.Q(("reason", ""), _negated=True)),
                    models.Q(models.Q(("state", "REFUSED"), _negated=True), ("reason", "")),
                    _connector="OR",
                ),
                name="suspension_is_refused_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="heatsuspension",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="householdconversion",
            constraint=models.UniqueConstraint(
                fields=("account", "converted_on"), name="household_is_converted_once_on_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="seasonsettlement",
            constraint=models.UniqueConstraint(
                fields=("account", "season"), name="a_season_of_an_account_is_settled_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="seasonsettlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("heat_used__gte", 0), ("heat_used__lte", Decimal("9999999999.990"))),
                name="heat_used_is_a_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="seasonsettlement",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="seasonsettlement",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="seasonsettlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("collect", 0), ("extra_bill__isnull", True)),
                    models.Q(("collect__gt", 0), ("extra_bill__isnull", False)),
                    _connector="OR",
                ),
                name="settlement_collects_by_a_bill",
            ),
        ),
        migrations.AddConstraint(
            model_name="temperaturerefund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gte", Decimal("0.01")),
                    ("amount__lte", Decimal("99999999999.99")),
                    ("heat_fee__gte", Decimal("0.01")),
                    ("heat_fee__lte", Decimal("99999999999.99")),
                ),
                name="temperature_refund_is_money",
            ),
        ),
        migrations.AddConstraint(
            model_name="temperaturerefund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__lte", models.F("heat_fee"))),
                name="refund_is_not_more_than_the_heating_charge",
            ),
        ),
        migrations.AddConstraint(
            model_name="temperaturerefund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "PROPOSED")
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
        ),
        migrations.AddConstraint(
            model_name="heatcredit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gte", Decimal("0.01")), ("amount__lte", Decimal("99999999999.99"))
                ),
                name="heat_credit_is_money",
            ),
        ),
        migrations.AddConstraint(
            model_name="heatcredit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reason", "TEMPERATURE"), _negated=True),
                fields=("bill", "reason", "component"),
                name="bill_is_credited_once_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="heatcredit",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="temperaturetest",
            constraint=models.UniqueConstraint(
                fields=("account", "tested_at"), name="a_visit_is_recorded_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="temperaturetest",
            constraint=models.CheckConstraint(
                condition=models.Q(("mean__gte", -30), ("mean__lte", 50)),
                name="mean_temperature_is_a_temperature",
            ),
        ),
        migrations.AddConstraint(
            model_name="temperaturetest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_below", True), ("mean__lt", models.F("standard"))),
                    models.Q(("is_below", False), ("mean__gte", models.F("standard"))),
                    _connector="OR",
                ),
                name="verdict_follows_from_mean_and_standard",
            ),
        ),
        migrations.AddConstraint(
            model_name="roomtemperature",
            constraint=models.UniqueConstraint(
                fields=("test", "position"), name="rooms_of_a_visit_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="roomtemperature",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1), ("position__lte", 8)),
                name="a_visit_has_eight_rooms_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="roomtemperature",
            constraint=models.CheckConstraint(
                condition=models.Q(("degrees__gte", -30), ("degrees__lte", 50)),
                name="room_temperature_is_a_temperature",
            ),
        ),
        migrations.AddConstraint(
            model_name="coldspell",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__gte", 1), ("to_on__gte", models.F("from_on"))),
                name="cold_spell_has_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="coldspell",
            constraint=models.CheckConstraint(
                condition=models.Q(("pct__gte", 0), ("pct__lte", Decimal("100"))),
                name="cold_spell_has_a_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="coldspell",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("counts", True)),
                expressions=[
                    ("account", "="),
                    (
                        models.Func(
                            models.F("from_on"), models.F("to_on"), models.Value("[]"), function="daterange"
                        ),
                        "&&",
                    ),
                ],
                name="a_cold_day_is_refunded_once",
            ),
        ),
        append_only("billing_temperaturetest"),
        append_only("billing_roomtemperature"),
        append_only("billing_householdconversion"),
        append_only("billing_seasonsettlement"),
        append_only("billing_heatcredit"),
        append_only("billing_oneofffee"),
        changes_only_in(
            "billing_heatsuspension",
            (
                "state",
                "decided_at",
                "decided_by_id",
                "reason",
                "fee_bill_id",
                "resumed_on",
                "resumed_at",
                "resumed_by_id",
                "resume_bill_id",
            ),
            ("account_id", "season_id", "is_silent", "note", "applied_on", "applied_at", "applied_by_id"),
        ),
        changes_only_in(
            "billing_temperaturerefund",
            ("state", "decided_at", "decided_by_id", "note"),
            (
                "account_id",
                "bill_id",
                "heat_fee",
                "season_days",
                "weighted_days",
                "amount",
                "sentence",
                "sentence_en",
                "proposed_at",
                "proposed_by_id",
            ),
        ),
        changes_only_in(
            "billing_coldspell",
            ("counts",),
            ("refund_id", "test_id", "account_id", "from_on", "to_on", "days", "degrees", "pct"),
        ),
        rows_stay("billing_heatingseason", "billing_buildinghandover"),
    ]
