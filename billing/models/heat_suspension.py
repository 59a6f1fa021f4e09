from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Staff
from billing.models.bill import Bill
from billing.models.heating_season import HeatingSeason


class HeatSuspensionQuerySet(models.QuerySet["HeatSuspension"]):
    def visible_to(self, staff: Staff) -> "HeatSuspensionQuerySet":
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(account__branch_id=staff.branch_id or 0)


class HeatSuspension(models.Model):
    """A customer asks to be left without heat for a season (报停), and what became of it."""

    class State(models.TextChoices):
        APPLIED = "APPLIED", _("applied for")
        APPROVED = "APPROVED", _("approved")
        REFUSED = "REFUSED", _("refused")
        RESUMED = "RESUMED", _("resumed in the season")
        ENDED = "ENDED", _("ended with the season")

    class Reason(models.TextChoices):
        """Why an application is refused (domain.md 2.5.3)."""

        NO_VALVE = "NO_VALVE", _("the premises cannot be shut off alone")
        IN_WARRANTY = "IN_WARRANTY", _("the building is in its first seasons of warranty")
        NEIGHBOUR_DANGER = "NEIGHBOUR_DANGER", _("it would endanger neighbours")
        TOO_LATE = "TOO_LATE", _("the last day to apply is over")
        OWES_ARREARS = "OWES_ARREARS", _("earlier bills are owed")
        WITHDRAWN = "WITHDRAWN", _("the customer no longer wants it")

    LIVE: ClassVar = (State.APPLIED, State.APPROVED, State.RESUMED, State.ENDED)

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="heat_suspensions", verbose_name=_("account")
    )
    season = models.ForeignKey(
        HeatingSeason, models.PROTECT, related_name="suspensions", verbose_name=_("heating season")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.APPLIED)
    is_silent = models.BooleanField(_("neither paid nor reported"), default=False)
    note = models.CharField(_("note"), max_length=200, blank=True)
    applied_on = models.DateField(_("applied on"))
    applied_at = models.DateTimeField(_("entered at"))
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.CharField(_("why it is refused"), max_length=20, choices=Reason, blank=True)
    fee_bill = models.OneToOneField(
        Bill, models.PROTECT, null=True, related_name="+", verbose_name=_("bill of the basic fee")
    )
    resumed_on = models.DateField(_("heat again from"), null=True)
    resumed_at = models.DateTimeField(_("resumed at"), null=True)
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("resumed by")
    )
    resume_bill = models.OneToOneField(
        Bill, models.PROTECT, null=True, related_name="+", verbose_name=_("bill of the resumed days")
    )

    objects: ClassVar = HeatSuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suspension of heat")
        verbose_name_plural = _("suspensions of heat")
        ordering = ("-id",)
        permissions = [
            ("decide_heatsuspension", "Can decide an application for suspension"),
            ("resume_heating", "Can resume heating inside the season"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "season"],
                condition=~Q(state="REFUSED"),
                name="account_is_suspended_once_a_season",
            ),
            models.CheckConstraint(
                condition=Q(state="APPLIED", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state="APPLIED") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="suspension_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("applied_by")),
                name="suspension_is_decided_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state="REFUSED") & ~Q(reason="") | ~Q(state="REFUSED") & Q(reason=""),
                name="suspension_is_refused_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="RESUMED",
                    resumed_on__isnull=False,
                    resumed_at__isnull=False,
                    resumed_by__isnull=False,
                    resume_bill__isnull=False,
                )
                | ~Q(state="RESUMED")
                & Q(
                    resumed_on__isnull=True,
                    resumed_at__isnull=True,
                    resumed_by__isnull=True,
                    resume_bill__isnull=True,
                ),
                name="resumed_suspension_has_its_day_and_its_bill",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.season.season} {self.get_state_display()}"

    @property
    def is_applied_for(self) -> bool:
        return self.state == self.State.APPLIED

    @property
    def is_in_force(self) -> bool:
        return self.state == self.State.APPROVED
