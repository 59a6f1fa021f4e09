from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch, Staff
from billing.models.amount import MoneyField, at_least
from billing.models.bill import Bill
from billing.models.payment import Payment, Tender
from billing.models.posting import Posting
from billing.money import FEN


class ThirdPartyPayerQuerySet(models.QuerySet["ThirdPartyPayer"]):
    def visible_to(self, staff: Staff) -> "ThirdPartyPayerQuerySet":
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(branch_id=staff.branch_id or 0)


class ThirdPartyPayer(models.Model):
    """Who pays for households that are not the own one: an employer, a village, a donor."""

    class Kind(models.TextChoices):
        EMPLOYER = "EMPLOYER", _("employer")
        VILLAGE = "VILLAGE", _("village or street office")
        DONOR = "DONOR", _("donor")
        RELATIVE = "RELATIVE", _("relative")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("telephone number"), max_length=20, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )

    objects: ClassVar = ThirdPartyPayerQuerySet.as_manager()

    class Meta:
        verbose_name = _("third-party payer")
        verbose_name_plural = _("third-party payers")
        ordering = ("name", "id")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="payer_has_a_name"),
            models.UniqueConstraint(fields=["branch", "kind", "name"], name="payer_stands_once_in_a_branch"),
        ]

    def __str__(self) -> str:
        return self.name


class ThirdPartyPayment(models.Model):
    """Whose money a payment was, where it was not the customer's: what is undone goes back there."""

    payment = models.OneToOneField(
        Payment, models.PROTECT, related_name="third_party", verbose_name=_("payment")
    )
    payer = models.ForeignKey(
        ThirdPartyPayer, models.PROTECT, related_name="payments", verbose_name=_("payer")
    )

    class Meta:
        verbose_name = _("payment by a third party")
        verbose_name_plural = _("payments by third parties")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.payer} {self.payment}"


class Donation(models.Model):
    """Money given for households in hardship. It lies in a pot of its own until two people give it to a bill."""

    METHODS: ClassVar = (Tender.Method.BANK, Tender.Method.POS, Tender.Method.WECHAT, Tender.Method.ALIPAY)

    payer = models.ForeignKey(
        ThirdPartyPayer, models.PROTECT, related_name="donations", verbose_name=_("donor")
    )
    request_id = models.UUIDField(_("request"), unique=True)
    amount = MoneyField(_("amount"))
    method = models.CharField(_("method"), max_length=10, choices=[(one.value, one.label) for one in METHODS])
    reference = models.CharField(_("reference"), max_length=64)
    purpose = models.CharField(_("purpose"), max_length=200)
    business_date = models.DateField(_("business date"))
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("received by")
    )
    posting = models.OneToOneField(
        Posting, models.PROTECT, related_name="donation", verbose_name=_("posting")
    )

    class Meta:
        verbose_name = _("donation")
        verbose_name_plural = _("donations")
        ordering = ("-id",)
        permissions = [("receive_donation", "Can take in donations and propose whose bills they pay")]
        constraints = [
            models.CheckConstraint(condition=at_least("amount", FEN), name="donation_is_money"),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(purpose=""), name="donation_has_a_reference_and_a_purpose"
            ),
        ]
        # A slip that was taken back may be entered once more: the lock of its number sees that one stands.
        indexes = [models.Index(fields=["method", "reference"], name="donation_by_reference")]

    def __str__(self) -> str:
        return f"{self.payer} {self.amount}"


class DonationGrant(models.Model):
    """Money of a donation for the bill of one household: proposed by one person, given by another."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("waits for approval")
        APPROVED = "APPROVED", _("approved")
        REFUSED = "REFUSED", _("refused")

    donation = models.ForeignKey(Donation, models.PROTECT, related_name="grants", verbose_name=_("donation"))
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="grants", verbose_name=_("bill"))
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, related_name="grant", verbose_name=_("payment")
    )

    class Meta:
        verbose_name = _("grant of a donation")
        verbose_name_plural = _("grants of donations")
        ordering = ("-id",)
        permissions = [
            ("approve_donationgrant", "Can give donated money to a bill that somebody else proposed")
        ]
        constraints = [
            models.CheckConstraint(condition=at_least("amount", FEN), name="grant_is_money"),
            models.CheckConstraint(condition=~Q(reason=""), name="grant_says_why"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="grant_has_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="PROPOSED", decided_by__isnull=True, payment__isnull=True)
                | Q(state="APPROVED", decided_by__isnull=False, payment__isnull=False)
                | Q(state="REFUSED", decided_by__isnull=False, payment__isnull=True),
                name="approved_grant_is_a_payment",
            ),
            models.UniqueConstraint(
                fields=["donation", "bill"], condition=Q(state="PROPOSED"), name="bill_waits_for_one_grant"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill} {self.amount}"
