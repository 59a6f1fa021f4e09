from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from counters.models.hall import Window


class ReaderToken(models.Model):
    """What the card reader's program at a window shows instead of a password; only its hash is kept."""

    window = models.ForeignKey(Window, models.PROTECT, related_name="reader_tokens", verbose_name=_("window"))
    digest = models.CharField(_("hash of the token"), max_length=64, unique=True)
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("issued by")
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("revoked by")
    )

    class Meta:
        verbose_name = _("token of a card reader")
        verbose_name_plural = _("tokens of card readers")
        ordering = ("-id",)
        permissions: ClassVar = [("issue_readertoken", "Can issue and revoke the token of a card reader")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["window"], condition=Q(revoked_at__isnull=True), name="window_has_one_reader_token"
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="reader_token_is_a_hash"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="reader_token_is_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.window} {self.issued_at:%Y-%m-%d}"
