from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from service_quality.models.rating import Rating


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def open(self) -> "FollowUpQuerySet":
        return self.filter(state=FollowUp.State.OPEN)

    def visible_to(self, staff: Staff) -> "FollowUpQuerySet":
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(rating__hall__branch_id=staff.branch_id or 0)


class FollowUp(models.Model):
    """Somebody was dissatisfied: what happened, and what is done about it, within one working day."""

    class State(models.TextChoices):
        OPEN = "OPEN", pgettext_lazy("follow-up", "open")
        DONE = "DONE", pgettext_lazy("follow-up", "done")

    rating = models.OneToOneField(Rating, models.PROTECT, related_name="follow_up", verbose_name=_("rating"))
    opened_at = models.DateTimeField(_("opened at"))
    # Empty while the working calendar of the year is missing: a day is asked for, never guessed.
    due_on = models.DateField(_("due on"), null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("owner")
    )
    state = models.CharField(_("state"), max_length=4, choices=State, default=State.OPEN)
    finding = models.CharField(_("finding"), max_length=500, blank=True)
    measure = models.CharField(_("measure"), max_length=500, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("done by")
    )

    objects: ClassVar = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up of a bad rating")
        verbose_name_plural = _("follow-ups of bad ratings")
        ordering = ("id",)
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="OPEN"), name="follow_ups_that_are_open")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="OPEN", done_at__isnull=True, done_by__isnull=True)
                | Q(state="DONE", done_at__isnull=False, done_by__isnull=False)
                & ~Q(finding="")
                & ~Q(measure=""),
                name="follow_up_is_done_with_a_finding_and_a_measure",
            )
        ]

    def __str__(self) -> str:
        return str(self.rating)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
