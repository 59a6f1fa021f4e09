from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.audited import Audited, staff_of
from accounts.admin_rights import TabularInline
from accounts.masking import mask_id_number, mask_phone
from accounts.models import Contact, Customer
from accounts.queries.scope import customers_seen_by
from accounts.queries.search import find_accounts
from accounts.services.corrections import correct_customer

MOST_FOUND = 100


class KnownContacts(TabularInline[Contact, Customer]):
    """The numbers on file, masked; what can be said about them is that they are wrong."""

    model = Contact
    fields = ("kind", "masked", "is_wrong")
    readonly_fields = ("kind", "masked")
    can_delete = False
    verbose_name_plural = _("contacts")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("phone"))
    def masked(self, contact: Contact) -> str:
        return mask_phone(contact.phone)


class NewContacts(TabularInline[Contact, Customer]):
    model = Contact
    fields = ("kind", "phone")
    extra = 1
    can_delete = False
    verbose_name_plural = _("new contacts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        return Contact.objects.none()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Customer)
class CustomerAdmin(Audited):
    fields = (
        "kind", "name", "masked_id_number", "unified_code", "low_income_no", "low_income_until"
    )  # fmt: skip
    readonly_fields = ("masked_id_number",)
    list_display = ("name", "kind", "masked_id_number", "low_income_until")
    list_filter = ("kind",)
    search_fields = ("name",)
    search_help_text = _("As in the search box of the counter")
    show_full_result_count = False
    inlines = (KnownContacts, NewContacts)

    @admin.display(description=_("ID number"))
    def masked_id_number(self, customer: Customer) -> str:
        return mask_id_number(customer.id_number)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return customers_seen_by(staff_of(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        found = find_accounts(search_term, staff=staff_of(request), limit=MOST_FOUND)
        return queryset.filter(pk__in={account.customer_id for account in found}), False

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        correct_customer(obj)
