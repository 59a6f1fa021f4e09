import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from counters.models.hall import Hall


class HallPostingQuerySet(models.QuerySet["HallPosting"]):
    def on(self, day: datetime.date) -> "HallPostingQuerySet":
        return self.filter(Q(last_day__isnull=True) | Q(last_day__gte=day), first_day__lte=day)


class HallPosting(models.Model):
    """The days on which somebody belongs to a hall; at any time to one at most."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="hall_postings", verbose_name=_("staff member")
    )
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="postings", verbose_name=_("hall"))
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"), null=True, blank=True)

    objects: ClassVar = HallPostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting to a hall")
        verbose_name_plural = _("postings to halls")
        ordering = ("-first_day", "staff")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="posting_ends_after_it_began",
            ),
            ExclusionConstraint(
                name="postings_of_a_person_do_not_overlap",
                expressions=[
                    ("staff", RangeOperators.EQUAL),
                    (
                        Func(F("first_day"), F("last_day"), Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_(
                    "On some of these days the person belongs to a hall already. End that posting first."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.hall}"

    def clean(self) -> None:
        """Somebody of one branch works in none of another; whoever works for the whole company may anywhere."""
        if self.first_day and self.last_day and self.last_day < self.first_day:
            # Said of the field: days in the wrong order are no range that PostgreSQL could compare with others.
            raise ValidationError({"last_day": _("The last day comes before the first.")})
        if self.staff_id is None or self.hall_id is None or self.staff.branch_id is None:
            return
        if self.staff.branch_id != self.hall.branch_id:
            raise ValidationError(
                _("%(name)s works for another branch than this hall belongs to."),
                code="another_branch",
                params={"name": self.staff.get_short_name()},
            )
