from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.payment import Payment


class Receipt(models.Model):
    """The paper that proves a payment. Numbers run without a gap within a book (one per shift)."""

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="receipt", verbose_name=_("payment"))
    book = models.CharField(_("book"), max_length=30)
    serial = models.PositiveIntegerField(_("number in the book"))
    number = models.CharField(_("receipt number"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["book", "serial"], name="receipt_numbers_are_used_once"),
            models.CheckConstraint(condition=Q(serial__gte=1), name="receipt_numbers_start_at_one"),
        ]

    def __str__(self) -> str:
        return self.number


class ReceiptPrint(models.Model):
    """One printing of a receipt; every copy after the first says 补打 and its count."""

    receipt = models.ForeignKey(
        Receipt, models.PROTECT, related_name="prints", db_index=False, verbose_name=_("receipt")
    )
    copy_no = models.PositiveSmallIntegerField(_("copy"))
    printed_at = models.DateTimeField(_("printed at"))
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("printed by"),
    )

    class Meta:
        verbose_name = _("receipt print")
        verbose_name_plural = _("receipt prints")
        constraints = [
            models.UniqueConstraint(fields=["receipt", "copy_no"], name="receipt_copies_are_counted"),
            models.CheckConstraint(condition=Q(copy_no__gte=1), name="receipt_copies_start_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt} #{self.copy_no}"
