from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.tariffs import DecisionForm
from billing.models import LateChargeRule, TariffVersion
from billing.queries.price_board.board import document_of, notes_of, tables_of
from billing.queries.tariff_page import (
    late_charge_rows,
    state_tone,
    state_words,
    steps_of,
    tariffs_with_versions,
    version_rows,
)
from billing.queries.tariff_preview import compare_version
from billing.services.tariffs import (
    approve_tariff_version,
    refuse_tariff_version,
    submit_tariff_version,
    withdraw_tariff_version,
)


@permission_required("billing.view_tariffversion", raise_exception=True)
@require_GET
@never_cache
def tariff_list(request: StaffRequest) -> HttpResponse:
    """Every tariff with its versions and where each stands; what waits for approval first."""
    today = business_date_of(timezone.now())
    tariffs = [{"tariff": tariff, "rows": version_rows(tariff, today)} for tariff in tariffs_with_versions()]
    waiting = (
        TariffVersion.objects.waiting().select_related("tariff", "submitted_by").order_by("submitted_at")
    )
    context = {
        "tariffs": tariffs,
        "waiting": waiting,
        "waiting_rules": LateChargeRule.objects.waiting()
        .select_related("submitted_by")
        .order_by("submitted_at"),
        "late_charges": late_charge_rows(today),
    }
    return render(request, "billing/tariff_list.html", context)


@permission_required("billing.view_tariffversion", raise_exception=True)
@require_GET
@never_cache
def tariff_version(request: StaffRequest, pk: int) -> HttpResponse:
    """One version: its prices, what ten households would pay before and after, and what can be done now."""
    return _page(request, _version(pk), DecisionForm())


@permission_required("billing.add_tariffversion", raise_exception=True)
@require_POST
def tariff_submit(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for approval of a draft."""

    def submit(version: TariffVersion, note: str) -> str:
        submit_tariff_version(version, submitted_by=request.user, note=note, at=timezone.now())
        return _("Submitted. A second person has to approve it now.")

    return _decide(request, pk, submit)


@permission_required("billing.add_tariffversion", raise_exception=True)
@require_POST
def tariff_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a submitted version back."""

    def withdraw(version: TariffVersion, note: str) -> str:
        withdraw_tariff_version(version, withdrawn_by=request.user, note=note, at=timezone.now())
        return _("Withdrawn: it is a draft again.")

    return _decide(request, pk, withdraw)


@permission_required("billing.approve_tariff", raise_exception=True)
@require_POST
def tariff_approve(request: StaffRequest, pk: int) -> HttpResponse:
    """Publish what somebody else submitted."""

    def approve(version: TariffVersion, note: str) -> str:
        approved = approve_tariff_version(version, approved_by=request.user, note=note, at=timezone.now())
        return _("Approved: in force from %(date)s.") % {"date": approved.effective_from}

    return _decide(request, pk, approve)


@permission_required("billing.approve_tariff", raise_exception=True)
@require_POST
def tariff_refuse(request: StaffRequest, pk: int) -> HttpResponse:
    """Send what was submitted back to its maker."""

    def refuse(version: TariffVersion, note: str) -> str:
        refuse_tariff_version(version, refused_by=request.user, note=note, at=timezone.now())
        return _("Sent back to its maker.")

    return _decide(request, pk, refuse)


def _decide(request: StaffRequest, pk: int, decide: Callable[[TariffVersion, str], str]) -> HttpResponse:
    version = _version(pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            said = decide(version, form.cleaned_data["note"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, said)
            return redirect("billing:tariff_version", pk=pk)
    return _page(request, _version(pk), form, status=422)


def _version(pk: int) -> TariffVersion:
    people = ("tariff__branch", "made_by", "submitted_by", "approved_by")
    return get_object_or_404(TariffVersion.objects.select_related(*people), pk=pk)


def _page(
    request: StaffRequest, version: TariffVersion, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    tariff, user = version.tariff, request.user
    today = business_date_of(timezone.now())
    context = {
        "version": version,
        "tariff": tariff,
        "state": state_words(version, today),
        "tone": state_tone(version, today),
        "comparisons": compare_version(version),
        "tables": tables_of(tariff.kind, version.whole_rules(), version.prices),
        "notes": notes_of(tariff.kind, version.whole_rules(), version.prices),
        "document": document_of(tariff, version),
        "steps": steps_of(version),
        "form": form,
        "may_submit": version.is_draft and user.has_perm("billing.add_tariffversion"),
        "may_withdraw": version.is_waiting and user.has_perm("billing.add_tariffversion"),
        "may_decide": version.is_waiting and user.has_perm("billing.approve_tariff"),
        "is_own": user.pk in (version.made_by_id, version.submitted_by_id),
        "may_edit": version.is_draft and user.is_staff and user.has_perm("billing.change_tariffversion"),
    }
    return render(request, "billing/tariff_version.html", context, status=status)
