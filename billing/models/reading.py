from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from billing.models.meter import HIGHEST_REGISTER, MeterInstallation


class ReadingQuerySet(models.QuerySet["Reading"]):
    def visible_to(self, staff: Staff) -> "ReadingQuerySet":
        """The readings that exist for this person: those of the own branch, unless the post sees all."""
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(installation__account__branch_id=staff.branch_id or 0)

    def in_review(self) -> "ReadingQuerySet":
        return self.filter(state=Reading.State.IN_REVIEW)

    def standing(self) -> "ReadingQuerySet":
        """Those that were not rejected."""
        return self.exclude(state=Reading.State.REJECTED)


class Reading(models.Model):
    """What a meter showed on a day, who says so, and whether a bill may be made from it."""

    class Kind(models.TextChoices):
        INITIAL = "INITIAL", _("initial")
        ACTUAL = "ACTUAL", _("actual")
        ESTIMATED = "ESTIMATED", _("estimated")
        SELF_REPORTED = "SELF_REPORTED", _("reported by the customer")
        FINAL = "FINAL", _("final")

    class State(models.TextChoices):
        ACCEPTED = "ACCEPTED", pgettext_lazy("reading", "accepted")
        IN_REVIEW = "IN_REVIEW", pgettext_lazy("reading", "in review")
        REJECTED = "REJECTED", pgettext_lazy("reading", "rejected")

    installation = models.ForeignKey(
        MeterInstallation, models.PROTECT, related_name="readings", verbose_name=_("meter installation")
    )
    read_on = models.DateField(_("read on"))
    value = models.DecimalField(pgettext_lazy("figure", "reading"), max_digits=12, decimal_places=3)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind, default=Kind.ACTUAL)
    rolled_over = models.BooleanField(_("the meter rolled over since the last reading"), default=False)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("read by"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.ACCEPTED, db_default=State.ACCEPTED
    )
    anomalies = models.JSONField(
        _("what is odd about it"), default=list, db_default=models.Value([], models.JSONField())
    )
    reason = models.CharField(
        _("reason of the estimate"), max_length=200, blank=True, default="", db_default=""
    )
    photo = models.FileField(_("photo"), upload_to="readings", blank=True, default="", db_default="")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("entered by"),
    )
    entered_at = models.DateTimeField(_("entered at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("reviewed by"),
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    review_note = models.CharField(
        _("note of the review"), max_length=200, blank=True, default="", db_default=""
    )

    # A wrong reading stays in the file, rejected; the one that corrects it names it.
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("corrects"),
    )

    objects: ClassVar = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ("installation", "read_on")
        permissions: ClassVar[list[Any]] = [
            ("review_reading", "Can accept and reject readings"),
            ("import_readings", "Can import readings"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["read_on", "id"], condition=Q(state="IN_REVIEW"), name="readings_in_review"),
            models.Index(fields=["read_by", "read_on"], name="readings_of_a_reader"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["installation", "read_on"],
                condition=~Q(state="REJECTED"),
                name="meter_is_read_once_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0, value__lte=HIGHEST_REGISTER), name="reading_is_a_number"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["ACCEPTED", "IN_REVIEW", "REJECTED"]),
                name="reading_is_accepted_in_review_or_rejected",
            ),
            models.CheckConstraint(
                condition=~Q(state="IN_REVIEW") | ~Q(anomalies=[]), name="reading_in_review_says_what_is_odd"
            ),
            models.CheckConstraint(
                condition=~Q(kind="ESTIMATED") | ~Q(reason=""), name="estimate_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="REJECTED") | Q(reviewed_by__isnull=False),
                name="rejected_reading_names_who_rejected_it",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="review_has_a_person_and_a_time",
            ),
            # What was taken over with the accounts has nobody who entered it.
            models.CheckConstraint(
                condition=~Q(kind="ESTIMATED", state="ACCEPTED")
                | Q(entered_by__isnull=True)
                | Q(reviewed_by__isnull=False) & ~Q(reviewed_by=F("entered_by")),
                name="estimate_is_approved_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.read_on} {self.value}"

    @property
    def is_in_review(self) -> bool:
        return self.state == self.State.IN_REVIEW

    @property
    def is_estimate(self) -> bool:
        return self.kind == self.Kind.ESTIMATED
