from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Branch
from accounts.models.account import Service
from billing.models.amount import MoneyField, at_least
from billing.money import NO_MONEY


class BillRun(models.Model):
    """One billing of a service for a period: who started it, who published it and what came out."""

    class State(models.TextChoices):
        PREVIEWING = "PREVIEWING", _("being previewed")
        PREVIEWED = "PREVIEWED", _("to be looked at")
        PUBLISHING = "PUBLISHING", _("being published")
        PUBLISHED = "PUBLISHED", _("published")

    AT_WORK = (State.PREVIEWING, State.PUBLISHING)

    service = models.CharField(_("service"), max_length=12, choices=Service)
    period = models.CharField(_("period"), max_length=10)
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    issued_on = models.DateField(_("issued on"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PREVIEWING)
    preview_first = models.BooleanField(_("somebody looks at it before it is published"), default=True)
    started_at = models.DateTimeField(_("started at"))
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    published_at = models.DateTimeField(_("published at"), null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )
    finished_at = models.DateTimeField(_("finished at"), null=True)
    summary = models.JSONField(_("summary"), default=dict)

    class Meta:
        verbose_name = _("bill run")
        verbose_name_plural = _("bill runs")
        permissions = [
            ("run_billing", "Can start a bill run"),
            ("publish_billrun", "Can publish the bills of a run that was previewed"),
            ("close_period", "Can close a billing period"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "period", "branch"],
                nulls_distinct=False,
                name="a_period_of_a_service_has_one_bill_run",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["PREVIEWING", "PREVIEWED"]) | Q(published_at__isnull=False),
                name="bill_run_is_published_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()} {self.period}"

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @property
    def awaits_publication(self) -> bool:
        return self.state == self.State.PREVIEWED

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED


class BillRunChunk(models.Model):
    """Some of the accounts of a run, priced and written together. The row is the queue: who holds its lock works on it."""

    class State(models.TextChoices):
        WAITING = "WAITING", pgettext_lazy("chunk", "waiting")
        PREVIEWED = "PREVIEWED", pgettext_lazy("chunk", "previewed")
        PUBLISHED = "PUBLISHED", _("published")

    # After so many failures a chunk is left to a person, and the others go on.
    MOST_FAILURES = 3

    run = models.ForeignKey(BillRun, models.PROTECT, related_name="chunks", verbose_name=_("run"))
    position = models.PositiveIntegerField(_("position"))
    account_ids = ArrayField(models.BigIntegerField(), verbose_name=_("accounts"))
    accounts = models.PositiveIntegerField(_("number of accounts"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    bills = models.PositiveIntegerField(_("bills"), default=0)
    unpriced = models.PositiveIntegerField(_("accounts without a price"), default=0)
    amount = MoneyField(_("amount"), default=NO_MONEY)
    fingerprint = models.CharField(_("fingerprint of the preview"), max_length=64, blank=True)
    previewed_at = models.DateTimeField(_("previewed at"), null=True)
    changed_at = models.DateTimeField(_("found changed after the preview"), null=True)
    published_at = models.DateTimeField(_("published at"), null=True)
    worker = models.CharField(_("worker"), max_length=80, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures"), default=0)
    failure = models.CharField(_("last failure"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("chunk of a bill run")
        verbose_name_plural = _("chunks of bill runs")
        ordering = ("run", "position")
        indexes = [
            models.Index(
                fields=["run", "failures", "position"],
                condition=~Q(state="PUBLISHED"),
                name="open_chunks_of_a_run",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="chunks_of_a_run_are_numbered"),
            models.CheckConstraint(condition=at_least("amount", NO_MONEY), name="chunk_amount_is_money"),
            models.CheckConstraint(
                condition=Q(state="PUBLISHED", published_at__isnull=False)
                | ~Q(state="PUBLISHED") & Q(published_at__isnull=True),
                name="chunk_has_a_time_of_publication_exactly_when_published",
            ),
            models.CheckConstraint(
                condition=~Q(state="PREVIEWED") | Q(previewed_at__isnull=False) & ~Q(fingerprint=""),
                name="previewed_chunk_has_a_fingerprint",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run}: {self.position}"
