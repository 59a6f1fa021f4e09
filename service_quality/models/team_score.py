from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch
from counters.models import Hall
from service_quality.models.assessment_rule import PercentField, percent


class TeamScore(models.Model):
    """What a hall got of a hundred for one of the five items (窗口单位考核): two each month, three at the year's end."""

    class Item(models.TextChoices):
        ENVIRONMENT = "environment", _("hall environment")
        SERVICE = "service", _("service quality")
        NORMS = "norms", _("working by the norms")
        SKILL = "skill", _("skills")
        WORKLOAD = "workload", _("workload")

    MONTHLY: ClassVar = (Item.ENVIRONMENT, Item.SERVICE)
    YEARLY: ClassVar = (Item.NORMS, Item.SKILL, Item.WORKLOAD)

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+", verbose_name=_("hall"))
    item = models.CharField(_("item"), max_length=12, choices=Item)
    year = models.PositiveSmallIntegerField(_("year"))
    month = models.PositiveSmallIntegerField(_("month"), null=True)
    score = PercentField(_("score"))
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    class Meta:
        verbose_name = _("score of a team")
        verbose_name_plural = _("scores of teams")
        ordering = ("-year", "-month", "hall", "item")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hall", "item", "year", "month"], nulls_distinct=False, name="team_is_scored_once"
            ),
            models.CheckConstraint(condition=percent("score"), name="team_score_is_of_a_hundred"),
            models.CheckConstraint(
                condition=Q(item__in=["environment", "service"], month__gte=1, month__lte=12)
                | Q(item__in=["norms", "skill", "workload"], month__isnull=True),
                name="item_is_scored_in_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_item_display()} {self.score}"


class BranchCompletion(models.Model):
    """How far a branch got with its sales plan of a year, in percent: rewards move with it."""

    year = models.PositiveSmallIntegerField(_("year"))
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    percent = models.DecimalField(_("plan reached, percent"), max_digits=5, decimal_places=2)
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    class Meta:
        verbose_name = _("completion of a branch")
        verbose_name_plural = _("completions of branches")
        ordering = ("-year", "branch")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "branch"], name="branch_completes_a_year_once"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=300), name="completion_is_a_percentage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.percent} %"
