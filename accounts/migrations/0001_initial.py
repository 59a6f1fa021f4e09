from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

from accounts.migration_tables import ChangeTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        BtreeGistExtension(),
        ChangeTables(
            [
                migrations.CreateModel(
                    name="Account",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "account_no",
                            models.CharField(max_length=20, unique=True, verbose_name="account number"),
                        ),
                        (
                            "old_account_no",
                            models.CharField(
                                blank=True,
                                max_length=20,
                                null=True,
                                unique=True,
                                verbose_name="old account number",
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
                        (
                            "category",
                            models.CharField(
                                choices=[
                                    ("RESIDENT", "resident"),
                                    ("RESIDENT_SHARED", "shared-meter households"),
                                    ("RESIDENT_PRICE_UNIT", "unit at the resident price"),
                                    ("NONRESIDENT", "non-resident"),
                                    ("SPECIAL", "special use"),
                                ],
                                default="RESIDENT",
                                max_length=20,
                                verbose_name="category of use",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PENDING", "not yet opened"),
                                    ("ACTIVE", "in use"),
                                    ("SUSPENDED", "suspended on request"),
                                    ("RESTRICTED", "restricted"),
                                    ("STOPPED", "stopped"),
                                    ("CLOSED", "closed"),
                                ],
                                default="PENDING",
                                max_length=12,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "persons",
                            models.PositiveSmallIntegerField(default=3, verbose_name="household size"),
                        ),
                        (
                            "shared_households",
                            models.PositiveSmallIntegerField(
                                default=1, verbose_name="households behind the meter"
                            ),
                        ),
                        (
                            "billed_area",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=9,
                                null=True,
                                verbose_name="billed area, m²",
                            ),
                        ),
                        ("opened_on", models.DateField(verbose_name="opened on")),
                        ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed on")),
                        ("is_disputed", models.BooleanField(default=False, verbose_name="in dispute")),
                        ("is_in_court", models.BooleanField(default=False, verbose_name="in court")),
                    ],
                    options={
                        "verbose_name": "account",
                        "verbose_name_plural": "accounts",
                        "permissions": [
                            ("see_every_branch", "Can see the rows of every branch"),
                            ("import_accounts", "Can import a roster of accounts"),
                            ("change_account_state", "Can change the state of an account"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_on__isnull", False), ("state", "CLOSED")),
                                    models.Q(
                                        models.Q(("state", "CLOSED"), _negated=True),
                                        ("closed_on__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="account_has_a_closing_date_exactly_when_closed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("account_no__regex", "^[0-9A-Z]{6,20}$")),
                                name="account_no_is_digits_or_capitals",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("old_account_no__isnull", True),
                                    models.Q(("old_account_no", models.F("account_no")), _negated=True),
                                    _connector="OR",
                                ),
                                name="old_account_no_differs_from_the_new_one",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("billed_area__isnull", True),
                                    models.Q(
                                        ("billed_area__gt", 0), ("billed_area__lte", Decimal("9999999.99"))
                                    ),
                                    _connector="OR",
                                ),
                                name="billed_area_is_positive",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Branch",
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
                            "name_en",
                            models.CharField(blank=True, max_length=100, verbose_name="English name"),
                        ),
                    ],
                    options={
                        "verbose_name": "branch",
                        "verbose_name_plural": "branches",
                        "ordering": ("code",),
                    },
                ),
                migrations.CreateModel(
                    name="Staff",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        (
                            "last_login",
                            models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                        ),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True, verbose_name="staff number")),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("name_en", models.CharField(blank=True, max_length=60, verbose_name="English name")),
                        (
                            "post",
                            models.CharField(
                                choices=[
                                    ("CASHIER", "cashier"),
                                    ("ADVISER", "adviser"),
                                    ("COLLECTOR", "collector"),
                                    ("COMPLAINTS", "complaint handler"),
                                    ("FINANCE", "finance clerk"),
                                    ("SUPERVISOR", "hall supervisor"),
                                    ("MANAGER", "manager"),
                                    ("ADMINISTRATOR", "administrator"),
                                    ("AUDITOR", "auditor"),
                                ],
                                max_length=20,
                                verbose_name="post",
                            ),
                        ),
                        ("hired_on", models.DateField(blank=True, null=True, verbose_name="hired on")),
                        ("left_on", models.DateField(blank=True, null=True, verbose_name="left on")),
                        (
                            "left_reason",
                            models.CharField(blank=True, max_length=200, verbose_name="reason for leaving"),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="may sign in")),
                        (
                            "is_staff",
                            models.BooleanField(default=False, verbose_name="may use the admin pages"),
                        ),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="staff",
                                to="accounts.branch",
                                verbose_name="branch",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "staff member",
                        "verbose_name_plural": "staff",
                        "ordering": ("number",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("left_on__isnull", True),
                                    models.Q(
                                        ("is_active", False), models.Q(("left_reason", ""), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="staff_who_left_have_a_reason_and_cannot_sign_in",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AccountStateChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "from_state",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("PENDING", "not yet opened"),
                                    ("ACTIVE", "in use"),
                                    ("SUSPENDED", "suspended on request"),
                                    ("RESTRICTED", "restricted"),
                                    ("STOPPED", "stopped"),
                                    ("CLOSED", "closed"),
                                ],
                                max_length=12,
                                verbose_name="from",
                            ),
                        ),
                        (
                            "to_state",
                            models.CharField(
                                choices=[
                                    ("PENDING", "not yet opened"),
                                    ("ACTIVE", "in use"),
                                    ("SUSPENDED", "suspended on request"),
                                    ("RESTRICTED", "restricted"),
                                    ("STOPPED", "stopped"),
                                    ("CLOSED", "closed"),
                                ],
                                max_length=12,
                                verbose_name="to",
                            ),
                        ),
                        ("reason", models.CharField(max_length=200, verbose_name="reason")),
                        ("changed_at", models.DateTimeField(verbose_name="at")),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="state_changes",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "changed_by",
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
                        "verbose_name": "change of state",
                        "verbose_name_plural": "changes of state",
                        "ordering": ("account", "id"),
                    },
                ),
                migrations.AddField(
                    model_name="account",
                    name="branch",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="accounts.branch",
                        verbose_name="branch",
                    ),
                ),
                migrations.CreateModel(
                    name="Customer",
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
                                choices=[("PERSON", "person"), ("UNIT", "unit")],
                                default="PERSON",
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "name_initials",
                            models.CharField(
                                blank=True, editable=False, max_length=100, verbose_name="pinyin initials"
                            ),
                        ),
                        ("id_number", models.CharField(blank=True, max_length=18, verbose_name="ID number")),
                        (
                            "unified_code",
                            models.CharField(
                                blank=True, max_length=18, verbose_name="unified social credit code"
                            ),
                        ),
                        (
                            "low_income_no",
                            models.CharField(
                                blank=True, max_length=40, verbose_name="low-income certificate"
                            ),
                        ),
                        (
                            "low_income_until",
                            models.DateField(
                                blank=True, null=True, verbose_name="low-income certificate valid until"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "customer",
                        "verbose_name_plural": "customers",
                        "permissions": [
                            ("reveal_personal_data", "Can see full ID numbers and phones, with a reason")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True), name="customer_has_a_name"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Contact",
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
                                choices=[("MOBILE", "mobile"), ("LANDLINE", "landline")],
                                default="MOBILE",
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("phone", models.CharField(max_length=20, verbose_name="phone")),
                        (
                            "tail",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Right("phone", 4),
                                output_field=models.CharField(max_length=4),
                            ),
                        ),
                        ("is_wrong", models.BooleanField(default=False, verbose_name="known to be wrong")),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="contacts",
                                to="accounts.customer",
                                verbose_name="customer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "contact",
                        "verbose_name_plural": "contacts",
                        "ordering": ("is_wrong", "id"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("customer", "phone"), name="contact_is_kept_once_per_customer"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("phone__regex", "^[0-9]{3,4}-?[0-9]{7,8}$")),
                                name="contact_phone_is_digits",
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="account",
                    name="customer",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="accounts.customer",
                        verbose_name="customer",
                    ),
                ),
                migrations.CreateModel(
                    name="District",
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
                            "name_en",
                            models.CharField(blank=True, max_length=100, verbose_name="English name"),
                        ),
                        (
                            "recovery_target",
                            models.DecimalField(
                                decimal_places=2,
                                default=Decimal("96.00"),
                                max_digits=5,
                                verbose_name="recovery target, percent",
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="districts",
                                to="accounts.branch",
                                verbose_name="branch",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="districts",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "district",
                        "verbose_name_plural": "districts",
                        "ordering": ("code",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("recovery_target__gte", 0), ("recovery_target__lte", 100)
                                ),
                                name="recovery_target_is_a_percentage",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HouseholdEvidence",
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
                                choices=[("HOUSEHOLD_SIZE", "household size"), ("LOW_INCOME", "low income")],
                                max_length=14,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "persons",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="persons"),
                        ),
                        (
                            "document",
                            models.CharField(
                                choices=[
                                    ("HOUSEHOLD_REGISTER", "household register"),
                                    ("RESIDENCE_PERMIT", "residence permit"),
                                    ("LOW_INCOME_CERTIFICATE", "low-income certificate"),
                                ],
                                max_length=22,
                                verbose_name="document",
                            ),
                        ),
                        ("document_number", models.CharField(max_length=40, verbose_name="document number")),
                        ("holder_name", models.CharField(max_length=100, verbose_name="name of the holder")),
                        ("valid_from", models.DateField(verbose_name="counts from")),
                        ("valid_until", models.DateField(verbose_name="counts until")),
                        ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                        (
                            "withdrawn_from",
                            models.DateField(blank=True, null=True, verbose_name="does not count from"),
                        ),
                        (
                            "withdrawn_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at"),
                        ),
                        (
                            "withdrawn_reason",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="reason for the withdrawal"
                            ),
                        ),
                        (
                            "account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="evidence",
                                to="accounts.account",
                                verbose_name="account",
                            ),
                        ),
                        (
                            "extends",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.householdevidence",
                                verbose_name="extends",
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="recorded by",
                            ),
                        ),
                        (
                            "withdrawn_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="withdrawn by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "household evidence",
                        "verbose_name_plural": "household evidence",
                        "ordering": ("account", "kind", "valid_from", "id"),
                        "permissions": [
                            ("withdraw_householdevidence", "Can say that household evidence counts no longer")
                        ],
                        "indexes": [models.Index(fields=["valid_until"], name="evidence_by_its_last_day")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("kind", "HOUSEHOLD_SIZE"),
                                        ("persons__gte", 1),
                                        ("persons__isnull", False),
                                        ("persons__lte", 30),
                                    ),
                                    models.Q(("kind", "LOW_INCOME"), ("persons__isnull", True)),
                                    _connector="OR",
                                ),
                                name="evidence_of_a_size_names_the_persons",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("document__in", ["HOUSEHOLD_REGISTER", "RESIDENCE_PERMIT"]),
                                        ("kind", "HOUSEHOLD_SIZE"),
                                    ),
                                    models.Q(("document", "LOW_INCOME_CERTIFICATE"), ("kind", "LOW_INCOME")),
                                    _connector="OR",
                                ),
                                name="evidence_is_a_document_that_proves_it",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("document_number", ""), _negated=True),
                                    models.Q(("holder_name", ""), _negated=True),
                                ),
                                name="evidence_names_the_document_and_its_holder",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("valid_until__gte", models.F("valid_from"))),
                                name="evidence_ends_after_it_begins",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("withdrawn_at__isnull", True),
                                        ("withdrawn_by__isnull", True),
                                        ("withdrawn_from__isnull", True),
                                        ("withdrawn_reason", ""),
                                    ),
                                    models.Q(
                                        ("withdrawn_at__isnull", False),
                                        ("withdrawn_by__isnull", False),
                                        ("withdrawn_from__gte", models.F("valid_from")),
                                        ("withdrawn_from__lte", models.F("valid_until")),
                                        models.Q(("withdrawn_reason", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="evidence_is_withdrawn_by_somebody_for_a_reason",
                            ),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                expressions=[
                                    ("account", "="),
                                    ("kind", "="),
                                    (
                                        models.Func(
                                            models.F("valid_from"),
                                            models.Func(
                                                models.F("withdrawn_from"),
                                                models.Func(
                                                    models.F("valid_until"), template="(%(expressions)s + 1)"
                                                ),
                                                function="coalesce",
                                            ),
                                            models.Value("[)"),
                                            function="daterange",
                                        ),
                                        "&&",
                                    ),
                                ],
                                name="one_evidence_of_a_kind_counts_at_a_time",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Premises",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "street",
                            models.CharField(
                                blank=True, max_length=120, verbose_name="city, street and number"
                            ),
                        ),
                        ("community", models.CharField(max_length=60, verbose_name="community")),
                        (
                            "community_initials",
                            models.CharField(
                                blank=True, editable=False, max_length=60, verbose_name="pinyin initials"
                            ),
                        ),
                        ("building", models.CharField(blank=True, max_length=20, verbose_name="building")),
                        ("unit", models.CharField(blank=True, max_length=20, verbose_name="unit")),
                        ("room", models.CharField(blank=True, max_length=20, verbose_name="room")),
                        (
                            "door",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=64,
                                verbose_name="door, as building-unit-room",
                            ),
                        ),
                        (
                            "building_area",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=9,
                                null=True,
                                verbose_name="building area, m²",
                            ),
                        ),
                        (
                            "inner_area",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=9,
                                null=True,
                                verbose_name="inner area, m²",
                            ),
                        ),
                        (
                            "storey_height",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=4,
                                null=True,
                                verbose_name="storey height, m",
                            ),
                        ),
                        (
                            "floors",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="floors of the building"
                            ),
                        ),
                        (
                            "has_own_valve",
                            models.BooleanField(default=True, verbose_name="can be shut off alone"),
                        ),
                        (
                            "district",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="premises",
                                to="accounts.district",
                                verbose_name="district",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "premises",
                        "verbose_name_plural": "premises",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("community", ""), _negated=True),
                                name="premises_have_a_community",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("building_area__isnull", True),
                                    models.Q(
                                        ("building_area__gt", 0),
                                        ("building_area__lte", Decimal("9999999.99")),
                                    ),
                                    _connector="OR",
                                ),
                                name="premises_building_area_is_positive",
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="account",
                    name="premises",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="accounts.premises",
                        verbose_name="premises",
                    ),
                ),
                migrations.CreateModel(
                    name="SearchEntry",
                    fields=[
                        (
                            "account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="search_entry",
                                serialize=False,
                                to="accounts.account",
                            ),
                        ),
                        (
                            "keys",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(), size=None
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            django.contrib.postgres.indexes.GinIndex(
                                fields=["keys"], gin_pending_list_limit=512, name="search_entry_keys"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="at")),
                        ("action", models.CharField(max_length=40, verbose_name="action")),
                        ("object_type", models.CharField(max_length=40, verbose_name="kind of thing")),
                        ("object_id", models.CharField(max_length=40, verbose_name="which")),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        ("details", models.JSONField(default=dict, verbose_name="details")),
                        ("request_id", models.UUIDField(null=True, verbose_name="request")),
                        (
                            "actor",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="who",
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.branch",
                                verbose_name="branch",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "audit entry",
                        "verbose_name_plural": "audit trail",
                        "ordering": ("-id",),
                        "indexes": [
                            models.Index(fields=["object_type", "object_id"], name="audit_by_object"),
                            models.Index(fields=["actor", "at"], name="audit_by_actor"),
                        ],
                    },
                ),
                migrations.AddIndex(
                    model_name="account",
                    index=models.Index(
                        fields=["branch", "service", "state"], name="account_by_branch_and_service"
                    ),
                ),
            ]
        ),
    ]
