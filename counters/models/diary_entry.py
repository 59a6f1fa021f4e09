from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from counters.models.pause import Pause


class DiaryEntryQuerySet(models.QuerySet["DiaryEntry"]):
    def visible_to(self, staff: Staff) -> "DiaryEntryQuerySet":
        """The own diary; of others their pauses alone, for whoever sees the hall."""
        if not staff.has_perm("counters.see_the_hall"):
            return self.filter(staff=staff)
        pauses = Q(kind=DiaryEntry.Kind.PAUSE)
        if not staff.has_perm("accounts.see_every_branch"):
            pauses &= Q(pause__hall__branch_id=staff.branch_id or 0)
        return self.filter(Q(staff=staff) | pauses)


class DiaryEntry(models.Model):
    """What somebody at the windows wrote down of the day (工作日记). It belongs to the writer."""

    class Kind(models.TextChoices):
        PAUSE = "PAUSE", pgettext_lazy("diary", "pause")
        TROUBLE = "TROUBLE", pgettext_lazy("diary", "trouble")
        PRAISE = "PRAISE", pgettext_lazy("diary", "praise")
        NOTE = "NOTE", pgettext_lazy("diary", "note")

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="diary", verbose_name=_("written by")
    )
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    text = models.CharField(_("text"), max_length=500, blank=True)
    pause = models.OneToOneField(
        Pause, models.PROTECT, null=True, related_name="diary_entry", verbose_name=_("pause")
    )

    objects: ClassVar = DiaryEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("diary entry")
        verbose_name_plural = _("diary entries")
        ordering = ("-at", "-id")
        permissions = [("keep_a_diary", "Can keep a work diary")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="PAUSE", pause__isnull=False)
                | ~Q(kind="PAUSE") & Q(pause__isnull=True) & ~Q(text=""),
                name="diary_entry_is_a_pause_or_says_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.get_kind_display()}"
