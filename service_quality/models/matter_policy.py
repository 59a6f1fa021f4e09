import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from service_quality.models.matter_words import Kind, Source


class MatterPolicy(models.Model):
    """How long a matter of a kind and source may take, in working days. A change is a new version."""

    kind = models.CharField(_("kind of matter"), max_length=12, choices=Kind, blank=True)
    source = models.CharField(_("how it came"), max_length=8, choices=Source, blank=True)
    version = models.PositiveSmallIntegerField(_("version"))
    effective_from = models.DateField(_("holds from"))
    days = models.PositiveSmallIntegerField(_("working days"))
    special_days = models.PositiveSmallIntegerField(_("working days, special case"))
    urgent_days = models.PositiveSmallIntegerField(
        _("working days, urgent"),
        null=True,
        blank=True,
        help_text=_("0 is the same day; empty: as the others"),
    )
    warn_day = models.PositiveSmallIntegerField(_("warned on working day"))
    special_warn_day = models.PositiveSmallIntegerField(_("warned on working day, special case"))
    interim_day = models.PositiveSmallIntegerField(
        _("customer told by working day, special case"), null=True, blank=True
    )
    hand_over_minutes = models.PositiveSmallIntegerField(
        _("working minutes to answer a hand-over"), default=120
    )
    reopening_days = models.PositiveSmallIntegerField(
        _("calendar days in which it may be reopened"), default=15
    )
    longest_extension = models.PositiveSmallIntegerField(_("most working days of one extension"), default=10)
    has_written_reminder = models.BooleanField(_("reminded in writing the day after expiry"), default=False)
    is_revisited = models.BooleanField(_("asked back the working day after closing"), default=False)
    basis = models.CharField(_("laid down in"), max_length=100)

    class Meta:
        verbose_name = _("time limit of matters")
        verbose_name_plural = _("time limits of matters")
        ordering = ("kind", "source", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "source", "version"], name="time_limit_is_versioned"),
            models.CheckConstraint(
                condition=Q(days__range=(1, 90), special_days__range=(1, 90), special_days__gte=F("days"))
                & (Q(urgent_days__isnull=True) | Q(urgent_days__lte=F("days"))),
                name="time_limit_is_believable",
            ),
            models.CheckConstraint(
                condition=Q(warn_day__gte=1, special_warn_day__gte=1)
                & Q(warn_day__lte=F("days"), special_warn_day__lte=F("special_days"))
                & (Q(interim_day__isnull=True) | Q(interim_day__gte=1, interim_day__lte=F("special_days"))),
                name="warning_and_interim_notice_come_before_the_limit",
            ),
            models.CheckConstraint(
                condition=Q(
                    hand_over_minutes__range=(1, 4800), reopening_days__gte=1, longest_extension__gte=1
                )
                & ~Q(basis=""),
                name="time_limit_leaves_time_and_names_its_basis",
            ),
        ]

    def __str__(self) -> str:
        parts = [
            self.get_kind_display() if self.kind else "",
            self.get_source_display() if self.source else "",
        ]
        named = " · ".join(str(part) for part in parts if part) or _("every other matter")
        return f"{named} v{self.version}"

    def holds_on(self, day: datetime.date) -> bool:
        return self.effective_from <= day

    def limit(self, *, is_special: bool, is_urgent: bool) -> int:
        """The working days a matter has; 0 is the same day."""
        if is_urgent and self.urgent_days is not None:
            return self.urgent_days
        return self.special_days if is_special else self.days
