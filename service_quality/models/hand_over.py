from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_quality.models.matter import Matter


class HandOver(models.Model):
    """An offer to take a matter over: accepted or returned within a set time."""

    class State(models.TextChoices):
        OFFERED = "OFFERED", pgettext_lazy("hand-over", "offered")
        ACCEPTED = "ACCEPTED", pgettext_lazy("hand-over", "accepted")
        RETURNED = "RETURNED", pgettext_lazy("hand-over", "returned")
        LAPSED = "LAPSED", pgettext_lazy("hand-over", "not answered in time")

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="hand_overs", verbose_name=_("matter"))
    from_staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("from")
    )
    to_staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="offered_matters", verbose_name=_("to whom")
    )
    reason = models.CharField(_("reason"), max_length=200)
    offered_at = models.DateTimeField(_("offered at"))
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("offered by")
    )
    # Empty where the working calendar is missing: no instant is guessed.
    answer_by = models.DateTimeField(_("to be answered by"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OFFERED)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    return_reason = models.CharField(_("reason for the return"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("hand-over of a matter")
        verbose_name_plural = _("hand-overs of matters")
        ordering = ("-offered_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["matter"], condition=Q(state="OFFERED"), name="matter_is_offered_to_one_person"
            ),
            models.CheckConstraint(
                condition=Q(state="OFFERED", answered_at__isnull=True)
                | ~Q(state="OFFERED") & Q(answered_at__isnull=False),
                name="hand_over_is_answered_when_it_is_over",
            ),
            models.CheckConstraint(
                condition=~Q(state="RETURNED") | ~Q(return_reason=""), name="returned_hand_over_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(from_staff__isnull=True) | ~Q(from_staff=F("to_staff")),
                name="nobody_hands_over_to_the_same_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter} → {self.to_staff}"
