from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Staff
from accounts.models.account import Service
from billing.models.arrears_case import CaseStep
from billing.models.payment import Payment


class SupplyOrderQuerySet(models.QuerySet["SupplyOrder"]):
    def visible_to(self, staff: Staff) -> "SupplyOrderQuerySet":
        # No look at any account for whoever sees all of them.
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(account__in=Account.objects.visible_to(staff))


class SupplyOrder(models.Model):
    """An order to restrict, stop or restore supply (限、停、复): proposed, approved by another, re-checked, carried out."""

    class Kind(models.TextChoices):
        RESTRICT = "RESTRICT", _("restrict")
        STOP = "STOP", _("stop")
        RESTORE = "RESTORE", _("restore")

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("waits for approval")
        APPROVED = "APPROVED", _("approved")
        REFUSED = "REFUSED", _("refused")
        DONE = "DONE", _("carried out")
        CANCELLED = "CANCELLED", _("no longer needed")

    LIVE: ClassVar = (State.PROPOSED, State.APPROVED)

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="supply_orders", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    step = models.ForeignKey(
        CaseStep, models.PROTECT, null=True, related_name="orders", verbose_name=_("step of a case")
    )
    state = models.CharField(_("state"), max_length=10, choices=State)
    # The day it is announced for; a restoration: the moment it has to be done by.
    planned_on = models.DateField(_("planned for"), null=True)
    due_at = models.DateTimeField(_("to be done by"), null=True)
    # The payment that started the clock of a restoration.
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, related_name="+", verbose_name=_("after this payment")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("given to")
    )
    last_word_at = models.DateTimeField(_("told again at"), null=True)
    done_at = models.DateTimeField(_("carried out at"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("carried out by"),
    )
    meter_value = models.DecimalField(_("reading"), max_digits=14, decimal_places=3, null=True, blank=True)
    photo = models.CharField(_("photo"), max_length=200, blank=True)
    # What the look under the lock found at the moment of execution.
    recheck = models.JSONField(_("re-check"), default=dict)
    reason = models.CharField(_("why it ended"), max_length=200, blank=True)

    objects: ClassVar = SupplyOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("supply order")
        verbose_name_plural = _("supply orders")
        ordering = ("-id",)
        permissions = [
            ("propose_supplyorder", "Can propose a supply order by hand"),
            ("decide_supplyorder", "Can approve or refuse a supply order"),
            ("carry_out_supplyorder", "Can carry out supply orders"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state__in=["PROPOSED", "APPROVED"]),
                name="account_has_one_order_under_way",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="order_is_decided_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["RESTRICT", "STOP"])
                | ~Q(state__in=["APPROVED", "DONE"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="nothing_is_cut_without_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(state="DONE", done_at__isnull=False, done_by__isnull=False)
                | ~Q(state="DONE") & Q(done_at__isnull=True, done_by__isnull=True),
                name="order_is_carried_out_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["RESTRICT", "STOP"], state="DONE") | ~Q(photo=""),
                name="cut_has_a_photo",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.account}"

    @property
    def is_cut(self) -> bool:
        return self.kind in (self.Kind.RESTRICT, self.Kind.STOP)


class ReconnectionTerm(models.Model):
    """Within how many hours after the payment the supply of a service is back (domain.md 2.3.8)."""

    service = models.CharField(_("service"), max_length=12, choices=Service, unique=True)
    hours = models.PositiveSmallIntegerField(_("hours"))

    class Meta:
        verbose_name = _("time limit of a reconnection")
        verbose_name_plural = _("time limits of reconnections")
        ordering = ("service",)
        constraints = [
            models.CheckConstraint(condition=Q(hours__range=(1, 240)), name="reconnection_takes_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()} {self.hours} h"
