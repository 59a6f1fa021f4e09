from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from billing.models.amount import MoneyField, at_least
from billing.money import FEN


class ArrearsHold(models.Model):
    """Something that holds the ladder of an account while it lasts."""

    class Kind(models.TextChoices):
        DISPUTE = "DISPUTE", _("dispute")
        PROMISE = "PROMISE", _("promise to pay")
        INSTALMENTS = "INSTALMENTS", _("instalment plan")
        HARDSHIP = "HARDSHIP", _("hardship or low income")
        MEDICAL = "MEDICAL", _("life support or hospital")
        SCHOOL = "SCHOOL", _("school in session")
        NEIGHBOURS = "NEIGHBOURS", _("neighbours would be hit: shared riser")
        PAYMENT_UNDERWAY = "PAYMENT_UNDERWAY", _("payment under way")
        COURT = "COURT", _("in court")

    # Hold back the whole ladder; the others only keep the supply on.
    HOLD_ALL: ClassVar = (
        Kind.DISPUTE,
        Kind.PROMISE,
        Kind.INSTALMENTS,
        Kind.PAYMENT_UNDERWAY,
        Kind.COURT,
    )

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="arrears_holds", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("lifted by")
    )

    class Meta:
        verbose_name = _("hold of the ladder")
        verbose_name_plural = _("holds of the ladder")
        ordering = ("-id",)
        indexes = [
            models.Index(
                fields=["account"], condition=Q(lifted_at__isnull=True), name="holds_that_are_not_lifted"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="hold_ends_after_its_beginning",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.get_kind_display()}"


class Promise(models.Model):
    """The customer says what will be paid and by when; the money says whether it was kept (never a hand)."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("open")
        KEPT = "KEPT", _("kept")
        BROKEN = "BROKEN", _("broken")
        REPLACED = "REPLACED", _("replaced by another agreement")

    hold = models.ForeignKey(ArrearsHold, models.PROTECT, related_name="promises", verbose_name=_("hold"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="promises", verbose_name=_("account"))
    # Instalments of one plan are promises of one hold.
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    amount = MoneyField(_("amount"))
    due_on = models.DateField(_("by"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    decided_on = models.DateField(_("decided on"), null=True)

    class Meta:
        verbose_name = _("promise to pay")
        verbose_name_plural = _("promises to pay")
        ordering = ("hold", "position")
        constraints = [
            models.UniqueConstraint(fields=["hold", "position"], name="promises_of_a_hold_are_numbered"),
            models.CheckConstraint(condition=at_least("amount", FEN), name="promise_is_money"),
            models.CheckConstraint(
                condition=Q(state="OPEN", decided_on__isnull=True)
                | ~Q(state="OPEN") & Q(decided_on__isnull=False),
                name="promise_is_decided_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount} {self.due_on}"
