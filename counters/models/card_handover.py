from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models import CardWrite
from counters.models.shift import Shift


class CardHandover(models.Model):
    """A card that could not be written by the end of a shift, and who sees to it from now on."""

    write = models.ForeignKey(
        CardWrite, models.PROTECT, related_name="handovers", verbose_name=_("card write")
    )
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="+", verbose_name=_("shift"))
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handed over by")
    )
    handed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handed over to")
    )
    handed_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("handover of a card")
        verbose_name_plural = _("handovers of cards")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(handed_by=F("handed_to")), name="card_is_handed_to_somebody_else"
            )
        ]

    def __str__(self) -> str:
        return f"{self.write_id} → {self.handed_to_id}"
