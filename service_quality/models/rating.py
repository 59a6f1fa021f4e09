from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from billing.models import Payment
from counters.models import Hall, Ticket, Window

NAMES_ITS_VISIT = Q(ticket__isnull=False) | Q(payment__isnull=False)


class RatingTablet(models.Model):
    """The tablet that lies before a window; whoever knows its key may show it (评价器)."""

    window = models.OneToOneField(
        Window, models.PROTECT, related_name="rating_tablet", verbose_name=_("window")
    )
    key = models.CharField(_("key of the address"), max_length=40, unique=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("rating tablet")
        verbose_name_plural = _("rating tablets")
        ordering = ("window",)
        constraints = [models.CheckConstraint(condition=~Q(key=""), name="tablet_has_a_key")]

    def __str__(self) -> str:
        return str(self.window)


class Supervision(models.Model):
    """Who answers for what customers did not like in a hall."""

    hall = models.OneToOneField(Hall, models.PROTECT, related_name="supervision", verbose_name=_("hall"))
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="supervisions", verbose_name=_("supervisor")
    )

    class Meta:
        verbose_name = _("supervision of a hall")
        verbose_name_plural = _("supervision of the halls")
        ordering = ("hall",)

    def __str__(self) -> str:
        return f"{self.hall}: {self.supervisor}"


class RatingRequest(models.Model):
    """The tablet asked a customer for a rating, once for a visit and for some seconds."""

    class Outcome(models.TextChoices):
        WAITING = "WAITING", pgettext_lazy("request to rate", "asked")
        RATED = "RATED", _("rated")
        EXPIRED = "EXPIRED", _("not rated")

    window = models.ForeignKey(
        Window, models.PROTECT, related_name="rating_requests", verbose_name=_("window")
    )
    ticket = models.OneToOneField(
        Ticket, models.PROTECT, null=True, related_name="rating_request", verbose_name=_("ticket")
    )
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, related_name="rating_request", verbose_name=_("payment")
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("served by")
    )
    opened_at = models.DateTimeField(_("opened at"))
    expires_at = models.DateTimeField(_("expires at"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.WAITING)

    class Meta:
        verbose_name = _("request to rate")
        verbose_name_plural = _("requests to rate")
        ordering = ("-id",)
        indexes = [models.Index(fields=["window", "-opened_at"], name="requests_of_a_window")]
        constraints = [
            models.CheckConstraint(condition=NAMES_ITS_VISIT, name="request_names_its_visit"),
            models.UniqueConstraint(
                fields=["window"], condition=Q(outcome="WAITING"), name="tablet_asks_one_customer_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.window} {self.opened_at:%Y-%m-%d %H:%M:%S}"


class RatingQuerySet(models.QuerySet["Rating"]):
    def visible_to(self, staff: Staff) -> "RatingQuerySet":
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(hall__branch_id=staff.branch_id or 0)


class Rating(models.Model):
    """How satisfied a customer was with one visit. Written once."""

    class Level(models.IntegerChoices):
        VERY_SATISFIED = 5, _("very satisfied")
        SATISFIED = 4, _("satisfied")
        BASICALLY_SATISFIED = 3, _("basically satisfied")
        DISSATISFIED = 2, _("dissatisfied")
        VERY_DISSATISFIED = 1, _("very dissatisfied")

    class Channel(models.TextChoices):
        TABLET = "TABLET", _("tablet at the window")
        QR = "QR", _("code on the receipt")

    ticket = models.OneToOneField(
        Ticket, models.PROTECT, null=True, related_name="rating", verbose_name=_("ticket")
    )
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, related_name="rating", verbose_name=_("payment")
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="ratings", verbose_name=_("served by")
    )
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="ratings", verbose_name=_("hall"))
    window = models.ForeignKey(Window, models.PROTECT, related_name="ratings", verbose_name=_("window"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    channel = models.CharField(_("channel"), max_length=6, choices=Channel)
    comment = models.CharField(_("what the customer wrote"), max_length=500, blank=True)
    business_date = models.DateField(_("business date"))
    rated_at = models.DateTimeField(_("rated at"))

    objects: ClassVar = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ("-rated_at", "-id")
        permissions = [("see_own_figures", "Can see the figures of the own ratings and cards")]
        indexes = [
            models.Index(fields=["business_date", "hall"], name="ratings_of_a_time"),
            models.Index(fields=["staff", "business_date"], name="ratings_of_a_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=NAMES_ITS_VISIT, name="rating_names_its_visit"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="rating_has_one_of_five_levels"),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} {self.get_level_display()}"
