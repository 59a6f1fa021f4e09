from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Branch, Staff
from billing.models.amount import MoneyField, at_least
from billing.models.bill import Bill
from billing.money import FEN, NO_MONEY


class AllocationPolicy(models.Model):
    """In which order money settles debts, from a date on (民法典 560, 561; domain.md 2.6)."""

    class WithinBill(models.TextChoices):
        PRINCIPAL_FIRST = "PRINCIPAL_FIRST", _("principal before late charge")
        LATE_CHARGE_FIRST = "LATE_CHARGE_FIRST", _("late charge before principal")

    effective_from = models.DateField(_("effective from"), unique=True)
    within_bill = models.CharField(
        _("within a bill"), max_length=20, choices=WithinBill, default=WithinBill.PRINCIPAL_FIRST
    )
    uses_credit = models.BooleanField(_("prepaid credit is used first"), default=True)

    class Meta:
        verbose_name = _("allocation policy")
        verbose_name_plural = _("allocation policies")
        ordering = ("effective_from",)

    def __str__(self) -> str:
        return f"{self.effective_from} {self.get_within_bill_display()}"


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, staff: Staff) -> "PaymentQuerySet":
        if staff.has_perm("accounts.see_every_branch"):
            return self
        return self.filter(branch_id=staff.branch_id or 0)


class Payment(models.Model):
    """One visit's money: what was handed over, what it settled, what became prepaid credit.

    Σ tenders − change = Σ allocations + Σ deposits, by constraint. A row never changes;
    a mistake is undone by a Reversal.
    """

    class Channel(models.TextChoices):
        COUNTER = "COUNTER", _("counter")
        CREDIT = "CREDIT", _("prepaid credit, used when a bill is issued")
        OPENING = "OPENING", _("taken over from the old system")
        BANK = "BANK", _("bank")
        PHONE = "PHONE", _("own phone")
        DONATION = "DONATION", _("donated money")

    request_id = models.UUIDField(_("request"), unique=True)
    fingerprint = models.CharField(_("content of the request"), max_length=64)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("branch"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="payments", verbose_name=_("account"))
    business_date = models.DateField(_("business date"))
    taken_at = models.DateTimeField(_("taken at"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("taken by"),
    )
    tendered = MoneyField(_("tendered"))
    change_given = MoneyField(_("change"), default=NO_MONEY)
    allocated = MoneyField(_("allocated to bills"))
    credited = MoneyField(_("to prepaid credit"), default=NO_MONEY)
    policy = models.JSONField(_("allocation policy"), default=dict)

    objects: ClassVar = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("-id",)
        permissions = [
            ("take_payment", "Can take money"),
            ("pay_out_of_order", "Can settle a bill while an older one stays open"),
            ("void_payment", "Can void an own payment of the open shift"),
            ("reverse_payment", "Can ask for the reversal of a payment"),
            ("approve_reversal", "Can approve a reversal that somebody else asked for"),
        ]
        indexes = [models.Index(fields=["business_date", "channel"], name="payments_of_a_day")]
        constraints = [
            models.CheckConstraint(
                condition=at_least("tendered", FEN)
                & at_least("change_given", NO_MONEY)
                & at_least("allocated", NO_MONEY)
                & at_least("credited", NO_MONEY),
                name="payment_amounts_are_money",
            ),
            models.CheckConstraint(
                condition=Q(tendered=F("change_given") + F("allocated") + F("credited")),
                name="payment_goes_whole_into_change_bills_and_credit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} {self.tendered - self.change_given}"


class Tender(models.Model):
    """One way in which a payment was handed over: cash, card, code, or the customer's own credit."""

    class Method(models.TextChoices):
        CASH = "CASH", _("cash")
        POS = "POS", _("POS card")
        WECHAT = "WECHAT", _("WeChat")
        ALIPAY = "ALIPAY", _("Alipay")
        PREPAID = "PREPAID", _("prepaid credit")
        OPENING = "OPENING", _("taken over from the old system")
        BANK = "BANK", _("bank")
        DONATION = "DONATION", _("donated money")

    NEEDS_REFERENCE: ClassVar = frozenset({Method.POS, Method.WECHAT, Method.ALIPAY, Method.BANK})

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="tenders", db_index=False, verbose_name=_("payment")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    method = models.CharField(_("method"), max_length=10, choices=Method)
    amount = MoneyField(_("amount"))
    reference = models.CharField(_("reference"), max_length=64, blank=True)
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", verbose_name=_("whose credit")
    )

    class Meta:
        verbose_name = _("tender")
        verbose_name_plural = _("tenders")
        ordering = ("payment", "position")
        indexes = [
            models.Index(
                fields=["method", "reference"], condition=~Q(reference=""), name="tender_by_reference"
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["payment", "position"], name="tenders_are_numbered"),
            models.CheckConstraint(condition=at_least("amount", FEN), name="tender_is_money"),
            models.CheckConstraint(
                condition=Q(method="PREPAID", account__isnull=False)
                | ~Q(method="PREPAID") & Q(account__isnull=True),
                name="prepaid_tender_names_whose_credit",
            ),
            models.CheckConstraint(
                condition=~Q(method__in=["POS", "WECHAT", "ALIPAY", "BANK"]) | ~Q(reference=""),
                name="tender_that_is_not_cash_has_a_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.amount}"


class Allocation(models.Model):
    """The part of a payment that settled one bill: principal and late charge apart."""

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="allocations", db_index=False, verbose_name=_("payment")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="allocations", verbose_name=_("bill"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("account"))
    principal = MoneyField(_("principal"))
    late_charge = MoneyField(_("late charge"), default=NO_MONEY)
    late_charge_left = MoneyField(_("late charge still owed on this bill"), default=NO_MONEY)
    late_charge_sentence = models.CharField(_("how the late charge came about"), max_length=200, blank=True)
    late_charge_sentence_en = models.CharField(_("the same in English"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ("payment", "position")
        constraints = [
            models.UniqueConstraint(fields=["payment", "bill"], name="payment_settles_a_bill_once"),
            models.CheckConstraint(
                condition=at_least("principal", NO_MONEY)
                & at_least("late_charge", NO_MONEY)
                & at_least("late_charge_left", NO_MONEY)
                & (Q(principal__gt=0) | Q(late_charge__gt=0)),
                name="allocation_is_money",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill_id}: {self.principal} + {self.late_charge}"


class Deposit(models.Model):
    """The part of a payment that was kept as prepaid credit (预存) of an account."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="deposits", verbose_name=_("payment"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="deposits", verbose_name=_("account"))
    amount = MoneyField(_("amount"))

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        constraints = [
            models.UniqueConstraint(fields=["payment", "account"], name="payment_credits_an_account_once"),
            models.CheckConstraint(condition=at_least("amount", FEN), name="deposit_is_money"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.amount}"
