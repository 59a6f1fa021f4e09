from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch
from billing.models.amount import MoneyField, at_least
from billing.money import NO_MONEY


class Pool(models.TextChoices):
    """Cashiers (购气员) and advisers (咨询员) share apart; the values are those of the posts."""

    CASHIER = "CASHIER", _("cashiers")
    ADVISER = "ADVISER", _("advisers")


class PayPool(models.Model):
    """The money that a month has for the cashiers or the advisers, of a branch or of the whole company."""

    month = models.DateField(_("month"))
    pool = models.CharField(_("pool"), max_length=10, choices=Pool)
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    amount = MoneyField(_("amount"))
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    class Meta:
        verbose_name = _("pay pool")
        verbose_name_plural = _("pay pools")
        ordering = ("-month", "pool", "branch")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["month", "pool", "branch"], nulls_distinct=False, name="month_has_a_pool_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="pool_is_of_a_whole_month"),
            models.CheckConstraint(condition=at_least("amount", NO_MONEY), name="pool_is_money"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.get_pool_display()}"
