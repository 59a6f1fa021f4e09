from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from billing.models.amount import MoneyField, at_least
from billing.money import NO_MONEY


class Balance(models.Model):
    """What the ledger says of an account now: what it owes in all, and its prepaid credit.

    Kept beside the postings and changed in the same transaction; `audit_ledger` proves that they agree.
    """

    account = models.OneToOneField(
        Account, models.PROTECT, primary_key=True, related_name="balance", verbose_name=_("account")
    )
    receivable = MoneyField(_("receivable"), default=NO_MONEY)
    prepaid = MoneyField(_("prepaid credit"), default=NO_MONEY)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.CheckConstraint(
                condition=at_least("receivable", NO_MONEY), name="receivable_is_never_negative"
            ),
            models.CheckConstraint(condition=at_least("prepaid", NO_MONEY), name="prepaid_is_never_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.receivable} / {self.prepaid}"
