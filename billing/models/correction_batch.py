from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models.bill import Bill
from billing.models.cancellation import BillCancellation


class CorrectionBatch(models.Model):
    """Many bills that are cancelled for one reason: listed and proposed by one, approved by another, then worked off."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", pgettext_lazy("correction", "waiting for approval")
        APPROVED = "APPROVED", pgettext_lazy("correction", "approved")
        REFUSED = "REFUSED", pgettext_lazy("correction", "refused")
        DONE = "DONE", pgettext_lazy("correction", "done")

    TRANSITIONS: ClassVar = {
        State.PROPOSED: frozenset({State.APPROVED, State.REFUSED}),
        State.APPROVED: frozenset({State.DONE}),
        State.REFUSED: frozenset(),
        State.DONE: frozenset(),
    }

    request_id = models.UUIDField(_("request"), unique=True)
    # What was asked for: {"service": "WATER", "period": "2026-10", …}.
    selection = models.JSONField(_("which bills"), default=dict)
    reason = models.CharField(_("reason"), max_length=20, choices=BillCancellation.Reason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("batch of cancellations")
        verbose_name_plural = _("batches of cancellations")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(state="PROPOSED", decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(state="PROPOSED")
                & ~Q(decided_by=F("proposed_by")),
                name="batch_is_decided_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(state="DONE", finished_at__isnull=False)
                | ~Q(state="DONE") & Q(finished_at__isnull=True),
                name="batch_is_finished_exactly_when_it_is_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.pk}"

    @property
    def is_at_work(self) -> bool:
        """Approved, and some of its bills are still to come."""
        return self.state == self.State.APPROVED


class BatchedBill(models.Model):
    """One bill of a batch, and whether its cancellation is still to come, is done, or was refused."""

    class State(models.TextChoices):
        WAITING = "WAITING", pgettext_lazy("bill of a batch", "still to come")
        CANCELLED = "CANCELLED", _("cancelled")
        LEFT = "LEFT", pgettext_lazy("bill of a batch", "left as it is")

    class WhyLeft(models.TextChoices):
        """The codes of the refusals that can come meanwhile."""

        UNKNOWN_BILL = "unknown_bill", _("bill of another branch")
        ALREADY_CANCELLED = "already_cancelled", _("was cancelled already")
        NOT_CANCELLABLE = "not_cancellable", _("is undone where it was sold")
        CREDIT_SPENT = "credit_spent", _("its adjustment was credit that has been used")

    batch = models.ForeignKey(
        CorrectionBatch, models.PROTECT, related_name="entries", verbose_name=_("batch of cancellations")
    )
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="+", verbose_name=_("bill"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    why_left = models.CharField(_("why it was left"), max_length=40, choices=WhyLeft, blank=True)

    class Meta:
        verbose_name = _("bill of a batch")
        verbose_name_plural = _("bills of a batch")
        ordering = ("batch", "id")
        indexes = [
            models.Index(
                fields=["batch", "id"], condition=Q(state="WAITING"), name="bills_of_a_batch_still_to_come"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "bill"], name="bill_is_in_a_batch_once"),
            models.CheckConstraint(
                condition=Q(state="LEFT") & ~Q(why_left="") | ~Q(state="LEFT") & Q(why_left=""),
                name="bill_that_was_left_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.bill_id}"
