from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch
from accounts.models.account import Service


class LateChargeRule(models.Model):
    """How the late charge (违约金) of a service is computed for bills due in a span of days.

    `terms` has the form of a penalty rule in docs/formats.md: rate per day, cap, minimum.
    """

    service = models.CharField(_("service"), max_length=12, choices=Service)
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    effective_from = models.DateField(_("for bills due from"))
    effective_until = models.DateField(_("for bills due until"), null=True, blank=True)
    terms = models.JSONField(_("terms"))

    class Meta:
        verbose_name = _("late charge rule")
        verbose_name_plural = _("late charge rules")
        constraints: ClassVar = [
            ExclusionConstraint(
                name="late_charge_rules_do_not_overlap",
                expressions=[
                    ("service", RangeOperators.EQUAL),
                    (Coalesce(F("branch"), 0), RangeOperators.EQUAL),
                    (
                        Func(
                            F("effective_from"),
                            F("effective_until"),
                            models.Value("[]"),
                            function="daterange",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()} {self.effective_from}"
