from typing import ClassVar

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact, Staff
from billing.models.arrears_case import CaseStep


class MailingQuerySet(models.QuerySet["Mailing"]):
    def visible_to(self, staff: Staff) -> "MailingQuerySet":
        """Those whose every message or letter is to an account that this person sees; an empty one to its maker."""
        if staff.has_perm("accounts.see_every_branch"):
            return self
        others = ~Q(account__branch=staff.branch_id or 0)
        foreign = [
            apps.get_model("billing", name).objects.filter(others, mailing=models.OuterRef("pk"))
            for name in ("Message", "Letter")
        ]
        return self.filter(*(~models.Exists(rows) for rows in foreign), made_by__branch=staff.branch_id or 0)


class Mailing(models.Model):
    """A bulk of messages or letters made from a list of accounts, with those left out counted by reason."""

    class Kind(models.TextChoices):
        SMS = "SMS", _("SMS")
        CALLS = "CALLS", _("call list")
        LETTERS = "LETTERS", _("letters")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    template = models.SlugField(_("template"), max_length=40)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    wanted = models.PositiveIntegerField(_("chosen accounts"))
    left_out = models.JSONField(_("left out, by reason"), default=dict)
    # Accounts that no worker has come to yet.
    waiting = ArrayField(
        models.BigIntegerField(), verbose_name=_("not looked at yet"), default=list, blank=True
    )
    # Who had a message within so many days gets none.
    spare_days = models.PositiveSmallIntegerField(_("days without another message"), default=0)

    objects: ClassVar = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ("-id",)
        indexes = [models.Index(fields=["id"], condition=~Q(waiting=[]), name="mailings_at_work")]
        permissions = [("send_mailing", "Can send messages and letters to those who owe")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def is_at_work(self) -> bool:
        return bool(self.waiting)

    @property
    def looked_at(self) -> int:
        return self.wanted - len(self.waiting)


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, staff: Staff) -> "MessageQuerySet":
        # No look at any account for whoever sees all of them.
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(account__in=Account.objects.visible_to(staff))


class Message(models.Model):
    """A reminder to one account. The row is written first and claimed before it is sent: never twice, never lost.

    A worker that dies after claiming leaves UNSURE: asked for at the gateway or decided by a person, never resent
    blindly (reliability.md 23).
    """

    class State(models.TextChoices):
        QUEUED = "QUEUED", _("to be sent")
        CLAIMED = "CLAIMED", _("being sent")
        SENT = "SENT", _("sent")
        DELIVERED = "DELIVERED", _("delivered")
        FAILED = "FAILED", _("not delivered")
        UNSURE = "UNSURE", _("unsure")
        CANCELLED = "CANCELLED", _("no longer needed")

    account = models.ForeignKey(Account, models.PROTECT, related_name="messages", verbose_name=_("account"))
    step = models.ForeignKey(
        CaseStep, models.PROTECT, null=True, related_name="messages", verbose_name=_("step of a case")
    )
    mailing = models.ForeignKey(
        Mailing, models.PROTECT, null=True, related_name="messages", verbose_name=_("mailing")
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, related_name="+", verbose_name=_("contact")
    )
    phone = models.CharField(_("phone"), max_length=20)
    template = models.SlugField(_("template"), max_length=40)
    text = models.CharField(_("text"), max_length=500)
    # What the sentence was filled with: a provider has the sentence itself and is told these alone.
    fields = models.JSONField(_("fields"), default=dict)
    # Stable for ever: what the gateway knows this reminder by, and what forbids a second row for it.
    dedupe_key = models.CharField(_("dedupe key"), max_length=64, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    queued_at = models.DateTimeField(_("queued at"))
    claimed_at = models.DateTimeField(_("claimed at"), null=True)
    claimed_by = models.CharField(_("claimed by"), max_length=80, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    reported_at = models.DateTimeField(_("reported at"), null=True)
    gateway_id = models.CharField(_("number at the gateway"), max_length=80, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )

    objects: ClassVar = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-id",)
        permissions = [("decide_unsure_message", "Can decide what became of an unsure message")]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="QUEUED"), name="messages_to_be_sent"),
            models.Index(fields=["claimed_at"], condition=Q(state="CLAIMED"), name="messages_being_sent"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["QUEUED", "CANCELLED"]) | Q(claimed_at__isnull=False),
                name="message_is_claimed_before_it_is_sent",
            ),
            models.CheckConstraint(condition=~Q(dedupe_key=""), name="message_has_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.get_state_display()}"


class OptOut(models.Model):
    """This customer's number wants no reminders by SMS (退订). Letters and calls go on."""

    phone = models.CharField(_("phone"), max_length=20, unique=True)
    since = models.DateTimeField(_("since"))
    source = models.CharField(_("how it was said"), max_length=100)

    class Meta:
        verbose_name = _("number that wants no SMS")
        verbose_name_plural = _("numbers that want no SMS")

    def __str__(self) -> str:
        return f"…{self.phone[-4:]}"


class ContactAttempt(models.Model):
    """A call or a visit, with its result by one key."""

    class Way(models.TextChoices):
        CALL = "CALL", _("call")
        VISIT = "VISIT", _("visit")

    class Result(models.TextChoices):
        PROMISED = "PROMISED", _("promises to pay")
        REFUSED = "REFUSED", _("refuses")
        MOVED = "MOVED", _("moved away")
        WRONG_NUMBER = "WRONG_NUMBER", _("wrong number")
        NO_ANSWER = "NO_ANSWER", _("no answer")
        HARDSHIP = "HARDSHIP", _("hardship")
        DISPUTES = "DISPUTES", _("disputes the bill")
        DELIVERED = "DELIVERED", _("paper handed over")
        DEMOLISHED = "DEMOLISHED", _("demolished")

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="contact_attempts", verbose_name=_("account")
    )
    step = models.ForeignKey(
        CaseStep, models.PROTECT, null=True, related_name="attempts", verbose_name=_("step of a case")
    )
    way = models.CharField(_("way"), max_length=8, choices=Way)
    result = models.CharField(_("result"), max_length=12, choices=Result)
    note = models.CharField(_("note"), max_length=200, blank=True)
    recording = models.CharField(_("recording"), max_length=100, blank=True)
    photos = ArrayField(models.CharField(max_length=200), verbose_name=_("photos"), default=list, blank=True)
    place = models.CharField(_("place"), max_length=100, blank=True)
    request_id = models.UUIDField(_("request"), unique=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))

    class Meta:
        verbose_name = _("call or visit")
        verbose_name_plural = _("calls and visits")
        ordering = ("-id",)
        permissions = [("record_contact", "Can record calls, visits and deliveries")]

    def __str__(self) -> str:
        return f"{self.account} {self.get_result_display()}"
