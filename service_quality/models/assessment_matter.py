from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from service_quality.models.assessment_run import AssessmentRun
from service_quality.models.matter import Matter


class AssessmentMatter(models.Model):
    """A matter that counts against somebody's month: kept with the run, for the matter itself goes on."""

    class Kind(models.TextChoices):
        COMPLAINT = "COMPLAINT", _("upheld complaint")
        MISSED = "MISSED", _("inquiry not kept")

    run = models.ForeignKey(
        AssessmentRun, models.PROTECT, related_name="matters", db_index=False, verbose_name=_("assessment")
    )
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+", verbose_name=_("matter"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("staff member")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)

    class Meta:
        verbose_name = _("matter in an assessment")
        verbose_name_plural = _("matters in assessments")
        ordering = ("run", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "matter", "kind"], name="matter_counts_once_in_a_month")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.matter_id}"
