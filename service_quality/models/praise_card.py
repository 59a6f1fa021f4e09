from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Staff
from accounts.models.organisation import in_current_language
from billing.models import Payment
from counters.models import Hall


class CardSerial(models.Model):
    """Where the serial numbers of a row stand: paper of a year, electronic of a year."""

    prefix = models.CharField(_("prefix"), max_length=10, unique=True)
    last = models.PositiveIntegerField(_("last number given out"))

    class Meta:
        verbose_name = _("row of serial numbers")
        verbose_name_plural = _("rows of serial numbers")

    def __str__(self) -> str:
        return f"{self.prefix} {self.last}"


class CardBook(models.Model):
    """Cards with serial numbers, printed to lie in a hall."""

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="card_books", verbose_name=_("hall"))
    prefix = models.CharField(_("prefix"), max_length=10)
    first = models.PositiveIntegerField(_("first number"))
    last = models.PositiveIntegerField(_("last number"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("book of 5P cards")
        verbose_name_plural = _("books of 5P cards")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(first__gte=1, last__gte=F("first")), name="card_book_holds_at_least_one_card"
            ),
            models.UniqueConstraint(fields=["prefix", "first"], name="card_book_begins_where_no_other_does"),
        ]

    def __str__(self) -> str:
        return f"{serial_text(self.prefix, self.first)} – {serial_text(self.prefix, self.last)}"

    def serials(self) -> list[str]:
        return [serial_text(self.prefix, number) for number in range(self.first, self.last + 1)]


class PraiseCardQuerySet(models.QuerySet["PraiseCard"]):
    def standing(self) -> "PraiseCardQuerySet":
        return self.filter(voided_at__isnull=True)

    def visible_to(self, staff: Staff) -> "PraiseCardQuerySet":
        """Who sees one branch sees the cards that somebody of it received or gave."""
        if staff.has_perm("accounts.see_every_branch"):
            return self
        branch = staff.branch_id or 0
        return self.filter(Q(receiver__branch_id=branch) | Q(giver__branch_id=branch))


class PraiseCard(models.Model):
    """A 5P card (5P卡): somebody thanks somebody at work for one of five things."""

    class Kind(models.TextChoices):
        POLITE = "POLITE", _("polite")
        PATIENT = "PATIENT", _("patient")
        POSITIVE = "POSITIVE", _("positive")
        PASSIONATE = "PASSIONATE", _("passionate")
        PROFESSIONAL = "PROFESSIONAL", _("professional")

    class Source(models.TextChoices):
        CUSTOMER = "CUSTOMER", pgettext_lazy("giver", "customer")
        COLLEAGUE = "COLLEAGUE", pgettext_lazy("giver", "colleague")
        SUPERIOR = "SUPERIOR", pgettext_lazy("giver", "superior")
        SUBORDINATE = "SUBORDINATE", pgettext_lazy("giver", "subordinate")

    class Medium(models.TextChoices):
        PAPER = "PAPER", _("on paper")
        ELECTRONIC = "ELECTRONIC", _("electronic")
        TAKEN_OVER = "TAKEN_OVER", _("taken over from the paper books")

    serial = models.CharField(_("serial number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    source = models.CharField(pgettext_lazy("card", "from"), max_length=11, choices=Source)
    medium = models.CharField(_("medium"), max_length=10, choices=Medium)
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="cards_received", verbose_name=_("receiver")
    )
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="cards_given",
        verbose_name=_("giver"),
    )
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, related_name="praise_cards", verbose_name=_("payment")
    )
    text = models.CharField(_("words"), max_length=200, blank=True)
    given_on = models.DateField(_("given on"))
    entered_at = models.DateTimeField(_("entered at"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by")
    )
    # Anybody may write anything: no word of a customer hangs in the hall before somebody has read it.
    shown_at = models.DateTimeField(_("words shown since"), null=True)
    shown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("shown by")
    )
    voided_at = models.DateTimeField(_("voided at"), null=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("voided by")
    )
    void_reason = models.CharField(_("reason for voiding"), max_length=200, blank=True)

    objects: ClassVar = PraiseCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("5P card")
        verbose_name_plural = _("5P cards")
        ordering = ("-given_on", "-id")
        permissions = [
            ("give_praisecard", "Can give a 5P card"),
            ("enter_praisecard", "Can enter 5P cards that came on paper"),
            ("void_praisecard", "Can void a 5P card"),
        ]
        indexes = [models.Index(fields=["given_on", "receiver"], name="cards_of_a_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(giver__isnull=True) | ~Q(giver=F("receiver")),
                name="card_is_not_given_to_oneself",
            ),
            models.CheckConstraint(
                condition=Q(source="CUSTOMER", giver__isnull=True)
                | ~Q(source="CUSTOMER") & Q(giver__isnull=False, payment__isnull=True),
                name="card_of_a_colleague_names_its_giver",
            ),
            models.CheckConstraint(
                condition=~Q(source="CUSTOMER") | Q(payment__isnull=False) | Q(medium="TAKEN_OVER"),
                name="card_of_a_customer_names_the_payment",
            ),
            models.UniqueConstraint(
                fields=["giver", "receiver", "given_on"],
                condition=Q(voided_at__isnull=True, giver__isnull=False),
                name="one_card_a_day_to_the_same_person",
            ),
            models.UniqueConstraint(
                fields=["payment", "source"],
                condition=Q(voided_at__isnull=True, payment__isnull=False),
                name="one_card_for_a_receipt",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True, void_reason="")
                | Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason=""),
                name="card_is_voided_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(medium="PAPER") | Q(entered_by__isnull=False) & ~Q(entered_by=F("receiver")),
                name="card_on_paper_is_entered_by_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def is_void(self) -> bool:
        return self.voided_at is not None


class PromotionLevel(models.Model):
    """A star (晋级): so many cards in a year, and so many of each of the five kinds."""

    name = models.CharField(_("name"), max_length=30, unique=True)
    name_en = models.CharField(_("English name"), max_length=30, blank=True)
    cards = models.PositiveIntegerField(_("cards in a year"))
    each = models.PositiveIntegerField(_("of each kind at least"))

    class Meta:
        verbose_name = _("promotion level")
        verbose_name_plural = _("promotion levels")
        ordering = ("cards",)
        constraints = [
            models.UniqueConstraint(fields=["cards"], name="promotion_levels_differ_in_cards"),
            models.CheckConstraint(
                condition=Q(cards__gte=1) & Q(cards__gte=F("each") * 5),
                name="promotion_level_can_be_reached_with_its_cards",
            ),
        ]

    def __str__(self) -> str:
        return in_current_language(self.name, self.name_en)


def serial_text(prefix: str, number: int) -> str:
    """5P26 and 117 → 5P26-000117."""
    return f"{prefix}-{number:06}"
