import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.account import Account

MOST_PERSONS = 30


class HouseholdEvidence(models.Model):
    """A paper that a household has shown: how many live there, or that its income is low, and until when it counts."""

    class Kind(models.TextChoices):
        HOUSEHOLD_SIZE = "HOUSEHOLD_SIZE", _("household size")
        LOW_INCOME = "LOW_INCOME", _("low income")

    class Document(models.TextChoices):
        HOUSEHOLD_REGISTER = "HOUSEHOLD_REGISTER", _("household register")
        RESIDENCE_PERMIT = "RESIDENCE_PERMIT", _("residence permit")
        LOW_INCOME_CERTIFICATE = "LOW_INCOME_CERTIFICATE", pgettext_lazy("document", "low-income certificate")

    # What may prove what. The same stands in the database.
    PROVES: ClassVar[dict[str, frozenset[str]]] = {
        Kind.HOUSEHOLD_SIZE: frozenset({Document.HOUSEHOLD_REGISTER, Document.RESIDENCE_PERMIT}),
        Kind.LOW_INCOME: frozenset({Document.LOW_INCOME_CERTIFICATE}),
    }

    account = models.ForeignKey(Account, models.PROTECT, related_name="evidence", verbose_name=_("account"))
    kind = models.CharField(pgettext_lazy("evidence", "kind"), max_length=14, choices=Kind)
    persons = models.PositiveSmallIntegerField(_("persons"), null=True, blank=True)
    document = models.CharField(_("document"), max_length=22, choices=Document)
    document_number = models.CharField(_("document number"), max_length=40)
    holder_name = models.CharField(_("name of the holder"), max_length=100)
    valid_from = models.DateField(_("counts from"))
    valid_until = models.DateField(_("counts until"))
    extends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("extends")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    withdrawn_from = models.DateField(_("does not count from"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("withdrawn by"),
    )  # fmt: skip
    withdrawn_reason = models.CharField(_("reason for the withdrawal"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("household evidence")
        verbose_name_plural = _("household evidence")
        ordering = ("account", "kind", "valid_from", "id")
        permissions = [("withdraw_householdevidence", "Can say that household evidence counts no longer")]
        indexes = [models.Index(fields=["valid_until"], name="evidence_by_its_last_day")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    kind="HOUSEHOLD_SIZE", persons__isnull=False, persons__gte=1, persons__lte=MOST_PERSONS
                )
                | Q(kind="LOW_INCOME", persons__isnull=True),
                name="evidence_of_a_size_names_the_persons",
            ),
            models.CheckConstraint(
                condition=Q(kind="HOUSEHOLD_SIZE", document__in=["HOUSEHOLD_REGISTER", "RESIDENCE_PERMIT"])
                | Q(kind="LOW_INCOME", document="LOW_INCOME_CERTIFICATE"),
                name="evidence_is_a_document_that_proves_it",
            ),
            models.CheckConstraint(
                condition=~Q(document_number="") & ~Q(holder_name=""),
                name="evidence_names_the_document_and_its_holder",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="evidence_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(
                    withdrawn_from__isnull=True,
                    withdrawn_at__isnull=True,
                    withdrawn_by__isnull=True,
                    withdrawn_reason="",
                )
                | Q(
                    withdrawn_from__gte=F("valid_from"),
                    withdrawn_from__lte=F("valid_until"),
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                )
                & ~Q(withdrawn_reason=""),
                name="evidence_is_withdrawn_by_somebody_for_a_reason",
            ),
            ExclusionConstraint(
                name="one_evidence_of_a_kind_counts_at_a_time",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            # Withdrawn from its first day on it never counted: the range is empty.
                            Func(
                                F("withdrawn_from"),
                                Func(F("valid_until"), template="(%(expressions)s + 1)"),
                                function="coalesce",
                            ),
                            Value("[)"),
                            function="daterange",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_document_display()} {self.valid_from} – {self.valid_until}"

    @property
    def last_day(self) -> datetime.date:
        """The last day on which it counts; the day before its first when it never counted."""
        if self.withdrawn_from is None:
            return self.valid_until
        return self.withdrawn_from - datetime.timedelta(days=1)

    def counts_on(self, day: datetime.date) -> bool:
        return self.valid_from <= day <= self.last_day
