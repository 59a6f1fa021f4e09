from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.card_content import CardCode, CardContent
from billing.models import CardWrite, GasCard
from counters.models.hall import Window


class ReaderJob(models.Model):
    """What the card reader of a window is asked to do. The row is the queue: the window's program takes it."""

    class Kind(models.TextChoices):
        READ = "READ", _("read the card")
        WRITE = "WRITE", _("write the card")

    class State(models.TextChoices):
        WAITING = "WAITING", pgettext_lazy("reader", "waiting for the reader")
        TAKEN = "TAKEN", pgettext_lazy("reader", "at the reader")
        DONE = "DONE", pgettext_lazy("reader", "done")

    window = models.ForeignKey(Window, models.PROTECT, related_name="reader_jobs", verbose_name=_("window"))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    # Whose card should be in the reader.
    card = models.ForeignKey(GasCard, models.PROTECT, related_name="+", verbose_name=_("gas card"))
    write = models.ForeignKey(
        CardWrite, models.PROTECT, null=True, related_name="jobs", verbose_name=_("card write")
    )
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    code = models.PositiveSmallIntegerField(_("result"), choices=CardCode, null=True)
    content = models.JSONField(_("content of the card"), null=True)
    asked_at = models.DateTimeField(_("asked for at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    taken_at = models.DateTimeField(_("at the reader since"), null=True)
    done_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("reader job")
        verbose_name_plural = _("reader jobs")
        ordering = ("id",)
        indexes: ClassVar = [
            models.Index(fields=["window", "id"], condition=Q(state="WAITING"), name="waiting_reader_jobs")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="READ", write__isnull=True) | Q(kind="WRITE", write__isnull=False),
                name="reader_job_names_what_it_writes",
            ),
            models.CheckConstraint(
                condition=Q(state="DONE", done_at__isnull=False, code__isnull=False)
                | ~Q(state="DONE") & Q(done_at__isnull=True, code__isnull=True),
                name="reader_job_is_done_with_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.window_id} {self.pk}"

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def found(self) -> CardContent | None:
        """The card that was read, if it was."""
        return CardContent(**self.content) if self.content else None
