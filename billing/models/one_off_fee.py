from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models.bill import Bill


class OneOffFee(models.Model):
    """Who issued a fee of the price list (管网建设费, 蒸汽费, 改造费) and for how much of what. Never changed."""

    bill = models.OneToOneField(Bill, models.PROTECT, related_name="one_off_fee", verbose_name=_("bill"))
    request_id = models.UUIDField(_("request"), unique=True)
    item = models.CharField(_("fee"), max_length=60)
    measures = models.JSONField(_("measured"))
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("issued by")
    )

    class Meta:
        verbose_name = _("one-off fee")
        verbose_name_plural = _("one-off fees")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.bill} {self.item}"
