from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkingCalendar(models.Model):
    """One year of working days as the State Council announced it. A correction is a new version; the newest holds."""

    year = models.PositiveSmallIntegerField(_("year"))
    version = models.PositiveSmallIntegerField(_("version"))
    source = models.CharField(_("announced in"), max_length=100)
    imported_at = models.DateTimeField(_("imported at"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("imported by")
    )

    class Meta:
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")
        ordering = ("-year", "-version")
        constraints = [
            models.UniqueConstraint(fields=["year", "version"], name="calendar_of_a_year_is_versioned"),
            models.CheckConstraint(
                condition=models.Q(year__range=(2000, 2100), version__gte=1),
                name="calendar_year_is_believable",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} v{self.version}"


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a weekend day that is worked."""

    calendar = models.ForeignKey(
        WorkingCalendar, models.CASCADE, related_name="days", verbose_name=_("calendar")
    )
    day = models.DateField(_("day"))
    is_working = models.BooleanField(_("worked"))
    name = models.CharField(_("holiday"), max_length=20)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ("day",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["calendar", "day"], name="day_stands_once_in_a_calendar"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
