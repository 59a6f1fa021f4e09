import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account, Branch, Staff
from billing.business_date import business_date_of
from counters.models import Hall, HallPosting
from service_quality.models.matter_policy import MatterPolicy
from service_quality.models.matter_words import Kind, Satisfaction, Severity, Source, Topic


class MatterQuerySet(models.QuerySet["Matter"]):
    def visible_to(self, staff: Staff, at: datetime.datetime) -> "MatterQuerySet":
        """What exists for this person: a clerk sees no complaint that a colleague has, and nothing of another hall."""
        if staff.has_perm("accounts.see_every_branch"):
            return self
        branch = Q(branch_id=staff.branch_id or 0)
        if staff.has_perm("service_quality.see_branch_matters"):
            return self.filter(branch)
        own = (
            Q(first_responder=staff)
            | Q(handler=staff)
            | Q(pk__in=staff.offered_matters.filter(state="OFFERED").values("matter"))
        )
        posted_to = HallPosting.objects.on(business_date_of(at)).filter(staff=staff).values("hall")
        here = Q(hall__isnull=True) | Q(hall__in=posted_to)
        return self.filter(branch & (own | here & ~Q(kind=Kind.COMPLAINT)))

    def unanswered(self) -> "MatterQuerySet":
        return self.filter(state__in=Matter.UNANSWERED)

    def overdue_at(self, at: datetime.datetime) -> "MatterQuerySet":
        return self.unanswered().filter(due_at__lt=at)

    def late_at(self, at: datetime.datetime) -> "MatterQuerySet":
        """A promise is broken: not answered by the date, or the customer not told by theirs."""
        untold = Q(interim_due_at__lt=at, interim_told_at__isnull=True)
        return self.unanswered().filter(Q(due_at__lt=at) | untold)

    def waiting_for_calendar(self) -> "MatterQuerySet":
        return self.unanswered().filter(due_at__isnull=True)

    def interim_due_at_or_before(self, at: datetime.datetime) -> "MatterQuerySet":
        return self.unanswered().filter(interim_due_at__lte=at, interim_told_at__isnull=True)


