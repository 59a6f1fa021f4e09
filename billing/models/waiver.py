from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Staff
from billing.models.adjustment import DECIDED_BY_ANOTHER, Decision
from billing.models.amount import MoneyField, at_least
from billing.models.bill import Bill
from billing.models.payment import Allocation
from billing.money import FEN, NO_MONEY

# The groups of the migrations are named after the posts.
ROLES = [(post.value.lower(), post.label) for post in Staff.Post]


class WaiverQuerySet(models.QuerySet["Waiver"]):
    def visible_to(self, staff: Staff) -> "WaiverQuerySet":
        # No look at any account for whoever sees all of them.
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(bill__account__in=Account.objects.visible_to(staff))


class Waiver(models.Model):
    """Late charge that is not asked for (违约金减免): proposed by one, decided by another within the own limit."""

    class Reason(models.TextChoices):
        COMPANY_FAULT = "COMPANY_FAULT", _("fault of the company")
        BILL_NOT_DELIVERED = "BILL_NOT_DELIVERED", _("the bill did not arrive")
        SYSTEM_OUTAGE = "SYSTEM_OUTAGE", _("payment was not possible")
        DISPUTE_SETTLED = "DISPUTE_SETTLED", _("settled dispute")
        HARDSHIP = "HARDSHIP", _("hardship")
        OTHER = "OTHER", _("other reason")

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="waivers", verbose_name=_("bill"))
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    state = models.CharField(_("state"), max_length=10, choices=Decision, default=Decision.PROPOSED)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    business_date = models.DateField(_("business date"), null=True)
    # The payment of the last principal, when the charge had stopped growing before it was waived.
    settled_by = models.ForeignKey(
        Allocation, models.PROTECT, null=True, related_name="+", verbose_name=_("after this settled the bill")
    )

    objects: ClassVar = WaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiver of a late charge")
        verbose_name_plural = _("waivers of late charges")
        ordering = ("-id",)
        permissions = [("propose_waiver", "Can propose to waive a late charge")]
        indexes = [models.Index(fields=["id"], condition=Q(state="PROPOSED"), name="waivers_that_wait")]
        constraints = [
            models.CheckConstraint(condition=at_least("amount", FEN), name="waiver_is_money"),
            models.CheckConstraint(condition=DECIDED_BY_ANOTHER, name="waiver_is_decided_by_another_person"),
            models.CheckConstraint(
                condition=Q(state="APPROVED") | Q(settled_by__isnull=True),
                name="only_an_approved_waiver_lowers_what_was_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.amount}"

    @property
    def is_waiting(self) -> bool:
        return self.state == Decision.PROPOSED


class ApprovalLimit(models.Model):
    """How far a role may go: waive so much late charge, cancel an unpaid bill of so much alone."""

    class What(models.TextChoices):
        WAIVER = "WAIVER", _("approve a waiver up to")
        CANCEL_ALONE = "CANCEL_ALONE", _("cancel a bill alone up to")

    what = models.CharField(_("what"), max_length=12, choices=What)
    role = models.CharField(_("role"), max_length=20, choices=ROLES)
    amount = MoneyField(_("up to"))

    class Meta:
        verbose_name = _("approval limit")
        verbose_name_plural = _("approval limits")
        ordering = ("what", "role")
        constraints = [
            models.UniqueConstraint(fields=["what", "role"], name="role_has_one_limit_for_a_thing"),
            models.CheckConstraint(condition=at_least("amount", NO_MONEY), name="approval_limit_is_money"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_what_display()} {self.amount}"
