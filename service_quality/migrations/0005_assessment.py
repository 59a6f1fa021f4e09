from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import billing.models.amount
import service_quality.models.assessment_rule
from accounts.migration_tables import ChangeTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_calendar_and_job_roles"),
        ("counters", "0007_queue_protection"),
        ("service_quality", "0004_matter_protection"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        ChangeTables(
            [
                migrations.CreateModel(
                    name="AssessmentRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("effective_from", models.DateField(unique=True, verbose_name="effective from")),
                        (
                            "level_1",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("0.00"), verbose_name="weight of very dissatisfied"
                            ),
                        ),
                        (
                            "level_2",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("30.00"), verbose_name="weight of dissatisfied"
                            ),
                        ),
                        (
                            "level_3",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("60.00"), verbose_name="weight of fairly satisfied"
                            ),
                        ),
                        (
                            "level_4",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("80.00"), verbose_name="weight of satisfied"
                            ),
                        ),
                        (
                            "level_5",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("100.00"), verbose_name="weight of very satisfied"
                            ),
                        ),
                        (
                            "fewest_ratings",
                            models.PositiveSmallIntegerField(
                                default=30, verbose_name="ratings that speak for one person"
                            ),
                        ),
                        (
                            "few_by_lower_bound",
                            models.BooleanField(
                                default=False,
                                verbose_name="fewer ratings count by their lower bound, not by the mean of the hall",
                            ),
                        ),
                        (
                            "without_ratings",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("80.00"), verbose_name="satisfaction where nobody rated"
                            ),
                        ),
                        (
                            "per_complaint",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("5.00"), verbose_name="taken away for an upheld complaint"
                            ),
                        ),
                        (
                            "per_missed_inquiry",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("2.00"),
                                verbose_name="taken away for an inquiry not kept in time",
                            ),
                        ),
                        (
                            "environment",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("20.00"), verbose_name="weight of the hall environment"
                            ),
                        ),
                        (
                            "service",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("20.00"), verbose_name="weight of the service"
                            ),
                        ),
                        (
                            "norms",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("20.00"), verbose_name="weight of the norms"
                            ),
                        ),
                        (
                            "skill",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("20.00"), verbose_name="weight of the skills"
                            ),
                        ),
                        (
                            "workload",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("20.00"), verbose_name="weight of the workload"
                            ),
                        ),
                        (
                            "rewarded_share",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("30.00"), verbose_name="rewarded teams, percent"
                            ),
                        ),
                        (
                            "excluded_share",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("30.00"), verbose_name="teams excluded by complaints, percent"
                            ),
                        ),
                        (
                            "reward",
                            billing.models.amount.MoneyField(
                                default=Decimal("2000.00"), verbose_name="reward of a team"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "assessment rule",
                        "verbose_name_plural": "assessment rules",
                        "ordering": ("-effective_from",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("level_1__gte", 0),
                                    ("level_1__lte", Decimal("100.00")),
                                    ("level_2__gte", 0),
                                    ("level_2__lte", Decimal("100.00")),
                                    ("level_3__gte", 0),
                                    ("level_3__lte", Decimal("100.00")),
                                    ("level_4__gte", 0),
                                    ("level_4__lte", Decimal("100.00")),
                                    ("level_5__gte", 0),
                                    ("level_5__lte", Decimal("100.00")),
                                    ("without_ratings__gte", 0),
                                    ("without_ratings__lte", Decimal("100.00")),
                                    ("per_complaint__gte", 0),
                                    ("per_complaint__lte", Decimal("100.00")),
                                    ("per_missed_inquiry__gte", 0),
                                    ("per_missed_inquiry__lte", Decimal("100.00")),
                                    ("rewarded_share__gte", 0),
                                    ("rewarded_share__lte", Decimal("100.00")),
                                    ("excluded_share__gte", 0),
                                    ("excluded_share__lte", Decimal("100.00")),
                                ),
                                name="assessment_rule_is_in_percent",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("environment__gte", 0),
                                    ("environment__lte", Decimal("100.00")),
                                    ("service__gte", 0),
                                    ("service__lte", Decimal("100.00")),
                                    ("norms__gte", 0),
                                    ("norms__lte", Decimal("100.00")),
                                    ("skill__gte", 0),
                                    ("skill__lte", Decimal("100.00")),
                                    ("workload__gte", 0),
                                    ("workload__lte", Decimal("100.00")),
                                    (
                                        "environment",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.expressions.CombinedExpression(
                                                        models.Value(Decimal("100.00")),
                                                        "-",
                                                        models.F("service"),
                                                    ),
                                                    "-",
                                                    models.F("norms"),
                                                ),
                                                "-",
                                                models.F("skill"),
                                            ),
                                            "-",
                                            models.F("workload"),
                                        ),
                                    ),
                                ),
                                name="weights_of_the_items_sum_to_a_hundred",
                                violation_error_message="The weights of the five items sum to a hundred.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("reward__gte", Decimal("0.00")),
                                    ("reward__lte", Decimal("99999999999.99")),
                                ),
                                name="team_reward_is_money",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AssessmentRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("month", models.DateField(unique=True, verbose_name="month")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "draft"),
                                    ("PUBLISHED", "published"),
                                    ("LOCKED", "locked"),
                                ],
                                default="DRAFT",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "formula_version",
                            models.CharField(max_length=20, verbose_name="version of the formulas"),
                        ),
                        ("rule", models.JSONField(default=dict, verbose_name="rule")),
                        ("measured_at", models.DateTimeField(verbose_name="books read as of")),
                        ("made_at", models.DateTimeField(verbose_name="made at")),
                        ("published_at", models.DateTimeField(null=True, verbose_name="published at")),
                        ("locked_at", models.DateTimeField(null=True, verbose_name="locked at")),
                        (
                            "locked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="locked by",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="made by",
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
                    ],
                    options={
                        "verbose_name": "monthly assessment",
                        "verbose_name_plural": "monthly assessments",
                        "ordering": ("-month",),
                        "permissions": [
                            ("see_hall_assessment", "Can see the assessment of the halls in own care"),
                            ("see_every_assessment", "Can see the assessment of everybody"),
                            ("run_assessment", "Can have a month assessed"),
                            ("publish_assessment", "Can publish and lock the assessment of a month"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AssessmentMatter",
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
                                choices=[("COMPLAINT", "upheld complaint"), ("MISSED", "inquiry not kept")],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "matter",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="service_quality.matter",
                                verbose_name="matter",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="staff member",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="matters",
                                to="service_quality.assessmentrun",
                                verbose_name="assessment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "matter in an assessment",
                        "verbose_name_plural": "matters in assessments",
                        "ordering": ("run", "id"),
                    },
                ),
                migrations.CreateModel(
                    name="AssessmentCorrection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "pool",
                            models.CharField(
                                choices=[("CASHIER", "cashiers"), ("ADVISER", "advisers")],
                                max_length=10,
                                verbose_name="pool",
                            ),
                        ),
                        (
                            "field",
                            models.CharField(
                                choices=[
                                    ("workload", "workload"),
                                    ("satisfaction", "satisfaction"),
                                    ("complaints", "upheld complaints"),
                                    ("missed", "inquiries not kept"),
                                ],
                                max_length=12,
                                verbose_name="figure",
                            ),
                        ),
                        (
                            "old",
                            models.DecimalField(decimal_places=2, max_digits=12, verbose_name="old figure"),
                        ),
                        (
                            "new",
                            models.DecimalField(decimal_places=2, max_digits=12, verbose_name="new figure"),
                        ),
                        ("reason", models.CharField(max_length=200, verbose_name="reason")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("ASKED", "waits"),
                                    ("APPROVED", "approved"),
                                    ("REFUSED", "refused"),
                                ],
                                default="ASKED",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("asked_at", models.DateTimeField(verbose_name="asked for at")),
                        ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
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
                            "hall",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="counters.hall",
                                verbose_name="hall",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="staff member",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="corrections",
                                to="service_quality.assessmentrun",
                                verbose_name="assessment",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "correction of an assessment",
                        "verbose_name_plural": "corrections of assessments",
                        "ordering": ("-id",),
                        "permissions": [
                            ("approve_assessmentcorrection", "Can decide about a correction of an assessment")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BranchCompletion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                        (
                            "percent",
                            models.DecimalField(
                                decimal_places=2, max_digits=5, verbose_name="plan reached, percent"
                            ),
                        ),
                        ("entered_at", models.DateTimeField(verbose_name="entered at")),
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
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "completion of a branch",
                        "verbose_name_plural": "completions of branches",
                        "ordering": ("-year", "branch"),
                    },
                ),
                migrations.CreateModel(
                    name="PayPool",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("month", models.DateField(verbose_name="month")),
                        (
                            "pool",
                            models.CharField(
                                choices=[("CASHIER", "cashiers"), ("ADVISER", "advisers")],
                                max_length=10,
                                verbose_name="pool",
                            ),
                        ),
                        ("amount", billing.models.amount.MoneyField(verbose_name="amount")),
                        ("entered_at", models.DateTimeField(verbose_name="entered at")),
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
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "pay pool",
                        "verbose_name_plural": "pay pools",
                        "ordering": ("-month", "pool", "branch"),
                    },
                ),
                migrations.CreateModel(
                    name="AssessmentLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "pool",
                            models.CharField(
                                choices=[("CASHIER", "cashiers"), ("ADVISER", "advisers")],
                                max_length=10,
                                verbose_name="pool",
                            ),
                        ),
                        ("ratings", models.JSONField(default=list, verbose_name="ratings")),
                        (
                            "measured_workload",
                            models.DecimalField(
                                decimal_places=2, max_digits=12, verbose_name="measured workload"
                            ),
                        ),
                        (
                            "measured_satisfaction",
                            service_quality.models.assessment_rule.PercentField(
                                verbose_name="measured satisfaction"
                            ),
                        ),
                        (
                            "basis",
                            models.CharField(
                                choices=[
                                    ("OWN", "own ratings"),
                                    ("LOWER_BOUND", "lower bound of the own ratings"),
                                    ("HALL", "mean of the hall"),
                                    ("COMPANY", "mean of the company"),
                                    ("RULE", "the rule's figure"),
                                ],
                                max_length=12,
                                verbose_name="satisfaction taken from",
                            ),
                        ),
                        (
                            "measured_complaints",
                            models.PositiveSmallIntegerField(verbose_name="upheld complaints on file"),
                        ),
                        (
                            "measured_missed",
                            models.PositiveSmallIntegerField(verbose_name="inquiries not kept, on file"),
                        ),
                        (
                            "workload",
                            models.DecimalField(
                                decimal_places=2,
                                default=Decimal("0.00"),
                                max_digits=12,
                                verbose_name="workload",
                            ),
                        ),
                        (
                            "satisfaction",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("0.00"), verbose_name="satisfaction"
                            ),
                        ),
                        (
                            "complaints",
                            models.PositiveSmallIntegerField(default=0, verbose_name="upheld complaints"),
                        ),
                        (
                            "missed",
                            models.PositiveSmallIntegerField(default=0, verbose_name="inquiries not kept"),
                        ),
                        (
                            "quality",
                            service_quality.models.assessment_rule.PercentField(
                                default=Decimal("0.00"), verbose_name="quality"
                            ),
                        ),
                        (
                            "points",
                            models.DecimalField(
                                decimal_places=2,
                                default=Decimal("0.00"),
                                max_digits=12,
                                verbose_name="points",
                            ),
                        ),
                        (
                            "pay",
                            billing.models.amount.MoneyField(default=Decimal("0.00"), verbose_name="pay"),
                        ),
                        (
                            "hall",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="counters.hall",
                                verbose_name="hall",
                            ),
                        ),
                        (
                            "staff",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="staff member",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="service_quality.assessmentrun",
                                verbose_name="assessment",
                            ),
                        ),
                        (
                            "pay_pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="service_quality.paypool",
                                verbose_name="pay pool",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "assessment of a person",
                        "verbose_name_plural": "assessments of persons",
                        "ordering": ("run", "pool", "hall", "staff"),
                    },
                ),
                migrations.CreateModel(
                    name="TeamScore",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "item",
                            models.CharField(
                                choices=[
                                    ("environment", "hall environment"),
                                    ("service", "service quality"),
                                    ("norms", "working by the norms"),
                                    ("skill", "skills"),
                                    ("workload", "workload"),
                                ],
                                max_length=12,
                                verbose_name="item",
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                        ("month", models.PositiveSmallIntegerField(null=True, verbose_name="month")),
                        ("score", service_quality.models.assessment_rule.PercentField(verbose_name="score")),
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
                            "hall",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="counters.hall",
                                verbose_name="hall",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "score of a team",
                        "verbose_name_plural": "scores of teams",
                        "ordering": ("-year", "-month", "hall", "item"),
                    },
                ),
                migrations.CreateModel(
                    name="WorkloadWeight",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("business", models.CharField(max_length=20, verbose_name="business")),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("name_en", models.CharField(blank=True, max_length=60, verbose_name="English name")),
                        (
                            "weight",
                            models.DecimalField(decimal_places=2, max_digits=5, verbose_name="weight"),
                        ),
                        ("effective_from", models.DateField(verbose_name="effective from")),
                    ],
                    options={
                        "verbose_name": "weight of work",
                        "verbose_name_plural": "weights of work",
                        "ordering": ("business", "-effective_from"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("business", "effective_from"),
                                name="business_has_one_weight_at_a_time",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("weight__gte", 0), ("weight__lte", 100)),
                                name="weight_of_work_is_sane",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AssessmentCount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("business", models.CharField(max_length=20, verbose_name="business")),
                        ("count", models.PositiveIntegerField(verbose_name="count")),
                        ("undone", models.PositiveIntegerField(default=0, verbose_name="undone")),
                        (
                            "weight",
                            models.DecimalField(decimal_places=2, max_digits=5, verbose_name="weight"),
                        ),
                        (
                            "line",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="counts",
                                to="service_quality.assessmentline",
                                verbose_name="line",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "count of work",
                        "verbose_name_plural": "counts of work",
                        "ordering": ("line", "business"),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("line", "business"), name="business_is_counted_once"
                            )
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="assessmentrun",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="assessment_is_of_a_whole_month"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessmentrun",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("locked_at__isnull", True),
                                ("published_at__isnull", True),
                                ("state", "DRAFT"),
                            ),
                            models.Q(
                                ("locked_at__isnull", True),
                                ("published_at__isnull", False),
                                ("state", "PUBLISHED"),
                            ),
                            models.Q(
                                ("locked_at__isnull", False),
                                ("published_at__isnull", False),
                                ("state", "LOCKED"),
                            ),
                            _connector="OR",
                        ),
                        name="assessment_has_the_times_of_its_state",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessmentrun",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("locked_at__isnull", True),
                            ("locked_at__gte", models.F("published_at")),
                            _connector="OR",
                        ),
                        name="assessment_is_locked_after_it_is_published",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessmentmatter",
                    constraint=models.UniqueConstraint(
                        fields=("run", "matter", "kind"), name="matter_counts_once_in_a_month"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessmentcorrection",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("state", "ASKED")),
                        fields=("run", "staff", "hall", "pool", "field"),
                        name="figure_has_one_correction_waiting",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessmentcorrection",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="correction_has_a_reason"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessmentcorrection",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asked_by", models.F("staff")), _negated=True),
                            models.Q(("new", models.F("old")), _negated=True),
                            ("new__gte", 0),
                            ("new__lte", 1000000000),
                        ),
                        name="correction_is_asked_for_by_somebody_else",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessmentcorrection",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "ASKED")
                            ),
                            models.Q(
                                models.Q(("state", "ASKED"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("asked_by")), _negated=True),
                                models.Q(("decided_by", models.F("staff")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_is_decided_by_a_second_person",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="branchcompletion",
                    constraint=models.UniqueConstraint(
                        fields=("year", "branch"), name="branch_completes_a_year_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="branchcompletion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("percent__gte", 0), ("percent__lte", 300)),
                        name="completion_is_a_percentage",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="paypool",
                    constraint=models.UniqueConstraint(
                        fields=("month", "pool", "branch"), name="month_has_a_pool_once", nulls_distinct=False
                    ),
                ),
                migrations.AddConstraint(
                    model_name="paypool",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="pool_is_of_a_whole_month"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="paypool",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gte", Decimal("0.00")), ("amount__lte", Decimal("99999999999.99"))
                        ),
                        name="pool_is_money",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessmentline",
                    constraint=models.UniqueConstraint(
                        fields=("run", "staff", "hall", "pool"), name="person_is_assessed_once_in_a_hall"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessmentline",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("measured_satisfaction__gte", 0),
                            ("measured_satisfaction__lte", Decimal("100.00")),
                            ("satisfaction__gte", 0),
                            ("satisfaction__lte", Decimal("100.00")),
                            ("quality__gte", 0),
                            ("quality__lte", Decimal("100.00")),
                        ),
                        name="quality_is_in_percent",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessmentline",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("measured_workload__gte", 0),
                            ("measured_workload__lte", 1000000000),
                            ("workload__gte", 0),
                            ("workload__lte", 1000000000),
                            ("points__gte", 0),
                            ("points__lte", models.F("workload")),
                        ),
                        name="points_are_at_most_the_work",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessmentline",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("pay__gte", Decimal("0.00")), ("pay__lte", Decimal("99999999999.99"))
                        ),
                        name="pay_is_money",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="teamscore",
                    constraint=models.UniqueConstraint(
                        fields=("hall", "item", "year", "month"),
                        name="team_is_scored_once",
                        nulls_distinct=False,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="teamscore",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", Decimal("100.00"))),
                        name="team_score_is_of_a_hundred",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="teamscore",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("item__in", ["environment", "service"]),
                                ("month__gte", 1),
                                ("month__lte", 12),
                            ),
                            models.Q(("item__in", ["norms", "skill", "workload"]), ("month__isnull", True)),
                            _connector="OR",
                        ),
                        name="item_is_scored_in_its_time",
                    ),
                ),
            ]
        ),
    ]
