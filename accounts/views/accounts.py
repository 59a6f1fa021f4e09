from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import AccountFilterForm, RevealForm
from accounts.masking import PersonalField
from accounts.models import Account
from accounts.page_parts import parts_of_account, parts_of_list
from accounts.queries.account_facts import facts_of_account, personal_data_of, rows_of_list, states_of
from accounts.queries.evidence import evidence_notes, evidence_of, rows_of
from accounts.queries.search import find_accounts
from accounts.requests import StaffRequest
from accounts.services.personal_data import RevealRefused, reveal_personal_data

ROWS = 20
# Who finds more than these names the customer better.
MOST_FOUND = 100


@permission_required("accounts.view_account", raise_exception=True)
@require_GET
@never_cache
def account_list(request: StaffRequest) -> HttpResponse:
    """Find accounts by anything that names them, or look through a district."""
    form = AccountFilterForm(request.GET, staff=request.user)
    asked = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    page: Page[Any] = Paginator(_found(request, asked), ROWS).get_page(request.GET.get("page"))
    accounts = list(page.object_list)
    page.object_list = rows_of_list(accounts, parts_of_list(accounts, at=timezone.now()))
    others = request.GET.copy()
    others.pop("page", None)
    context = {
        "form": form,
        "page_obj": page,
        "total": page.paginator.count,
        "page_query": f"{others.urlencode()}&" if others else "",
        "searched": bool(asked),
    }
    return render(request, "accounts/account_list.html", context, status=200 if form.is_valid() else 422)


@permission_required("accounts.view_account", raise_exception=True)
@require_GET
@never_cache
def account_detail(request: StaffRequest, account_no: str) -> HttpResponse:
    """All that is known about one account."""
    return _page(request, _account(request, account_no), RevealForm())


@permission_required(["accounts.view_account", "accounts.reveal_personal_data"], raise_exception=True)
@require_POST
@never_cache
def account_reveal(request: StaffRequest, account_no: str) -> HttpResponse:
    """Show the account once with a phone or the ID number in full. The value is in no address and no cache."""
    account = _account(request, account_no)
    form = RevealForm(request.POST)
    revealed = None
    if form.is_valid():
        field = PersonalField(form.cleaned_data["field"])
        try:
            reveal_personal_data(
                account.customer,
                field,
                reason=form.cleaned_data["reason"],
                actor=request.user,
                at=timezone.now(),
            )
        except RevealRefused as refusal:
            form.add_error(None, refusal)
        else:
            revealed, form = field, RevealForm()
    return _page(request, account, form, revealed)


def _account(request: StaffRequest, account_no: str) -> Account:
    accounts = Account.objects.visible_to(request.user).with_people_and_place()
    return get_object_or_404(accounts, account_no=account_no)


def _page(
    request: StaffRequest, account: Account, form: RevealForm, revealed: PersonalField | None = None
) -> HttpResponse:
    parts = parts_of_account(account, staff=request.user, at=timezone.now())
    today = timezone.localdate()
    evidence = list(evidence_of(account))
    context = {
        **parts,
        "evidence": rows_of(evidence, today, in_full=revealed == PersonalField.DOCUMENT),
        "evidence_notes": evidence_notes(evidence, today),
        "account": facts_of_account(account, parts["account"]),
        **personal_data_of(account.customer, revealed),
        "states": states_of(account),
        "reveal_form": form if request.user.has_perm("accounts.reveal_personal_data") else None,
        "reveal_url": reverse("accounts:account_reveal", args=[account.account_no]),
    }
    return render(request, "accounts/account_detail.html", context, status=422 if form.errors else 200)


def _found(request: StaffRequest, asked: dict[str, Any]) -> QuerySet[Account] | list[Account]:
    text = asked.get("q")
    district, service, state = asked.get("district"), asked.get("service"), asked.get("state")
    if text:
        return [
            account
            for account in find_accounts(text, staff=request.user, limit=MOST_FOUND)
            if (not district or account.premises.district == district)
            and (not service or account.service == service)
            and (not state or account.state == state)
        ]
    if not asked:
        return []
    wanted = {"premises__district": district, "service": service, "state": state}
    return (
        Account.objects.visible_to(request.user)
        .with_people_and_place()
        .filter(**{name: value for name, value in wanted.items() if value})
        .order_by("account_no")
    )
