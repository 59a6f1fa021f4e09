from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Staff
from billing.models.amount import MoneyField, at_least
from billing.models.bill import Bill
from billing.money import FEN


class WriteOffQuerySet(models.QuerySet["WriteOff"]):
    def visible_to(self, staff: Staff) -> "WriteOffQuerySet":
        # No look at any account for whoever sees all of them.
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(bill__account__in=Account.objects.visible_to(staff))


class WriteOff(models.Model):
    """A debt that is no longer expected to come: proposed by one, approved by two others (呆账, 坏账)."""

    class Kind(models.TextChoices):
        DOUBTFUL = "DOUBTFUL", _("doubtful debt")
        BAD = "BAD", _("bad debt")

    class Reason(models.TextChoices):
        BANKRUPT = "BANKRUPT", _("bankrupt or struck off")
        DECEASED = "DECEASED", _("deceased without an estate")
        DEMOLISHED = "DEMOLISHED", _("demolished, nobody to be found")
        EXPIRED = "EXPIRED", _("limitation has run out")
        COURT = "COURT", _("a court ended the enforcement")
        OTHER = "OTHER", _("other reason")

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("waits for the first approval")
        SECONDED = "SECONDED", _("waits for the second approval")
        APPROVED = "APPROVED", _("written off")
        REFUSED = "REFUSED", _("refused")

    WAITING: ClassVar = (State.PROPOSED, State.SECONDED)

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="write_offs", verbose_name=_("bill"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    note = models.CharField(_("note"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    seconded_at = models.DateTimeField(_("first approved at"), null=True)
    seconded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("first approved by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    business_date = models.DateField(_("business date"), null=True)

    objects: ClassVar = WriteOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")
        ordering = ("-id",)
        permissions = [
            ("propose_writeoff", "Can propose to write off a debt"),
            ("second_writeoff", "Can give the first approval of a write-off"),
            ("approve_writeoff", "Can give the second approval of a write-off"),
            ("recover_writeoff", "Can take a written-off debt back to be paid"),
        ]
        constraints = [
            models.CheckConstraint(condition=at_least("amount", FEN), name="write_off_is_money"),
            models.CheckConstraint(condition=~Q(note=""), name="write_off_says_why"),
            models.UniqueConstraint(
                fields=["bill"],
                condition=Q(state__in=["PROPOSED", "SECONDED"]),
                name="bill_waits_for_one_write_off",
            ),
            models.CheckConstraint(
                condition=Q(state="PROPOSED", seconded_by__isnull=True, decided_by__isnull=True)
                | Q(state="SECONDED", seconded_by__isnull=False, decided_by__isnull=True)
                | Q(
                    state="APPROVED",
                    seconded_by__isnull=False,
                    decided_by__isnull=False,
                    business_date__isnull=False,
                )
                | Q(state="REFUSED", decided_by__isnull=False),
                name="write_off_has_two_approvals",
            ),
            models.CheckConstraint(
                condition=(Q(seconded_by__isnull=True) | ~Q(seconded_by=F("proposed_by")))
                & (Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")))
                & (
                    Q(decided_by__isnull=True) | Q(seconded_by__isnull=True) | ~Q(decided_by=F("seconded_by"))
                ),
                name="write_off_has_three_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill} {self.amount}"

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING


class WriteOffRecovery(models.Model):
    """What is owed again of a written-off debt, the whole or a part, because the customer comes to pay it."""

    write_off = models.ForeignKey(
        WriteOff, models.PROTECT, related_name="recoveries", verbose_name=_("write-off")
    )
    amount = MoneyField(_("amount"))
    business_date = models.DateField(_("business date"))
    recovered_at = models.DateTimeField(_("taken back at"))
    recovered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("taken back by")
    )

    class Meta:
        verbose_name = _("recovery of a write-off")
        verbose_name_plural = _("recoveries of write-offs")
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=at_least("amount", FEN), name="recovery_is_money")]

    def __str__(self) -> str:
        return f"{self.write_off}"
