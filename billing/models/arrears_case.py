from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Staff
from billing.models.arrears_policy import ArrearsPolicyVersion, PolicyStep


class ArrearsCaseQuerySet(models.QuerySet["ArrearsCase"]):
    def visible_to(self, staff: Staff) -> "ArrearsCaseQuerySet":
        return self.filter(account__in=Account.objects.visible_to(staff))


class ArrearsCase(models.Model):
    """The way of one account up the ladder, from the first overdue day until its debt is gone."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("open")
        CLOSED = "CLOSED", _("closed")

    class Ending(models.TextChoices):
        PAID = "PAID", _("paid")
        BELOW_THRESHOLD = "BELOW_THRESHOLD", _("debt below the threshold")
        WRITTEN_OFF = "WRITTEN_OFF", _("written off")
        CORRECTED = "CORRECTED", _("the bill was corrected")

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="arrears_cases", verbose_name=_("account")
    )
    version = models.ForeignKey(
        ArrearsPolicyVersion, models.PROTECT, related_name="cases", verbose_name=_("policy")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    # Position of the last step that is proved; 0: none yet.
    level = models.PositiveSmallIntegerField(_("steps done"), default=0)
    opened_on = models.DateField(_("opened on"))
    # When the last proved step was delivered: the next one counts from here.
    reached_on = models.DateField(_("last step delivered on"), null=True)
    closed_on = models.DateField(_("closed on"), null=True)
    ending = models.CharField(_("ended because"), max_length=16, choices=Ending, blank=True)

    objects: ClassVar = ArrearsCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrears case")
        verbose_name_plural = _("arrears cases")
        ordering = ("-id",)
        permissions = [("run_arrears", "Can run the arrears ladder by hand")]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state="OPEN"), name="account_has_one_open_case"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_on__isnull=True, ending="")
                | Q(state="CLOSED", closed_on__isnull=False) & ~Q(ending=""),
                name="closed_case_says_why",
            ),
            models.CheckConstraint(
                condition=Q(level=0, reached_on__isnull=True) | Q(level__gte=1, reached_on__isnull=False),
                name="level_is_reached_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.opened_on}"


class CaseStep(models.Model):
    """One step of a case with what became of it. Its document, its proof and its re-check stay for ever."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("waits for approval")
        DUE = "DUE", _("to be done")
        SENT = "SENT", _("on its way")
        DONE = "DONE", _("delivered")
        FAILED = "FAILED", _("not delivered")
        CANCELLED = "CANCELLED", _("no longer needed")

    LIVE: ClassVar = (State.PROPOSED, State.DUE, State.SENT, State.DONE)
    WAITING: ClassVar = (State.PROPOSED, State.DUE, State.SENT)

    case = models.ForeignKey(ArrearsCase, models.PROTECT, related_name="steps", verbose_name=_("case"))
    rule = models.ForeignKey(PolicyStep, models.PROTECT, related_name="+", verbose_name=_("step"))
    position = models.PositiveSmallIntegerField(_("position"))
    state = models.CharField(_("state"), max_length=10, choices=State)
    raised_on = models.DateField(_("raised on"))
    # What was owed when it was raised, and which bills: the re-check compares.
    facts = models.JSONField(_("facts"), default=dict)
    approved_at = models.DateTimeField(_("approved at"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    done_at = models.DateTimeField(_("delivered at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reason = models.CharField(_("why it ended"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("step of a case")
        verbose_name_plural = _("steps of cases")
        ordering = ("case", "position", "id")
        permissions = [("approve_casestep", "Can approve a step that touches supply")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "position"],
                condition=Q(state__in=["PROPOSED", "DUE", "SENT", "DONE"]),
                name="case_takes_a_step_once",
            ),
            models.CheckConstraint(
                condition=Q(state="DONE", done_at__isnull=False) | ~Q(state="DONE") & Q(done_at__isnull=True),
                name="delivered_step_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="step_is_approved_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.position}"


class DeliveryProof(models.Model):
    """What proves that a step reached the customer, in the order of its strength (domain.md 2.6.2)."""

    class Kind(models.TextChoices):
        SIGNED = "SIGNED", _("signed receipt")
        POST = "POST", _("registered mail with the letter named on the waybill")
        CALL = "CALL", _("recorded call")
        SMS_REPORT = "SMS_REPORT", _("SMS with delivery report")
        DOOR_PHOTO = "DOOR_PHOTO", _("notice at the door, with photo")
        ORDER = "ORDER", _("order carried out")

    step = models.ForeignKey(CaseStep, models.PROTECT, related_name="proofs", verbose_name=_("step"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    delivered_at = models.DateTimeField(_("delivered at"))
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    place = models.CharField(_("place"), max_length=100, blank=True)
    photo = models.CharField(_("photo"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )

    class Meta:
        verbose_name = _("proof of delivery")
        verbose_name_plural = _("proofs of delivery")
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="DOOR_PHOTO") | ~Q(photo=""), name="notice_at_the_door_has_a_photo"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["POST", "CALL", "SMS_REPORT"]) | ~Q(reference=""),
                name="proof_has_a_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.get_kind_display()}"
