import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counters.models.hall import Hall, Window

# Seed 001: 暂停服务5分钟, 每人每天不超过两次.
PAUSE_LASTS = datetime.timedelta(minutes=5)
PAUSES_A_DAY = 2


class PauseQuerySet(models.QuerySet["Pause"]):
    def at(self, at: datetime.datetime) -> "PauseQuerySet":
        """Those that last at this instant: whoever did not end it sooner, ends it by the clock."""
        return self.filter(ended_at__isnull=True, ends_at__gt=at)

    def run_out(self, at: datetime.datetime) -> "PauseQuerySet":
        return self.filter(ended_at__isnull=True, ends_at__lte=at)


class Pause(models.Model):
    """Five minutes in which a window calls nobody, so that its clerk can breathe (暂停服务5分钟)."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="pauses", verbose_name=_("staff member")
    )
    window = models.ForeignKey(Window, models.PROTECT, related_name="pauses", verbose_name=_("window"))
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="pauses", verbose_name=_("hall"))
    business_date = models.DateField(_("business date"))
    turn = models.PositiveSmallIntegerField(_("pause of the day"))
    begun_at = models.DateTimeField(_("begun at"))
    ends_at = models.DateTimeField(_("ends at"))
    ended_at = models.DateTimeField(pgettext_lazy("pause", "ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    # Set when the window called nobody although the pause was over and somebody waited.
    overrun_at = models.DateTimeField(_("overrun since"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects: ClassVar = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ("-begun_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["staff", "business_date", "turn"], name="pauses_of_a_day_are_counted"
            ),
            models.CheckConstraint(
                condition=Q(turn__gte=1, turn__lte=PAUSES_A_DAY),
                name="nobody_pauses_oftener_than_twice_a_day",
            ),
            models.UniqueConstraint(
                fields=["staff"], condition=Q(ended_at__isnull=True), name="somebody_pauses_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begun_at"), ends_at__lte=F("begun_at") + PAUSE_LASTS),
                name="pause_lasts_five_minutes_at_most",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True)
                | Q(ended_at__gte=F("begun_at"), ended_at__lte=F("ends_at")),
                name="pause_ends_by_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.begun_at:%H:%M}"

    def is_over_at(self, at: datetime.datetime) -> bool:
        return self.ended_at is not None or self.ends_at <= at
