from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account, Staff
from billing.models.amount import LARGEST_AMOUNT, MoneyField
from billing.models.bill import Bill
from billing.money import NO_MONEY

COMPONENT = r"^[a-z0-9_]{1,30}$"


class Decision(models.TextChoices):
    """What became of a proposal."""

    PROPOSED = "PROPOSED", pgettext_lazy("correction", "waiting for approval")
    APPROVED = "APPROVED", pgettext_lazy("correction", "approved")
    REFUSED = "REFUSED", pgettext_lazy("correction", "refused")


# Nobody decides what he proposed himself, and what is not decided names nobody.
DECIDED_BY_ANOTHER = Q(
    state="PROPOSED", decided_by__isnull=True, decided_at__isnull=True, business_date__isnull=True
) | Q(
    state__in=["APPROVED", "REFUSED"],
    decided_by__isnull=False,
    decided_at__isnull=False,
    business_date__isnull=False,
) & ~Q(decided_by=F("proposed_by"))


class AdjustmentQuerySet(models.QuerySet["Adjustment"]):
    def visible_to(self, staff: Staff) -> "AdjustmentQuerySet":
        # No look at any account for whoever sees all of them.
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(account__in=Account.objects.visible_to(staff))


class Adjustment(models.Model):
    """Money that is given to a customer or asked of him beside the tariff: proposed by one, decided by another.

    A negative amount is a credit: it lowers the bill it names as far as that is open, the rest becomes prepaid
    credit. A positive amount is an extra charge with a bill of its own.
    """

    class Reason(models.TextChoices):
        TEMPERATURE = "TEMPERATURE", _("rooms below standard")
        SERVICE_FAULT = "SERVICE_FAULT", _("fault of the company")
        METER_FAULT = "METER_FAULT", _("meter tested and found wrong")
        LEAK = "LEAK", _("hidden leak")
        NOT_BILLED = "NOT_BILLED", _("use that was not billed")
        SETTLEMENT = "SETTLEMENT", _("settlement with the customer")
        OTHER = "OTHER", _("other reason")

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="adjustments", verbose_name=_("account")
    )
    bill = models.ForeignKey(
        Bill, models.PROTECT, null=True, related_name="adjustments", verbose_name=_("bill")
    )
    amount = MoneyField(_("amount"))
    component = models.CharField(_("component"), max_length=30, validators=[RegexValidator(COMPONENT)])
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
    to_bill = MoneyField(_("taken off the bill"), default=NO_MONEY)
    to_credit = MoneyField(_("to prepaid credit"), default=NO_MONEY)
    # The bill it lowered was cancelled and billed again: this one stands on the new bill in its place.
    follows = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="followed_by", verbose_name=_("takes the place of")
    )
    charge = models.OneToOneField(
        Bill, models.PROTECT, null=True, related_name="charged_by", verbose_name=_("bill of the extra charge")
    )

    objects: ClassVar = AdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        ordering = ("-id",)
        permissions = [("propose_adjustment", "Can propose an adjustment")]
        indexes = [models.Index(fields=["id"], condition=Q(state="PROPOSED"), name="adjustments_that_wait")]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=-LARGEST_AMOUNT, amount__lte=LARGEST_AMOUNT) & ~Q(amount=0),
                name="adjustment_is_money",
            ),
            models.CheckConstraint(
                condition=Q(component__regex=COMPONENT), name="adjustment_names_a_component"
            ),
            models.CheckConstraint(
                condition=DECIDED_BY_ANOTHER, name="adjustment_is_decided_by_another_person"
            ),
            models.CheckConstraint(
                condition=Q(to_bill__gte=0, to_credit__gte=0)
                & (
                    ~Q(state="APPROVED") & Q(to_bill=0, to_credit=0, charge__isnull=True)
                    | Q(state="APPROVED", amount__gt=0, to_bill=0, to_credit=0, charge__isnull=False)
                    | Q(state="APPROVED", amount__lt=0, charge__isnull=True)
                    & Q(amount=-F("to_bill") - F("to_credit"))
                ),
                name="adjustment_goes_whole_to_bill_credit_or_charge",
            ),
            models.CheckConstraint(
                condition=Q(follows__isnull=True) | Q(bill__isnull=False, amount__lt=0),
                name="only_a_credit_of_a_bill_follows_another",
            ),
            models.CheckConstraint(
                condition=Q(to_bill=0) | Q(bill__isnull=False), name="adjustment_lowers_the_bill_it_names"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.amount}"

    @property
    def is_waiting(self) -> bool:
        return self.state == Decision.PROPOSED
