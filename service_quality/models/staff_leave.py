from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _


class StaffLeave(models.Model):
    """Days on which somebody is not at work: nothing is handed over to them."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="leaves", verbose_name=_("staff member")
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=100)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        ordering = ("-first_day", "staff")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")) & ~Q(reason=""), name="leave_has_days_and_a_reason"
            ),
            ExclusionConstraint(
                name="leaves_of_a_person_do_not_overlap",
                expressions=[
                    ("staff", RangeOperators.EQUAL),
                    (
                        Func(F("first_day"), F("last_day"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(cancelled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.first_day} – {self.last_day}"
