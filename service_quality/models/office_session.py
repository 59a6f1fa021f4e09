from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _


class OfficeSession(models.Model):
    """One stretch of a working day, such as the morning. The newest set that has begun holds."""

    effective_from = models.DateField(_("holds from"))
    begins = models.TimeField(_("begins"))
    ends = models.TimeField(_("ends"))

    class Meta:
        verbose_name = _("office hours")
        verbose_name_plural = _("office hours")
        ordering = ("effective_from", "begins")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["effective_from", "begins"], name="session_begins_once"),
            models.CheckConstraint(
                condition=models.Q(ends__gt=F("begins")), name="session_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}–{self.ends:%H:%M}"
