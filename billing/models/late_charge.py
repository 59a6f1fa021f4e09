from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch
from accounts.models.account import Service
from billing.models.decision_life import DecisionLife


class LateChargeRuleQuerySet(models.QuerySet["LateChargeRule"]):
    def approved(self) -> "LateChargeRuleQuerySet":
        return self.filter(approved_at__isnull=False)

    def waiting(self) -> "LateChargeRuleQuerySet":
        return self.filter(approved_at__isnull=True, submitted_at__isnull=False)


class LateChargeRule(DecisionLife, models.Model):
    """How the late charge (违约金) of a service is computed for bills due in a span of days.

    `terms` has the form of a penalty rule in docs/formats.md: rate per day, cap, minimum. One person writes a
    rule, another approves it; an approved rule is never edited. Rules of an old system have no maker.
    """

    service = models.CharField(_("service"), max_length=12, choices=Service)
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    effective_from = models.DateField(_("for bills due from"))
    effective_until = models.DateField(_("for bills due until"), null=True, blank=True)
    terms = models.JSONField(_("terms"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("submitted by"),
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    sent_back = models.CharField(_("why it was sent back"), max_length=200, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects: ClassVar = LateChargeRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("late charge rule")
        verbose_name_plural = _("late charge rules")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(made_by__isnull=True, approved_by__isnull=True, approved_at__isnull=False)
                | Q(made_by__isnull=False, approved_by__isnull=False, approved_at__isnull=False)
                & ~Q(approved_by=F("made_by")),
                name="late_charge_rule_is_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(submitted_by__isnull=True)
                | ~Q(approved_by=F("submitted_by")),
                name="whoever_submits_a_late_charge_rule_does_not_approve_it",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True, submitted_at__isnull=True)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="a_submitted_late_charge_rule_has_a_person_and_a_time",
            ),
            models.UniqueConstraint(
                fields=["service", "branch", "effective_from"],
                nulls_distinct=False,
                name="one_late_charge_rule_begins_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True) | Q(effective_until__gte=F("effective_from")),
                name="late_charge_rule_ends_after_it_begins",
            ),
            ExclusionConstraint(
                name="approved_late_charge_rules_do_not_overlap",
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
                condition=Q(approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()} {self.effective_from}"

    def get_absolute_url(self) -> str:
        return reverse("billing:late_charge_rule", args=[self.pk])
