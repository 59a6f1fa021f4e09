from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from service_quality.models.matter import Matter


class Attachment(models.Model):
    """A picture or paper that belongs to a matter, kept under a name of our own."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="attachments", verbose_name=_("matter"))
    path = models.CharField(_("kept as"), max_length=100, unique=True)
    caption = models.CharField(_("what it shows"), max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    added_at = models.DateTimeField(_("added at"))
    # Nobody of ours: the customer sent it.
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("added by")
    )

    class Meta:
        verbose_name = _("attachment of a matter")
        verbose_name_plural = _("attachments of matters")
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="attachment_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.caption
