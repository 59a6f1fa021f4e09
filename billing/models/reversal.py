from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.payment import Payment


class Reversal(models.Model):
    """The counter-row of a payment: a void before the close (抹账) or a reversal after it (冲正)."""

    class Kind(models.TextChoices):
        VOID = "VOID", _("void, same day before the close")
        REVERSAL = "REVERSAL", _("reversal, after the close")

    class Reason(models.TextChoices):
        WRONG_ACCOUNT = "WRONG_ACCOUNT", _("wrong account")
        WRONG_AMOUNT = "WRONG_AMOUNT", _("wrong amount")
        WRONG_METHOD = "WRONG_METHOD", _("wrong method of payment")
        PAID_TWICE = "PAID_TWICE", _("paid twice")
        CUSTOMER_REQUEST = "CUSTOMER_REQUEST", _("the customer asked for it")
        CARD_NOT_WRITTEN = "CARD_NOT_WRITTEN", _("the card could not be written")

    payment = models.OneToOneField(
        Payment, models.PROTECT, related_name="reversal", verbose_name=_("payment")
    )
    request_id = models.UUIDField(_("request"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    business_date = models.DateField(_("business date"))
    reversed_at = models.DateTimeField(_("at"))
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
    )

    class Meta:
        verbose_name = _("reversal")
        verbose_name_plural = _("reversals")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="VOID", approved_by__isnull=True)
                | Q(approved_by__isnull=False) & ~Q(approved_by=F("reversed_by")),
                name="reversal_after_the_close_has_a_second_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.payment_id}"
