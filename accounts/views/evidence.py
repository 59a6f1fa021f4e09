import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms.evidence import DAYS, EndingForm, EvidenceForm, ExtendForm, WithdrawForm
from accounts.models import Account, HouseholdEvidence
from accounts.queries.evidence import ending_evidence, evidence_notes, evidence_of, rows_of
from accounts.requests import StaffRequest
from accounts.services.evidence import (
    EvidenceRefused,
    extend_evidence,
    record_evidence,
    withdraw_evidence,
)

ROWS = 40
MAY_RECORD = "accounts.add_householdevidence"
MAY_WITHDRAW = "accounts.withdraw_householdevidence"


@permission_required("accounts.view_householdevidence", raise_exception=True)
@require_GET
@never_cache
def evidence_list(request: StaffRequest) -> HttpResponse:
    """Evidence that ends soon and is not renewed: who should be asked for a new document."""
    today = timezone.localdate()
    form = EndingForm(request.GET)
    days = form.cleaned_data["days"] if form.is_valid() else DAYS[0]
    page: Any = Paginator(ending_evidence(request.user, on=today, days=days), ROWS).get_page(
        request.GET.get("page")
    )
    evidence = list(page.object_list)
    rows = rows_of(evidence, today)
    for row, one in zip(rows, evidence, strict=True):
        row |= {
            "account_no": one.account.account_no,
            "name": one.account.customer.name,
            "address": one.account.premises.address,
            "days": (one.valid_until - today).days,
            "url": reverse("accounts:evidence", args=[one.account.account_no]),
        }
    page.object_list = rows
    context = {"page_obj": page, "days": days, "choices": DAYS, "page_query": f"days={days}&"}
    return render(request, "accounts/evidence_list.html", context, status=200 if form.is_valid() else 422)


@permission_required("accounts.view_householdevidence", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def evidence(request: StaffRequest, account_no: str) -> HttpResponse:
    """What a household has proved, and the form that takes its next document."""
    account = get_object_or_404(
        Account.objects.visible_to(request.user).with_people_and_place(), account_no=account_no
    )
    now = timezone.now()
    form = EvidenceForm(request.POST or None, account=account, today=timezone.localdate(now))
    if request.method == "POST":
        if not request.user.has_perm(MAY_RECORD):
            raise PermissionDenied
        if form.is_valid():
            try:
                record_evidence(account, form.paper(), recorded_by=request.user, at=now)
            except EvidenceRefused as refusal:
                form.add_error(None, refusal)
            else:
                messages.success(request, _("Recorded: it prices the readings of those days."))
                return redirect("accounts:evidence", account_no=account_no)
    return _page(request, account, form)


@permission_required(MAY_RECORD, raise_exception=True)
@require_POST
@never_cache
def evidence_extend(request: StaffRequest, evidence_id: int) -> HttpResponse:
    """Take the renewed document of evidence that ends."""
    found = _evidence(request, evidence_id)
    form = ExtendForm(request.POST, evidence=found)
    if form.is_valid():
        try:
            extend_evidence(found, **form.cleaned_data, extended_by=request.user, at=timezone.now())
        except EvidenceRefused as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The renewed document counts from the day after the old one."))
            return redirect("accounts:evidence", account_no=found.account.account_no)
    return _page(request, found.account, extending=(found.pk, form))


@permission_required(MAY_WITHDRAW, raise_exception=True)
@require_POST
@never_cache
def evidence_withdraw(request: StaffRequest, evidence_id: int) -> HttpResponse:
    """End evidence before its last day."""
    found = _evidence(request, evidence_id)
    form = WithdrawForm(request.POST, evidence=found, today=timezone.localdate())
    if form.is_valid():
        try:
            withdraw_evidence(found, **form.cleaned_data, withdrawn_by=request.user, at=timezone.now())
        except EvidenceRefused as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Withdrawn; bills that were issued stay as they are."))
            return redirect("accounts:evidence", account_no=found.account.account_no)
    return _page(request, found.account, withdrawing=(found.pk, form))


def _evidence(request: StaffRequest, evidence_id: int) -> HouseholdEvidence:
    seen = Account.objects.visible_to(request.user)
    return get_object_or_404(
        HouseholdEvidence.objects.filter(account__in=seen).select_related(
            "account__customer", "account__premises__district", "account__branch"
        ),
        pk=evidence_id,
    )


def _page(
    request: StaffRequest,
    account: Account,
    form: EvidenceForm | None = None,
    *,
    extending: tuple[int, Form] | None = None,
    withdrawing: tuple[int, Form] | None = None,
) -> HttpResponse:
    """The page, with the form that came back standing open at its row."""
    today = timezone.localdate()
    evidence = list(evidence_of(account))
    rows = rows_of(evidence, today)
    for row, one in zip(rows, evidence, strict=True):
        if one.withdrawn_from is None and one.valid_until >= today:
            row |= _row_forms(one, today, extending, withdrawing)
    refused = [form, *(pair[1] for pair in (extending, withdrawing) if pair)]
    context = {
        "account": account,
        "account_url": reverse("accounts:account_detail", args=[account.account_no]),
        "rows": rows,
        "notes": evidence_notes(evidence, today),
        "form": form or EvidenceForm(account=account, today=today),
        "may_record": request.user.has_perm(MAY_RECORD),
        "may_withdraw": request.user.has_perm(MAY_WITHDRAW),
    }
    status = 422 if any(one is not None and one.errors for one in refused) else 200
    return render(request, "accounts/evidence.html", context, status=status)


def _row_forms(
    evidence: HouseholdEvidence,
    today: datetime.date,
    extending: tuple[int, Form] | None,
    withdrawing: tuple[int, Form] | None,
) -> dict[str, Any]:
    came_back = {
        name: pair[1]
        for name, pair in (("extend", extending), ("withdraw", withdrawing))
        if pair and pair[0] == evidence.pk
    }
    return {
        "extend_form": came_back.get("extend") or ExtendForm(evidence=evidence),
        "extend_url": reverse("accounts:evidence_extend", args=[evidence.pk]),
        "withdraw_form": came_back.get("withdraw") or WithdrawForm(evidence=evidence, today=today),
        "withdraw_url": reverse("accounts:evidence_withdraw", args=[evidence.pk]),
        "is_open": came_back,
    }
