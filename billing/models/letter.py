from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Staff
from billing.models.arrears_case import CaseStep
from billing.models.message import Mailing


class LetterRun(models.Model):
    """The letters of a mailing on their way to one file for the printer. The row is the queue."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("waits")
        AT_WORK = "AT_WORK", _("at work")
        READY = "READY", _("ready to print")
        FAILED = "FAILED", _("failed")

    AT_WORK: ClassVar = (State.WAITING, State.AT_WORK)

    mailing = models.OneToOneField(Mailing, models.PROTECT, related_name="run", verbose_name=_("mailing"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    letters = models.PositiveIntegerField(_("letters"))
    done = models.PositiveIntegerField(_("letters set"), default=0)
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    ready_at = models.DateTimeField(_("ready at"), null=True)
    error = models.CharField(_("error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("print of letters")
        verbose_name_plural = _("prints of letters")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(done__lte=F("letters")), name="no_more_letters_than_wanted"),
            models.CheckConstraint(
                condition=Q(state="READY", ready_at__isnull=False, done=F("letters"))
                | ~Q(state="READY") & Q(ready_at__isnull=True),
                name="letters_are_ready_when_all_are_set",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mailing} {self.get_state_display()}"

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, staff: Staff) -> "LetterQuerySet":
        return self.filter(account__in=Account.objects.visible_to(staff))


class Letter(models.Model):
    """One letter as it was set: what it says stays, whatever the account owes later."""

    mailing = models.ForeignKey(Mailing, models.PROTECT, related_name="letters", verbose_name=_("mailing"))
    # In the order in which somebody walks: district, community, building, unit, room.
    position = models.PositiveIntegerField(_("position"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="letters", verbose_name=_("account"))
    step = models.ForeignKey(
        CaseStep, models.PROTECT, null=True, related_name="letters", verbose_name=_("step of a case")
    )
    content = models.JSONField(_("content"))

    objects: ClassVar = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("mailing", "position")
        constraints = [
            models.UniqueConstraint(fields=["mailing", "position"], name="letters_are_numbered"),
            models.UniqueConstraint(fields=["step"], name="step_has_one_letter"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.position}"
