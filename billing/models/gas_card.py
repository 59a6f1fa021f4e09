from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account, Branch, Staff
from billing.card_content import MOST_ON_A_CARD, MeterKind
from billing.models.amount import MoneyField, at_least
from billing.models.meter import HIGHEST_REGISTER
from billing.money import NO_MONEY

LARGEST_TOTAL = 2_000_000_000


class GasCardQuerySet(models.QuerySet["GasCard"]):
    def in_use(self) -> "GasCardQuerySet":
        return self.exclude(state__in=GasCard.OVER)

    def visible_to(self, staff: Staff) -> "GasCardQuerySet":
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(account__branch_id=staff.branch_id or 0)


class GasCard(models.Model):
    """The IC card that carries gas from the counter to the meter of an account."""

    class State(models.TextChoices):
        ACTIVE = "ACTIVE", pgettext_lazy("card", "in use")
        LOST = "LOST", pgettext_lazy("card", "reported lost")
        BLOCKED = "BLOCKED", pgettext_lazy("card", "blocked")
        REPLACED = "REPLACED", pgettext_lazy("card", "replaced")
        VOID = "VOID", pgettext_lazy("card", "void")

    # A card in these states never comes back: its number stays on the black list.
    OVER = (State.REPLACED, State.VOID)
    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        State.ACTIVE: frozenset({State.LOST, State.BLOCKED, State.REPLACED, State.VOID}),
        State.LOST: frozenset({State.ACTIVE, State.REPLACED, State.VOID}),
        State.BLOCKED: frozenset({State.ACTIVE, State.REPLACED, State.VOID}),
        State.REPLACED: frozenset(),
        State.VOID: frozenset(),
    }

    card_no = models.CharField(_("card number"), max_length=8, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="gas_cards", verbose_name=_("account"))
    meter_kind = models.CharField(
        _("kind of meter"), max_length=5, choices=MeterKind, default=MeterKind.SMALL
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.ACTIVE)
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("issued by")
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("replaces the card")
    )
    # What was carried over from the card that this one replaces.
    opening_count = models.PositiveIntegerField(_("purchases on earlier cards"), default=0)
    opening_total = models.PositiveIntegerField(_("gas bought on earlier cards, m³"), default=0)
    purchase_count = models.PositiveIntegerField(_("purchase count"), default=0)
    total_purchased = models.PositiveIntegerField(_("gas bought, m³"), default=0)
    meter_start = models.DecimalField(
        _("mechanical register when the card began"), max_digits=12, decimal_places=3, default=Decimal("0")
    )
    used_before = models.DecimalField(
        _("gas that earlier meters counted, m³"), max_digits=12, decimal_places=3, default=Decimal("0")
    )
    safe_until = models.DateField(_("safety check valid until"), null=True)

    objects: ClassVar = GasCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("gas card")
        verbose_name_plural = _("gas cards")
        ordering = ("card_no",)
        permissions = [
            ("issue_gas_card", "Can issue and replace gas cards"),
            ("block_gas_card", "Can block and void gas cards"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=~Q(state__in=["REPLACED", "VOID"]),
                name="account_has_one_gas_card_in_use",
            ),
            models.CheckConstraint(
                condition=Q(card_no__regex=r"^[0-9]{8}$"), name="gas_card_number_has_eight_digits"
            ),
            models.CheckConstraint(
                condition=Q(purchase_count__gte=F("opening_count"), total_purchased__lte=LARGEST_TOTAL),
                name="gas_card_counts_on_from_the_card_before",
            ),
            models.CheckConstraint(
                condition=Q(meter_start__gte=0, meter_start__lte=HIGHEST_REGISTER)
                & Q(used_before__gte=0, used_before__lte=HIGHEST_REGISTER),
                name="gas_card_begins_at_a_register",
            ),
        ]

    def __str__(self) -> str:
        return self.card_no

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def most_per_purchase(self) -> int:
        """What the meter takes at once, m³."""
        return MOST_ON_A_CARD[MeterKind(self.meter_kind)]

    def may_become(self, state: str) -> bool:
        return state in self.TRANSITIONS[self.state]


class GasSaleRule(models.Model):
    """What a site demands of a gas sale from a day on: the limit (限购), the safety check (安检), the card fee."""

    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("branch")
    )
    effective_from = models.DateField(_("effective from"))
    most_per_purchase = models.PositiveIntegerField(_("most gas per purchase, m³"), null=True, blank=True)
    needs_safety_check = models.BooleanField(_("sells only with a valid safety check"), default=False)
    replacement_fee = MoneyField(_("fee for a lost card"), default=NO_MONEY)

    class Meta:
        verbose_name = _("rule of gas sales")
        verbose_name_plural = _("rules of gas sales")
        ordering = ("branch", "effective_from")
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "effective_from"],
                nulls_distinct=False,
                name="one_rule_of_gas_sales_begins_on_a_day",
            ),
            models.CheckConstraint(
                condition=at_least("replacement_fee", NO_MONEY)
                & (Q(most_per_purchase__isnull=True) | Q(most_per_purchase__gte=1)),
                name="rule_of_gas_sales_is_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch or ''} {self.effective_from}".strip()
