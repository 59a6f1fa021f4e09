from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.amount import MoneyField, at_least
from billing.models.bill import Bill
from billing.models.heat_suspension import HeatSuspension
from billing.models.household_conversion import SeasonSettlement
from billing.models.posting import Posting
from billing.models.temperature import TemperatureRefund
from billing.money import FEN


class HeatCredit(models.Model):
    """A part of a heating bill that became the customer's prepaid credit, and why. Never changed.

    The bill itself stays as it was issued: revenue falls, credit rises, by one posting.
    """

    class Reason(models.TextChoices):
        SUSPENSION = "SUSPENSION", _("suspended after the bill was issued")
        TEMPERATURE = "TEMPERATURE", _("rooms below the standard")
        SETTLEMENT = "SETTLEMENT", _("settled by the heat meter")
        EARLY = "EARLY", _("paid early")

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="heat_credits", verbose_name=_("bill"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    component = models.CharField(_("component"), max_length=30)
    amount = MoneyField(_("amount"))
    posting = models.OneToOneField(
        Posting, models.PROTECT, related_name="heat_credit", verbose_name=_("posting")
    )
    suspension = models.ForeignKey(
        HeatSuspension, models.PROTECT, null=True, related_name="credits", verbose_name=_("suspension")
    )
    refund = models.ForeignKey(
        TemperatureRefund, models.PROTECT, null=True, related_name="credits", verbose_name=_("refund")
    )
    # Its bill was cancelled and billed again: the same cause gives back this much of the new one.
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("takes the place of")
    )
    settlement = models.ForeignKey(
        SeasonSettlement, models.PROTECT, null=True, related_name="credits", verbose_name=_("settlement")
    )

    class Meta:
        verbose_name = _("credit from a heating bill")
        verbose_name_plural = _("credits from heating bills")
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=at_least("amount", FEN), name="heat_credit_is_money"),
            models.UniqueConstraint(
                fields=["refund"],
                condition=Q(refund__isnull=False, replaces__isnull=True),
                name="refund_is_credited_once",
            ),
            models.UniqueConstraint(
                fields=["bill", "reason", "component"],
                condition=~Q(reason="TEMPERATURE"),
                name="bill_is_credited_once_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    reason="SUSPENSION",
                    suspension__isnull=False,
                    refund__isnull=True,
                    settlement__isnull=True,
                )
                | Q(
                    reason="TEMPERATURE",
                    suspension__isnull=True,
                    refund__isnull=False,
                    settlement__isnull=True,
                )
                | Q(
                    reason="SETTLEMENT",
                    suspension__isnull=True,
                    refund__isnull=True,
                    settlement__isnull=False,
                )
                | Q(reason="EARLY", suspension__isnull=True, refund__isnull=True, settlement__isnull=True),
                name="heat_credit_names_its_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill} {self.get_reason_display()} {self.amount}"
