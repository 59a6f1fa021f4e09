from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from billing.models.amount import MoneyField, at_least
from billing.money import NO_MONEY
from counters.models import Hall
from service_quality.models.assessment_rule import PercentField, percent
from service_quality.models.assessment_run import SEES_ALL, SEES_HALL, AssessmentRun
from service_quality.models.pay_pool import PayPool, Pool

NONE = Decimal("0.00")


class AssessmentLineQuerySet(models.QuerySet["AssessmentLine"]):
    def visible_to(self, staff: Staff) -> "AssessmentLineQuerySet":
        """The own line once it is published; a supervisor has the halls in own care, the manager all."""
        if staff.has_perm(SEES_ALL):
            return self
        if staff.has_perm(SEES_HALL):
            return self.filter(hall__supervision__supervisor=staff)
        return self.filter(staff=staff).exclude(run__state=AssessmentRun.State.DRAFT)


class AssessmentLine(models.Model):
    """One person's month in one hall: what was done there, how well, and what it earned."""

    class Basis(models.TextChoices):
        OWN = "OWN", _("own ratings")
        LOWER_BOUND = "LOWER_BOUND", _("lower bound of the own ratings")
        HALL = "HALL", _("mean of the hall")
        COMPANY = "COMPANY", _("mean of the company")
        RULE = "RULE", _("the rule's figure")

    run = models.ForeignKey(AssessmentRun, models.PROTECT, related_name="lines", verbose_name=_("assessment"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("staff member")
    )
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+", verbose_name=_("hall"))
    pool = models.CharField(_("pool"), max_length=10, choices=Pool)
    pay_pool = models.ForeignKey(PayPool, models.PROTECT, related_name="lines", verbose_name=_("pay pool"))
    # Ratings by level, the worst first.
    ratings = models.JSONField(_("ratings"), default=list)
    # As measured; what was corrected stands in the corrections, and in the columns below them.
    measured_workload = models.DecimalField(_("measured workload"), max_digits=12, decimal_places=2)
    measured_satisfaction = PercentField(_("measured satisfaction"))
    basis = models.CharField(_("satisfaction taken from"), max_length=12, choices=Basis)
    measured_complaints = models.PositiveSmallIntegerField(_("upheld complaints on file"))
    measured_missed = models.PositiveSmallIntegerField(_("inquiries not kept, on file"))
    workload = models.DecimalField(_("workload"), max_digits=12, decimal_places=2, default=NONE)
    satisfaction = PercentField(_("satisfaction"), default=NONE)
    complaints = models.PositiveSmallIntegerField(_("upheld complaints"), default=0)
    missed = models.PositiveSmallIntegerField(_("inquiries not kept"), default=0)
    quality = PercentField(_("quality"), default=NONE)
    points = models.DecimalField(_("points"), max_digits=12, decimal_places=2, default=NONE)
    pay = MoneyField(_("pay"), default=NO_MONEY)

    objects: ClassVar = AssessmentLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment of a person")
        verbose_name_plural = _("assessments of persons")
        ordering = ("run", "pool", "hall", "staff")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "staff", "hall", "pool"], name="person_is_assessed_once_in_a_hall"
            ),
            models.CheckConstraint(
                condition=percent("measured_satisfaction", "satisfaction", "quality"),
                name="quality_is_in_percent",
            ),
            models.CheckConstraint(
                condition=Q(measured_workload__gte=0, measured_workload__lte=10**9)
                & Q(workload__gte=0, workload__lte=10**9)
                & Q(points__gte=0, points__lte=models.F("workload")),
                name="points_are_at_most_the_work",
            ),
            models.CheckConstraint(condition=at_least("pay", NO_MONEY), name="pay_is_money"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.staff_id} {self.points}"

    @property
    def is_by_own_ratings(self) -> bool:
        return self.basis == self.Basis.OWN

    @property
    def has_other_workload(self) -> bool:
        return self.workload != self.measured_workload

    @property
    def has_other_satisfaction(self) -> bool:
        return self.satisfaction != self.measured_satisfaction

    @property
    def rated(self) -> int:
        return sum(self.ratings)


class AssessmentCount(models.Model):
    """How many pieces of one kind of business a person did in a hall, as measured."""

    line = models.ForeignKey(
        AssessmentLine, models.CASCADE, related_name="counts", db_index=False, verbose_name=_("line")
    )
    business = models.CharField(_("business"), max_length=20)
    count = models.PositiveIntegerField(_("count"))
    # Taken and undone again: counts for nobody.
    undone = models.PositiveIntegerField(_("undone"), default=0)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("count of work")
        verbose_name_plural = _("counts of work")
        ordering = ("line", "business")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "business"], name="business_is_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.business} {self.count} × {self.weight}"

    @property
    def work(self) -> Decimal:
        product: Decimal = self.count * self.weight
        return product
