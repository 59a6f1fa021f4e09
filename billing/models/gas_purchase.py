from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.card_content import CardCode
from billing.models.bill import Bill
from billing.models.gas_card import GasCard

LARGEST_VOLUME = 999_999


class GasPurchase(models.Model):
    """Gas that an account may take from its meter: bought, made good (补气), or used before it was paid."""

    class Kind(models.TextChoices):
        SALE = "SALE", _("gas purchase")
        MAKE_GOOD = "MAKE_GOOD", _("make-good gas")
        OVERUSE = "OVERUSE", _("gas used beyond what was bought")

    class State(models.TextChoices):
        LIVE = "LIVE", pgettext_lazy("gas purchase", "counts")
        REVERSED = "REVERSED", pgettext_lazy("gas purchase", "undone")

    card = models.ForeignKey(GasCard, models.PROTECT, related_name="purchases", verbose_name=_("gas card"))
    bill = models.OneToOneField(
        Bill, models.PROTECT, null=True, related_name="gas_purchase", verbose_name=_("bill")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SALE)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.LIVE)
    volume = models.PositiveIntegerField(_("volume, m³"))
    # The purchase count that the meter expects with this gas; what was used already is not on a card.
    sequence = models.PositiveIntegerField(_("purchase count"), null=True)
    request_id = models.UUIDField(_("request"), unique=True)
    fingerprint = models.CharField(_("fingerprint of the request"), max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_on = models.DateField(_("business date"))
    made_at = models.DateTimeField(_("at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )

    class Meta:
        verbose_name = _("gas purchase")
        verbose_name_plural = _("gas purchases")
        ordering = ("card", "id")
        permissions = [
            ("sell_gas", "Can sell gas on a card"),
            ("make_gas_good", "Can put gas on a card that was paid before"),
            ("approve_make_good", "Can approve make-good gas"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(volume__gte=1, volume__lte=LARGEST_VOLUME),
                name="gas_is_sold_in_whole_cubic_metres",
            ),
            models.CheckConstraint(
                condition=Q(kind="OVERUSE", sequence__isnull=True)
                | ~Q(kind="OVERUSE") & Q(sequence__isnull=False, sequence__gte=1),
                name="gas_that_goes_on_a_card_has_a_count",
            ),
            models.CheckConstraint(
                condition=Q(kind="MAKE_GOOD", bill__isnull=True)
                | ~Q(kind="MAKE_GOOD") & Q(bill__isnull=False),
                name="gas_is_billed_unless_it_was_paid_before",
            ),
            models.CheckConstraint(
                condition=~Q(kind="MAKE_GOOD")
                | Q(approved_by__isnull=False, made_by__isnull=False) & ~Q(approved_by=F("made_by")),
                name="make_good_gas_is_approved_by_a_second_person",
            ),
            models.UniqueConstraint(
                fields=["card", "sequence"],
                condition=Q(state="LIVE"),
                name="gas_card_counts_each_purchase_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card} #{self.sequence or '-'} {self.volume} m³"


class CardWrite(models.Model):
    """What has to be put on a card: a new card, gas, or gas taken off again. Open until the card holds it."""

    class Kind(models.TextChoices):
        ISSUE = "ISSUE", _("new card")
        LOAD = "LOAD", _("gas onto the card")
        CLEAR = "CLEAR", _("gas off the card")

    class State(models.TextChoices):
        PENDING = "PENDING", pgettext_lazy("card write", "not written yet")
        WRITTEN = "WRITTEN", pgettext_lazy("card write", "written")
        FAILED = "FAILED", pgettext_lazy("card write", "failed")
        ABANDONED = "ABANDONED", pgettext_lazy("card write", "given up")

    UNFINISHED = (State.PENDING, State.FAILED)
    CARRIES_GAS = (Kind.ISSUE, Kind.LOAD)

    card = models.ForeignKey(GasCard, models.PROTECT, related_name="writes", verbose_name=_("gas card"))
    purchase = models.ForeignKey(
        GasPurchase, models.PROTECT, null=True, related_name="writes", verbose_name=_("gas purchase")
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    # What the card holds once it is written.
    sequence = models.PositiveIntegerField(_("purchase count"))
    volume = models.PositiveIntegerField(_("volume, m³"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PENDING)
    # Set before the reader touches the card, taken back only when the card was seen without it.
    may_be_on_card = models.BooleanField(_("the card may hold it"), default=False)
    last_code = models.PositiveSmallIntegerField(_("last result"), choices=CardCode, null=True)
    asked_at = models.DateTimeField(_("asked for at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked for by")
    )
    claimed_at = models.DateTimeField(_("at the reader since"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("card write")
        verbose_name_plural = _("card writes")
        ordering = ("id",)
        indexes = [
            models.Index(
                fields=["asked_by"],
                condition=Q(state__in=["PENDING", "FAILED"]),
                name="unfinished_card_writes",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="ISSUE")
                | Q(kind="LOAD", purchase__isnull=False, volume__gte=1)
                | Q(kind="CLEAR", purchase__isnull=False, volume=0),
                name="card_write_of_gas_names_its_purchase",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["PENDING", "FAILED"], finished_at__isnull=True)
                | Q(state__in=["WRITTEN", "ABANDONED"], finished_at__isnull=False),
                name="card_write_is_open_until_it_is_finished",
            ),
            models.UniqueConstraint(
                fields=["purchase"],
                condition=Q(kind__in=["ISSUE", "LOAD"]) & ~Q(state="ABANDONED"),
                name="gas_purchase_is_carried_by_one_card_write",
            ),
            models.UniqueConstraint(
                fields=["card"],
                condition=Q(state__in=["PENDING", "FAILED"]),
                name="gas_card_has_one_unfinished_write",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.card_id}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED


class CardWriteAttempt(models.Model):
    """One try at the reader: who, where, when, with which result, and what the card held afterwards."""

    write = models.ForeignKey(
        CardWrite, models.PROTECT, related_name="attempts", verbose_name=_("card write")
    )
    code = models.PositiveSmallIntegerField(_("result"), choices=CardCode)
    found_count = models.PositiveIntegerField(_("purchase count on the card"), null=True)
    found_volume = models.PositiveIntegerField(_("volume on the card, m³"), null=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    tried_at = models.DateTimeField(_("at"))
    tried_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("attempt to write a card")
        verbose_name_plural = _("attempts to write a card")
        ordering = ("write", "id")

    def __str__(self) -> str:
        return f"{self.write_id} {self.get_code_display()}"
