from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from counters.models import Hall
from service_quality.models.assessment_run import SEES_ALL, AssessmentRun
from service_quality.models.pay_pool import Pool


class AssessmentCorrectionQuerySet(models.QuerySet["AssessmentCorrection"]):
    def visible_to(self, staff: Staff) -> "AssessmentCorrectionQuerySet":
        if staff.has_perm(SEES_ALL):
            return self
        return self.filter(hall__supervision__supervisor=staff)


class AssessmentCorrection(models.Model):
    """A figure of somebody's month that was measured wrong: asked for with a reason, approved by another person."""

    class Field(models.TextChoices):
        WORKLOAD = "workload", _("workload")
        SATISFACTION = "satisfaction", _("satisfaction")
        COMPLAINTS = "complaints", _("upheld complaints")
        MISSED = "missed", _("inquiries not kept")

    class State(models.TextChoices):
        ASKED = "ASKED", pgettext_lazy("correction", "waits")
        APPROVED = "APPROVED", pgettext_lazy("correction", "approved")
        REFUSED = "REFUSED", pgettext_lazy("correction", "refused")

    run = models.ForeignKey(
        AssessmentRun, models.PROTECT, related_name="corrections", verbose_name=_("assessment")
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("staff member")
    )
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+", verbose_name=_("hall"))
    pool = models.CharField(_("pool"), max_length=10, choices=Pool)
    field = models.CharField(_("figure"), max_length=12, choices=Field)
    old = models.DecimalField(_("old figure"), max_digits=12, decimal_places=2)
    new = models.DecimalField(_("new figure"), max_digits=12, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(_("asked for at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )

    objects: ClassVar = AssessmentCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of an assessment")
        verbose_name_plural = _("corrections of assessments")
        ordering = ("-id",)
        permissions: ClassVar = [
            ("approve_assessmentcorrection", "Can decide about a correction of an assessment")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "staff", "hall", "pool", "field"],
                condition=Q(state="ASKED"),
                name="figure_has_one_correction_waiting",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(asked_by=F("staff")) & ~Q(new=F("old")) & Q(new__gte=0, new__lte=10**9),
                name="correction_is_asked_for_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(state="ASKED", decided_at__isnull=True, decided_by__isnull=True)
                | ~Q(state="ASKED")
                & Q(decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(decided_by=F("asked_by"))
                & ~Q(decided_by=F("staff")),
                name="correction_is_decided_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.old} → {self.new}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.ASKED
