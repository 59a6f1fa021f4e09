from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BusinessDay(models.Model):
    """A day whose books are closed: it takes no new postings."""

    date = models.DateField(_("business date"), primary_key=True)
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("closed by")
    )

    class Meta:
        verbose_name = _("closed business day")
        verbose_name_plural = _("closed business days")
        ordering = ("-date",)
        permissions = [("close_business_day", "Can close the books of a day")]

    def __str__(self) -> str:
        return self.date.isoformat()
