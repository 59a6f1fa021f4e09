from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import District
from billing.recovery_rates import target_of

LEAST_DIFFICULTY, MOST_DIFFICULTY = Decimal("0.50"), Decimal("1.20")


class RecoveryTarget(models.Model):
    """What part of its debts a district has to recover a month: base × difficulty, set before the month begins.

    It holds from its month on, until another one is approved for a later month.
    """

    class Kind(models.TextChoices):
        CURRENT = "CURRENT", _("current")
        OLD = "OLD", _("old debts")

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("waits for approval")
        APPROVED = "APPROVED", _("approved")
        REFUSED = "REFUSED", _("refused")
        REPLACED = "REPLACED", _("replaced before its month began")

    district = models.ForeignKey(District, models.PROTECT, related_name="targets", verbose_name=_("district"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    month = models.DateField(_("from the month"))
    base = models.DecimalField(_("base, percent"), max_digits=5, decimal_places=2)
    difficulty = models.DecimalField(_("difficulty"), max_digits=3, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    decided_on = models.DateField(_("decided on"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    replaced_on = models.DateField(_("replaced on"), null=True)

    class Meta:
        verbose_name = _("recovery target")
        verbose_name_plural = _("recovery targets")
        ordering = ("-month", "district", "kind", "-id")
        permissions = [
            ("approve_recoverytarget", "Can approve a recovery target that somebody else proposed")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="target_begins_with_a_month"),
            models.CheckConstraint(
                condition=Q(base__gt=0, base__lte=100)
                & Q(difficulty__gte=LEAST_DIFFICULTY, difficulty__lte=MOST_DIFFICULTY),
                name="target_is_a_percentage_by_a_difficulty",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="target_says_why"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="target_has_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="PROPOSED",
                    decided_on__isnull=True,
                    decided_by__isnull=True,
                    replaced_on__isnull=True,
                )
                | Q(state="REFUSED", decided_on__isnull=False, decided_by__isnull=False)
                | Q(
                    state="APPROVED",
                    decided_by__isnull=False,
                    decided_on__lt=F("month"),
                    replaced_on__isnull=True,
                )
                | Q(state="REPLACED", decided_by__isnull=False, replaced_on__lt=F("month")),
                name="target_is_decided_before_its_month_begins",
            ),
            models.UniqueConstraint(
                fields=["district", "kind", "month"],
                condition=Q(state="APPROVED"),
                name="district_has_one_target_from_a_month",
            ),
            models.UniqueConstraint(
                fields=["district", "kind", "month"],
                condition=Q(state="PROPOSED"),
                name="one_target_waits_for_approval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.month:%Y-%m} {self.target}"

    @property
    def target(self) -> Decimal:
        return target_of(self.base, self.difficulty)