class Matter(models.Model):
    """What a customer asked, complained of, praised or reported; whoever heard it first answers for it for ever."""

    Kind, Source, Topic, Severity, Satisfaction = Kind, Source, Topic, Severity, Satisfaction

    class State(models.TextChoices):
        NEW = "NEW", pgettext_lazy("matter", "nobody has it yet")
        OPEN = "OPEN", pgettext_lazy("matter", "in hand")
        ANSWERED = "ANSWERED", pgettext_lazy("matter", "answered")
        CLOSED = "CLOSED", pgettext_lazy("matter", "closed")

    UNANSWERED = (State.NEW, State.OPEN)
    # What may follow what; a matter that is answered at once begins as ANSWERED or CLOSED.
    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        State.NEW: frozenset({State.OPEN, State.CLOSED}),
        State.OPEN: frozenset({State.ANSWERED, State.CLOSED}),
        State.ANSWERED: frozenset({State.OPEN, State.CLOSED}),
        State.CLOSED: frozenset({State.OPEN}),
    }

    number = models.CharField(_("number"), max_length=20, unique=True)
    code = models.CharField(_("code for the customer"), max_length=8)
    request_id = models.UUIDField(_("request"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind of matter"), max_length=12, choices=Kind)
    source = models.CharField(_("how it came"), max_length=8, choices=Source)
    topic = models.CharField(_("about"), max_length=12, choices=Topic, default=Topic.OTHER)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, default=Severity.NORMAL)
    is_special = models.BooleanField(_("special case"), default=False)
    external_number = models.CharField(_("number at the hotline"), max_length=40, blank=True)
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="matters", null=True, blank=True, verbose_name=_("account")
    )
    contact_name = models.CharField(_("name of the customer"), max_length=60, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="matters", verbose_name=_("branch"))
    hall = models.ForeignKey(
        Hall, models.PROTECT, related_name="matters", null=True, blank=True, verbose_name=_("hall")
    )
    text = models.TextField(_("what the customer said"), max_length=2000)
    first_responder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="first_matters", null=True, blank=True,
        verbose_name=_("first responder"),
    )  # fmt: skip
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="handled_matters", null=True, blank=True,
        verbose_name=_("handler"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=8, choices=State)
    opened_at = models.DateTimeField(_("taken at"))
    policy = models.ForeignKey(
        MatterPolicy, models.PROTECT, related_name="matters", verbose_name=_("time limit")
    )
    # Where the clocks run from: when it was taken, or reopened.
    clock_from = models.DateTimeField(_("clocks run from"))
    warn_at = models.DateTimeField(_("warned at"), null=True, blank=True)
    due_at = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    interim_due_at = models.DateTimeField(_("customer to be told by"), null=True, blank=True)
    interim_told_at = models.DateTimeField(_("customer told at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    # Said once, when it is answered for the first time: later changes of clocks do not touch it.
    kept_promise = models.BooleanField(_("answered in time"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    upheld = models.BooleanField(_("upheld"), null=True, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="answered_for", null=True, blank=True,
        verbose_name=_("person responsible"),
    )  # fmt: skip
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, related_name="duplicates", null=True, blank=True, verbose_name=_("same as")
    )
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    reopenings = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    escalation = models.PositiveSmallIntegerField(_("escalated to level"), default=0)
    written_reminder_at = models.DateTimeField(_("reminded in writing at"), null=True, blank=True)
    revisit_due_on = models.DateField(_("to be asked back on"), null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(
        _("satisfaction"), choices=Satisfaction, null=True, blank=True
    )
    satisfaction_at = models.DateTimeField(_("satisfaction said at"), null=True, blank=True)

    objects: ClassVar = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = _("matter")
        verbose_name_plural = _("matters")
        ordering = ("-opened_at",)
        permissions = [
            ("see_branch_matters", "Can see every matter of the branch, complaints included"),
            ("dispatch_matter", "Can hand over, remind and close matters of others"),
            ("decide_extension", "Can decide an extension that somebody else asked for"),
        ]
        indexes = [
            models.Index(fields=["branch", "state", "due_at"], name="matter_by_branch_and_limit"),
            models.Index(fields=["handler", "state", "due_at"], name="matter_by_handler_and_limit"),
            models.Index(fields=["phone", "code"], name="matter_by_phone_and_code"),
            models.Index(
                fields=["responsible", "opened_at"], name="matter_by_responsible", condition=Q(upheld=True)
            ),
            models.Index(fields=["first_responder", "opened_at"], name="matter_by_first_responder"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="matter_says_something"),
            models.CheckConstraint(
                condition=~Q(kind="COMPLAINT") | ~Q(phone="") | Q(account__isnull=False),
                name="complaint_has_a_contact",
            ),
            models.CheckConstraint(
                condition=Q(state="NEW", first_responder__isnull=True, handler__isnull=True)
                | Q(state="CLOSED", duplicate_of__isnull=False)
                | ~Q(state="NEW") & Q(first_responder__isnull=False, handler__isnull=False),
                name="matter_has_a_first_responder_and_a_handler",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["NEW", "OPEN"], answered_at__isnull=True, closed_at__isnull=True)
                | Q(state="ANSWERED", answered_at__isnull=False, closed_at__isnull=True)
                | Q(state="CLOSED", closed_at__isnull=False)
                & (Q(answered_at__isnull=False) | Q(duplicate_of__isnull=False)),
                name="matter_is_closed_with_an_answer",
            ),
            models.CheckConstraint(
                condition=~Q(state="CLOSED", kind="COMPLAINT", duplicate_of__isnull=True)
                | Q(upheld__isnull=False),
                name="closed_complaint_is_upheld_or_not",
            ),
            models.CheckConstraint(
                condition=~Q(upheld=True) | Q(responsible__isnull=False),
                name="upheld_names_the_person_responsible",
            ),
            models.CheckConstraint(
                condition=Q(responsible__isnull=True) | Q(upheld__isnull=False, upheld=True),
                name="only_upheld_names_a_person",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("id")),
                name="matter_is_not_its_own_double",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True, satisfaction_at__isnull=True)
                | Q(satisfaction__range=(1, 5), satisfaction_at__isnull=False),
                name="satisfaction_has_five_levels",
            ),
            models.CheckConstraint(
                condition=Q(interim_told_at__isnull=True) | Q(interim_told_at__gte=F("opened_at")),
                name="customer_is_told_after_the_matter_was_taken",
            ),
            models.UniqueConstraint(
                fields=["external_number"],
                condition=~Q(external_number=""),
                name="hotline_number_stands_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("service_quality:matter_detail", args=[self.number])

    def customer_name(self) -> str:
        """As it was said, or that of the account; "" when nobody knows."""
        return self.contact_name or (self.account.customer.name if self.account else "")

    @property
    def is_unanswered(self) -> bool:
        return self.state in self.UNANSWERED

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def is_urgent(self) -> bool:
        return self.severity == self.Severity.URGENT

    @property
    def lacks_a_date(self) -> bool:
        """The working calendar does not reach far enough: there is no date, and none is guessed."""
        return self.is_unanswered and self.due_at is None

    def is_overdue_at(self, at: datetime.datetime) -> bool:
        return self.is_unanswered and self.due_at is not None and self.due_at < at

    def late_since(self, at: datetime.datetime) -> datetime.datetime | None:
        """The date of the first promise that is broken now; None while all are kept."""
        dates = [self.due_at] + ([self.interim_due_at] if self.interim_is_pending() else [])
        broken = [one for one in dates if one is not None and one < at]
        return min(broken) if broken and self.is_unanswered else None

    def interim_is_pending(self) -> bool:
        return self.is_unanswered and self.interim_due_at is not None and self.interim_told_at is None
