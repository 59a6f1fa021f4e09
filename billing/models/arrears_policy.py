from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch
from accounts.models.account import Service
from billing.models.amount import MoneyField, at_least
from billing.money import NO_MONEY


class ArrearsPolicy(models.Model):
    """The ladder for the debts of one service, of one branch or all, of residents or of the others."""

    class CustomerClass(models.TextChoices):
        RESIDENT = "RESIDENT", _("residents")
        OTHER = "OTHER", _("units and shops")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    service = models.CharField(_("service"), max_length=12, choices=Service)
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    customer_class = models.CharField(_("customers"), max_length=10, choices=CustomerClass)

    class Meta:
        verbose_name = _("arrears policy")
        verbose_name_plural = _("arrears policies")
        ordering = ("service", "customer_class", "code")
        constraints: ClassVar = [
            models.UniqueConstraint(
                "service",
                "customer_class",
                Coalesce(F("branch"), 0),
                name="service_has_one_ladder_for_a_class_in_a_branch",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ArrearsPolicyVersion(models.Model):
    """A policy from a date on. A case keeps the version that it began under; an approved version never changes."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("draft")
        APPROVED = "APPROVED", _("approved")

    policy = models.ForeignKey(
        ArrearsPolicy, models.PROTECT, related_name="versions", verbose_name=_("policy")
    )
    effective_from = models.DateField(_("effective from"))
    # An account comes onto the ladder when its oldest bill is overdue so long and its debt is so high.
    min_overdue_days = models.PositiveSmallIntegerField(_("days overdue at least"), default=1)
    threshold = MoneyField(_("debt at least"), default=NO_MONEY)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    source = models.CharField(_("decided in"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )

    # Why the one who approves sent a draft back; empty once its maker has changed it.
    sent_back_for = models.CharField(
        _("sent back because"), max_length=200, blank=True, default="", db_default=""
    )
    sent_back_at = models.DateTimeField(_("sent back at"), null=True)
    sent_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("sent back by")
    )

    class Meta:
        verbose_name = _("version of an arrears policy")
        verbose_name_plural = _("versions of arrears policies")
        ordering = ("policy", "-effective_from")
        permissions = [("approve_arrearspolicyversion", "Can approve an arrears policy")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["policy", "effective_from"],
                condition=Q(state="APPROVED"),
                name="policy_changes_once_a_day",
            ),
            models.CheckConstraint(condition=at_least("threshold", NO_MONEY), name="threshold_is_money"),
            models.CheckConstraint(
                condition=Q(state="DRAFT", approved_by__isnull=True, approved_at__isnull=True)
                | Q(state="APPROVED", approved_by__isnull=False, approved_at__isnull=False)
                & ~Q(approved_by=F("made_by")),
                name="arrears_policy_is_approved_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.effective_from}"


class PolicyStep(models.Model):
    """One rung of the ladder. None may be left out; each waits for proof of the one before (peers.md L7)."""

    class Stage(models.TextChoices):
        """一催 二限 三停."""

        INFORM = "INFORM", _("inform")
        LETTER = "LETTER", _("letter of demand")
        RESTRICT = "RESTRICT", _("restrict supply")
        STOP = "STOP", _("stop supply")

    class Channel(models.TextChoices):
        SMS = "SMS", _("SMS")
        CALL = "CALL", _("call")
        LETTER = "LETTER", _("letter")
        ORDER = "ORDER", _("order to the field")

    class Forbidden(models.TextChoices):
        """When a step may not be carried out (domain.md 2.3.3)."""

        WEEKEND = "WEEKEND", _("on a weekend")
        BEFORE_WEEKEND = "BEFORE_WEEKEND", _("the day before a weekend")
        HOLIDAY = "HOLIDAY", _("on a holiday")
        BEFORE_HOLIDAY = "BEFORE_HOLIDAY", _("the day before a holiday")
        AFTER_HOURS = "AFTER_HOURS", _("after the latest hour")
        FLAGGED_DAY = "FLAGGED_DAY", _("on exam days, in weather alerts, on guarantee days")

    version = models.ForeignKey(
        ArrearsPolicyVersion, models.CASCADE, related_name="steps", verbose_name=_("version")
    )
    position = models.PositiveSmallIntegerField(_("position"), validators=[MinValueValidator(1)])
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    # A name of templates/notices/: the sentence or the paper that goes out.
    template = models.SlugField(_("template"), max_length=40)
    # Days since the notice of the step before was delivered; for the first one since the due date.
    min_days = models.PositiveSmallIntegerField(_("days since the delivered step before"))
    # A stop is announced so many days, and told again so many minutes, before it is carried out.
    notice_days = models.PositiveSmallIntegerField(_("announced days before"), default=0)
    # A notice that is older on the day of the cut has run out; 0: it does not.
    notice_valid_days = models.PositiveSmallIntegerField(
        _("announcement valid for days"), default=0, db_default=0
    )
    last_word_minutes = models.PositiveSmallIntegerField(_("told again minutes before"), default=0)
    needs_approval = models.BooleanField(_("needs approval"), default=False)
    limits_supply = models.BooleanField(_("limits supply"), default=False)
    stops_supply = models.BooleanField(_("stops supply"), default=False)
    suspends_business = models.BooleanField(_("suspends business"), default=False)
    refuses_next_season = models.BooleanField(_("refuses the next season"), default=False)
    forbidden = ArrayField(
        models.CharField(max_length=16, choices=Forbidden), verbose_name=_("not"), default=list, blank=True
    )
    latest_hour = models.PositiveSmallIntegerField(_("not after, o'clock"), default=16)

    class Meta:
        verbose_name = _("step of an arrears policy")
        verbose_name_plural = _("steps of arrears policies")
        ordering = ("version", "position")
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="steps_are_numbered"),
            models.CheckConstraint(
                condition=~Q(stage__in=["RESTRICT", "STOP"]) | Q(channel="ORDER", needs_approval=True),
                name="supply_is_touched_by_an_approved_order",
            ),
            models.CheckConstraint(
                condition=Q(stage="STOP") | Q(stops_supply=False), name="only_a_stop_stops_supply"
            ),
            models.CheckConstraint(condition=Q(latest_hour__lte=24), name="latest_hour_is_an_hour"),
            models.CheckConstraint(
                condition=Q(notice_valid_days=0) | Q(notice_valid_days__gte=F("notice_days")),
                name="notice_is_valid_until_it_may_be_acted_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.get_stage_display()}"


class FlaggedDay(models.Model):
    """A day on which nobody is cut off: exams, weather alerts, guarantee days, the cut-over of the system."""

    class Kind(models.TextChoices):
        EXAM = "EXAM", _("entrance exam")
        WEATHER = "WEATHER", _("weather alert, orange or red")
        GUARANTEE = "GUARANTEE", _("day of guaranteed supply")
        CUT_OVER = "CUT_OVER", _("cut-over of the system")

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    note = models.CharField(_("note"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("day without cut-offs")
        verbose_name_plural = _("days without cut-offs")
        ordering = ("-day",)
        constraints = [
            models.UniqueConstraint("day", "kind", Coalesce(F("branch"), 0), name="day_is_flagged_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.get_kind_display()}"
