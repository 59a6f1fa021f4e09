from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models import Payment, Reversal
from billing.models.amount import MoneyField, at_least
from billing.money import NO_MONEY
from counters.models.shift import Shift


class TillEntry(models.Model):
    """What a payment or its reversal did to the drawer of a shift."""

    class Kind(models.TextChoices):
        PAYMENT = "PAYMENT", _("payment")
        VOID = "VOID", pgettext_lazy("act", "void")
        REVERSAL = "REVERSAL", _("reversal")

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="entries", verbose_name=_("shift"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="till_entries", verbose_name=_("payment")
    )
    reversal = models.OneToOneField(
        Reversal, models.PROTECT, null=True, related_name="till_entry", verbose_name=_("reversal")
    )
    cash_in = MoneyField(_("cash in"), default=NO_MONEY)
    cash_out = MoneyField(_("cash out"), default=NO_MONEY)
    entered_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("till entry")
        verbose_name_plural = _("till entries")
        ordering = ("shift", "id")
        constraints = [
            models.CheckConstraint(
                condition=at_least("cash_in", NO_MONEY) & at_least("cash_out", NO_MONEY),
                name="till_entry_is_money",
            ),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(kind="PAYMENT"), name="payment_enters_one_till"
            ),
            models.CheckConstraint(
                condition=Q(kind="PAYMENT", reversal__isnull=True)
                | ~Q(kind="PAYMENT") & Q(reversal__isnull=False),
                name="till_entry_names_its_reversal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.payment_id}"
