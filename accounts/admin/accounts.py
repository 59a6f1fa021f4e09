from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.audited import Audited, staff_of
from accounts.admin_rights import TabularInline
from accounts.models import Account, AccountStateChange
from accounts.queries.search import find_accounts

MOST_FOUND = 100


class StateChanges(TabularInline[AccountStateChange, Account]):
    model = AccountStateChange
    fields = readonly_fields = ("changed_at", "from_state", "to_state", "reason", "changed_by")
    ordering = ("-id",)
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(Audited):
    """Accounts come by the roster or by a service request, and change their state by a verb with a reason."""

    list_display = ("account_no", "customer", "premises", "service", "category", "state", "branch")
    list_filter = ("service", "category", "state", "branch")
    list_select_related = ("customer", "premises", "branch")
    search_fields = ("account_no",)
    search_help_text = _("As in the search box of the counter")
    show_full_result_count = False
    readonly_fields = (
        "account_no", "old_account_no", "customer", "premises", "branch", "service", "state",
        "opened_on", "closed_on",
    )  # fmt: skip
    inlines = (StateChanges,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return Account.objects.visible_to(staff_of(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        found = find_accounts(search_term, staff=staff_of(request), limit=MOST_FOUND)
        return queryset.filter(pk__in=[account.pk for account in found]), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
