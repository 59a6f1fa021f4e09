from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.posting import Posting
from billing.models.third_party import Donation


class DonationReversal(models.Model):
    """The counter-row of a donation that was entered wrongly: why it is no longer in its pot, and who stood for it."""

    class Reason(models.TextChoices):
        WRONG_AMOUNT = "WRONG_AMOUNT", _("wrong amount")
        WRONG_PAYER = "WRONG_PAYER", _("wrong payer")
        ENTERED_TWICE = "ENTERED_TWICE", _("entered twice")
        NOT_RECEIVED = "NOT_RECEIVED", _("the money did not arrive")
        OTHER = "OTHER", _("other reason")

    donation = models.OneToOneField(
        Donation, models.PROTECT, related_name="reversal", verbose_name=_("donation")
    )
    request_id = models.UUIDField(_("request"), unique=True)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    business_date = models.DateField(_("business date"))
    reversed_at = models.DateTimeField(_("at"))
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    posting = models.OneToOneField(
        Posting, models.PROTECT, related_name="donation_reversal", verbose_name=_("posting")
    )

    class Meta:
        verbose_name = _("reversal of a donation")
        verbose_name_plural = _("reversals of donations")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("reversed_by")), name="donation_is_taken_back_by_two_persons"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.donation_id}"
