from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.customer import Customer
from accounts.models.organisation import Branch
from accounts.models.premises import LARGEST_AREA, Premises
from accounts.models.staff import Staff


class Service(models.TextChoices):
    HEAT = "HEAT", _("heat")
    GAS = "GAS", _("gas")
    WATER = "WATER", _("water")
    ELECTRICITY = "ELECTRICITY", _("electricity")


class Category(models.TextChoices):
    """Category of use (性质). A tariff names its prices by the lower-case form."""

    RESIDENT = "RESIDENT", _("resident")
    RESIDENT_SHARED = "RESIDENT_SHARED", _("shared-meter households")
    RESIDENT_PRICE_UNIT = "RESIDENT_PRICE_UNIT", _("unit at the resident price")
    NONRESIDENT = "NONRESIDENT", _("non-resident")
    SPECIAL = "SPECIAL", _("special use")


class AccountQuerySet(models.QuerySet["Account"]):
    def visible_to(self, staff: Staff) -> "AccountQuerySet":
        """The accounts that exist for this person: those of the own branch, unless the post sees all."""
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(branch_id=staff.branch_id or 0)

    def with_people_and_place(self) -> "AccountQuerySet":
        return self.select_related("customer", "premises", "premises__district", "branch")


class Account(models.Model):
    """One service of one customer at one place; its number (户号) is what a bill is sent to."""

    class State(models.TextChoices):
        PENDING = "PENDING", _("not yet opened")
        ACTIVE = "ACTIVE", _("in use")
        SUSPENDED = "SUSPENDED", _("suspended on request")
        RESTRICTED = "RESTRICTED", _("restricted")
        STOPPED = "STOPPED", _("stopped")
        CLOSED = "CLOSED", pgettext_lazy("account", "closed")

    # What may follow what. The same table stands in the database (migration 0002).
    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        State.PENDING: frozenset({State.ACTIVE, State.CLOSED}),
        State.ACTIVE: frozenset({State.SUSPENDED, State.RESTRICTED, State.STOPPED, State.CLOSED}),
        State.SUSPENDED: frozenset({State.ACTIVE, State.CLOSED}),
        State.RESTRICTED: frozenset({State.ACTIVE, State.STOPPED}),
        State.STOPPED: frozenset({State.ACTIVE, State.CLOSED}),
        State.CLOSED: frozenset(),
    }

    account_no = models.CharField(_("account number"), max_length=20, unique=True)
    old_account_no = models.CharField(
        _("old account number"), max_length=20, unique=True, null=True, blank=True
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="accounts", verbose_name=_("customer")
    )
    premises = models.ForeignKey(
        Premises, models.PROTECT, related_name="accounts", verbose_name=_("premises")
    )
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="accounts", verbose_name=_("branch"))
    service = models.CharField(_("service"), max_length=12, choices=Service)
    category = models.CharField(
        _("category of use"), max_length=20, choices=Category, default=Category.RESIDENT
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PENDING)
    persons = models.PositiveSmallIntegerField(_("household size"), default=3)
    shared_households = models.PositiveSmallIntegerField(_("households behind the meter"), default=1)
    billed_area = models.DecimalField(
        _("billed area, m²"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    is_disputed = models.BooleanField(_("in dispute"), default=False)
    is_in_court = models.BooleanField(_("in court"), default=False)

    objects: ClassVar = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        permissions = [
            ("see_every_branch", "Can see the rows of every branch"),
            ("import_accounts", "Can import a roster of accounts"),
            ("change_account_state", "Can change the state of an account"),
        ]
        indexes = [models.Index(fields=["branch", "service", "state"], name="account_by_branch_and_service")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="CLOSED", closed_on__isnull=False)
                | ~Q(state="CLOSED") & Q(closed_on__isnull=True),
                name="account_has_a_closing_date_exactly_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(account_no__regex=r"^[0-9A-Z]{6,20}$"),
                name="account_no_is_digits_or_capitals",
            ),
            models.CheckConstraint(
                condition=Q(old_account_no__isnull=True) | ~Q(old_account_no=F("account_no")),
                name="old_account_no_differs_from_the_new_one",
            ),
            models.CheckConstraint(
                condition=Q(billed_area__isnull=True)
                | Q(billed_area__gt=0) & Q(billed_area__lte=LARGEST_AREA),
                name="billed_area_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.account_no

    def may_become(self, state: str) -> bool:
        return state in self.TRANSITIONS[self.state]


class AccountStateChange(models.Model):
    """One step in the life of an account, with who decided it and why."""

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="state_changes", verbose_name=_("account")
    )
    from_state = models.CharField(
        pgettext_lazy("state", "from"), max_length=12, choices=Account.State, blank=True
    )
    to_state = models.CharField(pgettext_lazy("state", "to"), max_length=12, choices=Account.State)
    reason = models.CharField(_("reason"), max_length=200)
    changed_at = models.DateTimeField(_("at"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("by"), related_name="+"
    )

    class Meta:
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")
        ordering = ("account", "id")

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"
