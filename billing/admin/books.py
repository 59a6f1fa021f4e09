import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin_rights import LookOnly, NothingIsDeleted, TabularInline
from accounts.models import Staff
from billing.admin.standing import StandsFilter
from billing.ledger_names import ledger_name
from billing.models import (
    Allocation,
    Bill,
    BillLine,
    BillRun,
    BusinessDay,
    Deposit,
    Payment,
    Posting,
    Reversal,
    Tender,
)
from billing.services.business_days import check_may_close, close_business_day


class _Rows(TabularInline[Model, Model]):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class BillLineRows(_Rows):
    model = BillLine
    fields = ("position", "component_name", "tier", "quantity", "unit_price", "amount", "sentence")


class TenderRows(_Rows):
    model = Tender
    fields = ("position", "method", "amount", "reference")


class AllocationRows(_Rows):
    model = Allocation
    fields = ("position", "bill", "principal", "late_charge", "late_charge_sentence")


class DepositRows(_Rows):
    model = Deposit
    fields = ("account", "amount")


@admin.register(Bill)
class BillAdmin(LookOnly):
    list_display = ("number", "account", "service", "period", "due_on", "amount", "outstanding", "state")
    list_filter = ("state", "service", "kind")
    search_fields = ("number__startswith", "account__account_no")
    list_select_related = ("account",)
    inlines = (BillLineRows,)
    show_full_result_count = False


@admin.register(BillRun)
class BillRunAdmin(LookOnly):
    list_display = ("service", "period", "branch", "issued_on", "state", "started_by", "started_at")
    list_filter = ("state", "service")
    list_select_related = ("branch", "started_by")


@admin.register(Payment)
class PaymentAdmin(LookOnly):
    list_display = ("receipt", "account", "business_date", "channel", "tendered", "change_given", "taken_by")
    # A payment through the bank has no receipt to click on.
    list_display_links = ("receipt", "business_date")
    list_filter = ("channel", StandsFilter, "tenders__method", "branch", "business_date")
    search_fields = ("receipt__number__startswith", "account__account_no")
    list_select_related = ("account", "receipt", "taken_by")
    inlines = (TenderRows, AllocationRows, DepositRows)
    show_full_result_count = False


@admin.register(Reversal)
class ReversalAdmin(LookOnly):
    list_display = ("payment", "kind", "reason", "business_date", "reversed_by", "approved_by")
    list_filter = ("kind", "reason", "business_date")
    list_select_related = ("payment", "reversed_by", "approved_by")


@admin.register(Posting)
class PostingAdmin(LookOnly):
    list_display = (
        "id",
        "business_date",
        "debit_name",
        "credit_name",
        "amount",
        "account",
        "bill",
        "payment",
    )
    list_filter = ("business_date",)
    search_fields = ("account__account_no", "debit__startswith", "credit__startswith")
    list_select_related = ("account", "bill", "payment")
    show_full_result_count = False
    fields = (
        "debit_name", "credit_name", "amount", "account", "business_date", "posted_at", "bill", "payment",
        "reversal", "reverses",
    )  # fmt: skip
    readonly_fields = ("debit_name", "credit_name")

    @admin.display(description=_("debit"), ordering="debit")
    def debit_name(self, posting: Posting) -> str:
        return ledger_name(posting.debit)

    @admin.display(description=_("credit"), ordering="credit")
    def credit_name(self, posting: Posting) -> str:
        return ledger_name(posting.credit)


class BusinessDayForm(forms.ModelForm[BusinessDay]):
    """The day to close. What the verb would refuse is said beside the field."""

    class Meta:
        model = BusinessDay
        fields = ("date",)

    def clean_date(self) -> datetime.date:
        date: datetime.date = self.cleaned_data["date"]
        check_may_close(date, timezone.now())
        return date


@admin.register(BusinessDay)
class BusinessDayAdmin(NothingIsDeleted):
    """Adding a day here closes its books."""

    list_display = ("date", "closed_at", "closed_by")
    fields = ("date",)

    form = BusinessDayForm  # type: ignore[assignment]  # the stubs know no narrower form

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.close_business_day"))

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        assert isinstance(request.user, Staff)
        close_business_day(obj.date, closed_by=request.user, at=timezone.now())
