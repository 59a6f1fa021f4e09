import datetime

from django.db import models
from django.utils.translation import pgettext_lazy


class VersionState(models.TextChoices):
    DRAFT = "DRAFT", pgettext_lazy("tariff version", "draft")
    WAITING = "WAITING", pgettext_lazy("tariff version", "waiting for approval")
    APPROVED = "APPROVED", pgettext_lazy("tariff version", "approved")
    IN_FORCE = "IN_FORCE", pgettext_lazy("tariff version", "in force")
    ENDED = "ENDED", pgettext_lazy("tariff version", "ended")


class DecisionLife:
    """Where a price decision stands: written, submitted, approved; in force by the calendar alone."""

    pk: int
    effective_from: datetime.date
    effective_until: datetime.date | None
    made_by_id: int | None
    submitted_by_id: int | None
    submitted_at: datetime.datetime | None
    approved_at: datetime.datetime | None
    sent_back: str

    State = VersionState

    @property
    def is_approved(self) -> bool:
        return self.approved_at is not None

    @property
    def is_waiting(self) -> bool:
        return self.submitted_at is not None and not self.is_approved

    @property
    def is_draft(self) -> bool:
        return self.submitted_at is None and not self.is_approved

    def state_on(self, date: datetime.date) -> VersionState:
        """Where the decision stands in its life on a day."""
        if not self.is_approved:
            return self.State.WAITING if self.is_waiting else self.State.DRAFT
        if date < self.effective_from:
            return self.State.APPROVED
        if self.effective_until is not None and date > self.effective_until:
            return self.State.ENDED
        return self.State.IN_FORCE
