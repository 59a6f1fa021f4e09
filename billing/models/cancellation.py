from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.amount import MoneyField, at_least
from billing.models.bill import Bill
from billing.money import NO_MONEY

# What a program of its own sells (gas on a card) is undone there, with what was sold.
CANCELLABLE = (Bill.Kind.USAGE, Bill.Kind.HEATING, Bill.Kind.ONE_OFF, Bill.Kind.OPENING)


class BillCancellation(models.Model):
    """The counter-row of a bill: why it no longer counts, who said so, and what went back to prepaid credit."""

    class Reason(models.TextChoices):
        WRONG_READING = "WRONG_READING", _("wrong reading")
        WRONG_TARIFF = "WRONG_TARIFF", _("wrong price list")
        WRONG_FACTS = "WRONG_FACTS", _("wrong facts of the account")
        ESTIMATE_TRUED_UP = "ESTIMATE_TRUED_UP", _("estimate replaced by a reading")
        DOUBLE = "DOUBLE", _("billed twice")
        SALE_UNDONE = "SALE_UNDONE", _("gas sale undone")
        OTHER = "OTHER", _("other reason")

    bill = models.OneToOneField(Bill, models.PROTECT, related_name="cancellation", verbose_name=_("bill"))
    request_id = models.UUIDField(_("request"), unique=True)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    business_date = models.DateField(_("business date"))
    cancelled_at = models.DateTimeField(_("at"))
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    # Of all that the request asked for beside the cancellation; empty where it asked for nothing else.
    fingerprint = models.CharField(
        _("content of the request"), max_length=64, blank=True, default="", db_default=""
    )
    returned = MoneyField(_("what was paid, now prepaid credit"), default=NO_MONEY)

    class Meta:
        verbose_name = _("cancellation of a bill")
        verbose_name_plural = _("cancellations of bills")
        permissions = [
            ("cancel_bill", "Can cancel a bill and bill it again"),
            ("approve_correction", "Can approve a correction that somebody else proposed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("cancelled_by")),
                name="cancellation_is_approved_by_another_person",
            ),
            models.CheckConstraint(
                condition=at_least("returned", NO_MONEY) & (Q(returned=0) | Q(approved_by__isnull=False)),
                name="cancelling_what_was_paid_needs_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.bill_id}"
