import secrets
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Branch
from accounts.models.organisation import in_current_language
from billing.models.amount import MoneyField, at_least
from billing.money import NO_MONEY

KEY_BYTES = 12


def new_public_key() -> str:
    """The part of the address of kiosk and board that nobody guesses; the devices of the hall are set to it."""
    return secrets.token_urlsafe(KEY_BYTES)


class Hall(models.Model):
    """A payment hall (营业厅): windows under one roof."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="halls", verbose_name=_("branch"))
    number = models.PositiveSmallIntegerField(_("hall number"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    largest_float = MoneyField(_("largest float"), default=Decimal("500.00"))
    difference_limit = MoneyField(_("cash difference that one person may explain"), default=Decimal("10.00"))
    public_key = models.CharField(
        _("key of kiosk and board"), max_length=32, unique=True, default=new_public_key
    )
    announcement = models.TextField(_("announcement on the board"), max_length=500, blank=True)
    # Seed 001: 窗口排队用户在5名以下. Four is the largest number that is below five (domain.md 4.6).
    pause_queue_max = models.PositiveSmallIntegerField(_("most who may wait when somebody pauses"), default=4)
    fewest_windows_at_work = models.PositiveSmallIntegerField(
        _("fewest windows that stay at work during a pause"), default=1
    )
    # Two visitors at two kiosks are slower than this; a child at the buttons is not.
    tickets_in_ten_seconds = models.PositiveSmallIntegerField(_("most tickets within ten seconds"), default=4)

    class Meta:
        verbose_name = _("hall")
        verbose_name_plural = _("halls")
        ordering = ("number",)
        constraints = [
            models.CheckConstraint(
                condition=at_least("largest_float", NO_MONEY) & at_least("difference_limit", NO_MONEY),
                name="hall_limits_are_money",
            ),
            models.CheckConstraint(
                condition=Q(tickets_in_ten_seconds__gte=1), name="kiosk_of_a_hall_gives_tickets"
            ),
            models.CheckConstraint(condition=~Q(public_key=""), name="hall_has_a_public_key"),
        ]

    def __str__(self) -> str:
        return in_current_language(self.name, self.name_en)


class Window(models.Model):
    """A place at the counter where one clerk serves one customer at a time."""

    class CardReader(models.TextChoices):
        NONE = "", _("no card reader")
        FILE = "FILE", _("files instead of cards, for practice")
        AGENT = "AGENT", _("a reader at the window's own computer")

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="windows", verbose_name=_("hall"))
    number = models.PositiveSmallIntegerField(_("window number"))
    takes_money = models.BooleanField(_("takes money"), default=True)
    is_priority = models.BooleanField(
        _("priority window for the old, ill, disabled and pregnant"), default=False
    )

    card_reader = models.CharField(
        _("card reader"), max_length=5, choices=CardReader, default=CardReader.NONE, blank=True
    )

    class Meta:
        verbose_name = _("window")
        verbose_name_plural = _("windows")
        ordering = ("hall", "number")
        constraints = [
            models.UniqueConstraint(fields=["hall", "number"], name="window_numbers_are_unique_in_a_hall"),
            models.CheckConstraint(condition=Q(number__gte=1), name="window_numbers_start_at_one"),
        ]

    def __str__(self) -> str:
        return str(_("%(hall)s, window %(number)s")) % {"hall": self.hall, "number": self.number}
