from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from billing.ledger_names import ledger_name
from billing.models.adjustment import Adjustment
from billing.models.amount import MoneyField, at_least
from billing.models.bill import Bill
from billing.models.cancellation import BillCancellation
from billing.models.payment import Payment
from billing.models.reversal import Reversal
from billing.money import FEN

LEDGER = (
    r"^(receivable|prepaid|late_charge|refund_payable|write_off|cash_difference|opening|donation"
    r"|revenue:[a-z0-9_]+|cash:[0-9]+|clearing:[a-z0-9_]+)$"
)


class Posting(models.Model):
    """One movement of money between two ledgers. Balanced because it is one row; never changed.

    `receivable` and `prepaid` are kept per customer account: `account` says whose.
    """

    debit = models.CharField(_("debit"), max_length=40)
    credit = models.CharField(_("credit"), max_length=40)
    amount = MoneyField(_("amount"))
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="postings", verbose_name=_("account")
    )
    business_date = models.DateField(_("business date"))
    posted_at = models.DateTimeField(_("posted at"))
    bill = models.ForeignKey(Bill, models.PROTECT, null=True, related_name="postings", verbose_name=_("bill"))
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, related_name="postings", verbose_name=_("payment")
    )
    reversal = models.ForeignKey(
        Reversal,
        models.PROTECT,
        null=True,
        related_name="postings",
        db_index=False,
        verbose_name=_("reversal"),
    )
    # Few postings come from a correction: a whole index on these two would cost every payment something.
    cancellation = models.ForeignKey(
        BillCancellation,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="postings",
        verbose_name=_("cancellation of a bill"),
    )
    adjustment = models.ForeignKey(
        Adjustment,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="postings",
        verbose_name=_("adjustment"),
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("reverses")
    )

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ("id",)
        indexes = [
            models.Index(fields=["business_date"], name="postings_of_a_day"),
            models.Index(
                fields=["reversal"], condition=Q(reversal__isnull=False), name="postings_of_a_reversal"
            ),
            models.Index(
                fields=["cancellation"],
                condition=Q(cancellation__isnull=False),
                name="postings_of_a_cancellation",
            ),
            models.Index(
                fields=["adjustment"], condition=Q(adjustment__isnull=False), name="postings_of_an_adjustment"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=at_least("amount", FEN), name="posting_is_money"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="posting_moves_money"),
            models.CheckConstraint(
                condition=Q(debit__regex=LEDGER, credit__regex=LEDGER),
                name="posting_names_ledgers_that_exist",
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False)
                | ~Q(debit__in=["receivable", "prepaid"]) & ~Q(credit__in=["receivable", "prepaid"]),
                name="posting_on_a_customer_names_the_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{ledger_name(self.debit)} → {ledger_name(self.credit)} {self.amount}"
