from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import District


class DistrictOwner(models.Model):
    """From this day on the district is this collector's; what was recovered before stays with whoever had it."""

    district = models.ForeignKey(District, models.PROTECT, related_name="owners", verbose_name=_("district"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="owned_districts",
        verbose_name=_("owner"),
    )
    owns_from = models.DateField(_("owns it from"))
    given_at = models.DateTimeField(_("given at"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )

    class Meta:
        verbose_name = _("owner of a district")
        verbose_name_plural = _("owners of districts")
        ordering = ("district", "-owns_from", "-id")
        constraints = [
            models.UniqueConstraint(fields=["district", "owns_from"], name="district_has_one_owner_on_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.owns_from}"
