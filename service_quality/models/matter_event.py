from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_quality.models.matter import Matter
from service_quality.models.matter_words import Satisfaction

# How high a matter can be escalated.
SUPERVISOR, MANAGER = 1, 2


class MatterEvent(models.Model):
    """One thing that happened to a matter. Never changed."""

    class Kind(models.TextChoices):
        TAKEN = "TAKEN", pgettext_lazy("matter event", "taken")
        CLAIMED = "CLAIMED", pgettext_lazy("matter event", "taken up")
        OFFERED = "OFFERED", pgettext_lazy("matter event", "hand-over offered")
        ACCEPTED = "ACCEPTED", pgettext_lazy("matter event", "hand-over accepted")
        RETURNED = "RETURNED", pgettext_lazy("matter event", "hand-over returned")
        LAPSED = "LAPSED", pgettext_lazy("matter event", "hand-over not answered in time")
        NOTED = "NOTED", pgettext_lazy("matter event", "note")
        TOLD = "TOLD", pgettext_lazy("matter event", "customer told how it stands")
        ANSWERED = "ANSWERED", pgettext_lazy("matter event", "answered")
        REMINDED = "REMINDED", pgettext_lazy("matter event", "reminded")
        WRITTEN_REMINDER = "WRITTEN_REMINDER", pgettext_lazy("matter event", "reminded in writing")
        ESCALATED = "ESCALATED", pgettext_lazy("matter event", "escalated")
        EXTENSION_ASKED = "EXTENSION_ASKED", pgettext_lazy("matter event", "extension asked for")
        EXTENSION_APPROVED = "EXTENSION_APPROVED", pgettext_lazy("matter event", "extension approved")
        EXTENSION_REFUSED = "EXTENSION_REFUSED", pgettext_lazy("matter event", "extension refused")
        DUPLICATE = "DUPLICATE", pgettext_lazy("matter event", "joined with the same matter")
        CLOSED = "CLOSED", pgettext_lazy("matter event", "closed")
        REOPENED = "REOPENED", pgettext_lazy("matter event", "reopened")
        RATED = "RATED", pgettext_lazy("matter event", "satisfaction")
        ATTACHED = "ATTACHED", pgettext_lazy("matter event", "file added")
        CLASSIFIED = "CLASSIFIED", pgettext_lazy("matter event", "classified anew")
        DATED = "DATED", pgettext_lazy("matter event", "date set")

    # What the customer reads on the page that follows the matter, text included; of the rest only that it happened.
    TOLD_TO_THE_CUSTOMER = (Kind.TOLD, Kind.ANSWERED)
    SEEN_BY_THE_CUSTOMER = (
        Kind.TAKEN, Kind.CLAIMED, Kind.ACCEPTED, Kind.TOLD, Kind.ANSWERED, Kind.EXTENSION_APPROVED,
        Kind.CLOSED, Kind.REOPENED, Kind.RATED, Kind.DUPLICATE,
    )  # fmt: skip

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="events", verbose_name=_("matter"))
    kind = models.CharField(_("what happened"), max_length=20, choices=Kind)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    whom = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("to whom")
    )
    # How satisfied the customer is, or how high it was escalated.
    level = models.PositiveSmallIntegerField(_("level"), null=True)
    text = models.TextField(_("text"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("event of a matter")
        verbose_name_plural = _("events of matters")
        ordering = ("at", "id")
        indexes: ClassVar = [models.Index(fields=["matter", "at"], name="event_by_matter")]

    def __str__(self) -> str:
        return f"{self.matter} {self.get_kind_display()}"

    @property
    def is_the_customers(self) -> bool:
        """Whether the customer did it: nobody of ours, and no clock."""
        return self.by_id is None and self.kind in (
            self.Kind.TAKEN, self.Kind.REOPENED, self.Kind.RATED, self.Kind.ATTACHED,
        )  # fmt: skip

    def level_in_words(self) -> str:
        if self.level is None:
            return ""
        if self.kind == self.Kind.RATED:
            return str(Satisfaction(self.level).label)
        return str(_("before the supervisor") if self.level == SUPERVISOR else _("before the manager"))

    @property
    def is_pressing(self) -> bool:
        return self.kind in (self.Kind.ESCALATED, self.Kind.WRITTEN_REMINDER, self.Kind.REMINDED)
