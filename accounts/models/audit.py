from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.action_words import action_in_words, kind_in_words
from accounts.models.organisation import Branch


class AuditEntry(models.Model):
    """One line of the trail: who did what to which thing, when and why. Nobody can change it."""

    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("who"),
    )
    branch = models.ForeignKey(Branch, models.PROTECT, null=True, related_name="+", verbose_name=_("branch"))
    action = models.CharField(_("action"), max_length=40)
    object_type = models.CharField(_("kind of thing"), max_length=40)
    object_id = models.CharField(_("which"), max_length=40)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict)
    request_id = models.UUIDField(_("request"), null=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_by_object"),
            models.Index(fields=["actor", "at"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{action_in_words(self.action)} {kind_in_words(self.object_type)} {self.object_id}"
