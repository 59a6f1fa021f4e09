from django.db import models
from django.utils.translation import gettext_lazy as _


class JobRun(models.Model):
    """One slot of a scheduled job. The row is the job: whoever sets it to work first does it, a second beat finds it."""

    class State(models.TextChoices):
        AT_WORK = "AT_WORK", _("at work")
        DONE = "DONE", _("done")
        FAILED = "FAILED", _("failed")

    job = models.CharField(_("job"), max_length=40)
    slot = models.DateField(_("for the day"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.AT_WORK)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=1)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    summary = models.JSONField(_("summary"), default=dict)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("run of a job")
        verbose_name_plural = _("runs of jobs")
        ordering = ("-slot", "job")
        permissions = [("run_jobs", "Can start scheduled jobs by hand")]
        constraints = [
            models.UniqueConstraint(fields=["job", "slot"], name="job_runs_once_for_a_slot"),
            models.CheckConstraint(
                condition=models.Q(state="AT_WORK", finished_at__isnull=True)
                | ~models.Q(state="AT_WORK") & models.Q(finished_at__isnull=False),
                name="finished_job_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.slot}"
