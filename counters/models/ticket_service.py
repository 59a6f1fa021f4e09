from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.organisation import in_current_language
from counters.models.hall import Window


class TicketService(models.Model):
    """What a visitor comes for: pay, ask, apply. Its letter stands before the number of the ticket."""

    # The letter is the key, so that a ticket knows its label without asking for the service.
    code = models.CharField(
        pgettext_lazy("queue", "letter"),
        max_length=1,
        primary_key=True,
        validators=[RegexValidator(r"^[A-Z]\Z")],
    )
    name = models.CharField(_("name"), max_length=20)
    name_en = models.CharField(_("English name"), max_length=40, blank=True)
    usual_minutes = models.PositiveSmallIntegerField(_("usual minutes at the window"), default=4)
    is_active = models.BooleanField(_("offered at the kiosk"), default=True)

    class Meta:
        verbose_name = _("service of the queue")
        verbose_name_plural = _("services of the queue")
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z]$"), name="ticket_service_is_a_letter"),
            models.CheckConstraint(
                condition=Q(usual_minutes__gte=1, usual_minutes__lte=240),
                name="ticket_service_takes_some_minutes",
            ),
        ]

    def __str__(self) -> str:
        return in_current_language(self.name, self.name_en)


class WindowService(models.Model):
    """A window is open for a service: it calls the tickets that wait for it."""

    window = models.ForeignKey(Window, models.CASCADE, related_name="open_services", verbose_name=_("window"))
    service = models.ForeignKey(
        TicketService, models.PROTECT, related_name="windows", verbose_name=_("service of the queue")
    )

    class Meta:
        verbose_name = _("open service of a window")
        verbose_name_plural = _("open services of windows")
        ordering = ("window", "service")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["window", "service"], name="window_is_open_for_a_service_once")
        ]

    def __str__(self) -> str:
        return f"{self.window_id} {self.service_id}"
