from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models.bill_run import BillRun


class PeriodClose(models.Model):
    """From here on the period of this run takes no more bills; only a bill that replaces another may follow."""

    run = models.OneToOneField(BillRun, models.PROTECT, related_name="close", verbose_name=_("run"))
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("closed by")
    )

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")

    def __str__(self) -> str:
        return str(self.run)
