from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_quality.models.matter import Matter


class Extension(models.Model):
    """More time for a matter: asked for before the time is over, decided by a second person."""

    class State(models.TextChoices):
        ASKED = "ASKED", pgettext_lazy("extension", "waits for a decision")
        APPROVED = "APPROVED", pgettext_lazy("extension", "approved")
        REFUSED = "REFUSED", pgettext_lazy("extension", "refused")

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="extensions", verbose_name=_("matter"))
    days = models.PositiveSmallIntegerField(_("working days more"))
    reason = models.CharField(_("reason"), max_length=300)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    old_due_at = models.DateTimeField(_("was due at"))
    new_due_at = models.DateTimeField(_("would be due at"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ASKED)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("decided by")
    )
    decision = models.CharField(_("reason for the decision"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("extension of a time limit")
        verbose_name_plural = _("extensions of time limits")
        ordering = ("-asked_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["matter"], condition=Q(state="ASKED"), name="one_extension_waits_for_a_decision"
            ),
            models.CheckConstraint(
                condition=Q(days__gte=1) & ~Q(reason="") & Q(new_due_at__gt=F("old_due_at")),
                name="extension_gives_time_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(asked_at__lte=F("old_due_at")),
                name="extension_is_asked_for_before_the_time_is_over",
            ),
            models.CheckConstraint(
                condition=Q(state="ASKED", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["APPROVED", "REFUSED"], decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decided_by=F("asked_by")),
                name="extension_is_decided_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter} +{self.days}"
