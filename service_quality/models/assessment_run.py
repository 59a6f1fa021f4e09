import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff

SEES_ALL = "service_quality.see_every_assessment"
SEES_HALL = "service_quality.see_hall_assessment"


class AssessmentRunQuerySet(models.QuerySet["AssessmentRun"]):
    def visible_to(self, staff: Staff) -> "AssessmentRunQuerySet":
        """Who is assessed sees a month once it is published."""
        if staff.has_perm(SEES_ALL) or staff.has_perm(SEES_HALL):
            return self
        return self.exclude(state=AssessmentRun.State.DRAFT)


class AssessmentRun(models.Model):
    """The assessment of one month: what was measured, by which formulas, and how far it has come."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", pgettext_lazy("assessment", "draft")
        PUBLISHED = "PUBLISHED", pgettext_lazy("assessment", "published")
        LOCKED = "LOCKED", pgettext_lazy("assessment", "locked")

    month = models.DateField(_("month"), unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    formula_version = models.CharField(_("version of the formulas"), max_length=20)
    # Rule and weights as they were: a later change of the data does not change this month.
    rule = models.JSONField(_("rule"), default=dict)
    # What happened to the books later than this instant does not count: a re-run finds the same rows.
    measured_at = models.DateTimeField(_("books read as of"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    published_at = models.DateTimeField(_("published at"), null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )
    locked_at = models.DateTimeField(_("locked at"), null=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("locked by")
    )

    objects: ClassVar = AssessmentRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly assessment")
        verbose_name_plural = _("monthly assessments")
        ordering = ("-month",)
        permissions: ClassVar = [
            ("see_hall_assessment", "Can see the assessment of the halls in own care"),
            ("see_every_assessment", "Can see the assessment of everybody"),
            ("run_assessment", "Can have a month assessed"),
            ("publish_assessment", "Can publish and lock the assessment of a month"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(month__day=1), name="assessment_is_of_a_whole_month"),
            models.CheckConstraint(
                condition=Q(state="DRAFT", published_at__isnull=True, locked_at__isnull=True)
                | Q(state="PUBLISHED", published_at__isnull=False, locked_at__isnull=True)
                | Q(state="LOCKED", published_at__isnull=False, locked_at__isnull=False),
                name="assessment_has_the_times_of_its_state",
            ),
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True) | Q(locked_at__gte=F("published_at")),
                name="assessment_is_locked_after_it_is_published",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """As it stands in an address: 2026-10."""
        return f"{self.month:%Y-%m}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    @property
    def is_locked(self) -> bool:
        return self.state == self.State.LOCKED

    @property
    def last_day(self) -> datetime.date:
        return (self.month + datetime.timedelta(days=31)).replace(day=1) - datetime.timedelta(days=1)
