from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, Sum
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import StaffRequest
from billing.forms.payers import DonationForm, GrantDecisionForm, GrantForm, PayerForm
from billing.models import DonationGrant, ThirdPartyPayer
from billing.queries.donations import with_what_is_left
from billing.services.donations import (
    approve_grant,
    propose_grant,
    receive_donation,
    refuse_grant,
)
from billing.services.third_parties import enter_payer

ROWS = 40
SHOWN = 50
State = DonationGrant.State
TONES = {State.PROPOSED: "wait", State.APPROVED: "done", State.REFUSED: "late"}


@permission_required("billing.view_thirdpartypayer", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def payer_list(request: StaffRequest) -> HttpResponse:
    """Who pays for others, and what waits for an approval; whoever may, enters another payer."""
    if request.method == "POST" and not request.user.has_perm("billing.add_thirdpartypayer"):
        raise PermissionDenied
    form = PayerForm(request.POST if request.method == "POST" else None, staff=request.user)
    if form.is_valid():
        try:
            payer = enter_payer(**form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:payer", pk=payer.pk)
    payers = ThirdPartyPayer.objects.visible_to(request.user).select_related("branch")
    standing = Q(donations__reversal__isnull=True)
    payers = payers.annotate(donated=Sum("donations__amount", filter=standing)).order_by("name", "pk")
    context = {
        "page_obj": Paginator(payers, ROWS).get_page(request.GET.get("page")),
        "page_query": "",
        "form": form,
    }
    return render(request, "billing/payer_list.html", context, status=422 if form.errors else 200)


@permission_required("billing.view_thirdpartypayer", raise_exception=True)
@require_GET
@never_cache
def payer(request: StaffRequest, pk: int) -> HttpResponse:
    """What one payer paid for whom, and what of the donations is left."""
    return _page(request, _payer(request, pk))


@permission_required(["billing.view_thirdpartypayer", "billing.receive_donation"], raise_exception=True)
@require_POST
def donation_receive(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a donation into the pot."""
    found, form = _payer(request, pk), DonationForm(request.POST)
    return _answer(
        request,
        found,
        "donation_form",
        form,
        lambda data: receive_donation(found, **data, by=request.user, at=timezone.now()),
    )


@permission_required(["billing.view_thirdpartypayer", "billing.receive_donation"], raise_exception=True)
@require_POST
def grant_propose(request: StaffRequest, pk: int) -> HttpResponse:
    """Propose to pay a household's bill out of a donation."""
    found = _payer(request, pk)
    form = GrantForm(request.POST, payer=found, staff=request.user)
    return _answer(
        request,
        found,
        "grant_form",
        form,
        lambda data: propose_grant(**data, by=request.user, at=timezone.now()),
    )


@permission_required(["billing.view_thirdpartypayer", "billing.approve_donationgrant"], raise_exception=True)
@require_POST
def grant_decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the money, or leave it in the pot."""
    payers = ThirdPartyPayer.objects.visible_to(request.user)
    grants = DonationGrant.objects.filter(donation__payer__in=payers)
    grant = get_object_or_404(grants.select_related("donation__payer"), pk=pk)
    form = GrantDecisionForm(request.POST)
    verb = approve_grant if request.POST.get("decision") == "approve" else refuse_grant
    return _answer(
        request,
        grant.donation.payer,
        "refused",
        form,
        lambda _data: verb(grant, by=request.user, at=timezone.now()),
    )


def _payer(request: StaffRequest, pk: int) -> ThirdPartyPayer:
    found: ThirdPartyPayer = get_object_or_404(
        ThirdPartyPayer.objects.visible_to(request.user).select_related("branch"), pk=pk
    )
    return found


def _answer(
    request: StaffRequest,
    found: ThirdPartyPayer,
    name: str,
    form: Form,
    verb: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    if form.is_valid():
        try:
            verb(form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Written down."))
            return redirect("billing:payer", pk=found.pk)
    return _page(request, found, **{name: form})


def _page(request: StaffRequest, found: ThirdPartyPayer, **forms: Form) -> HttpResponse:
    user = request.user
    grants = DonationGrant.objects.filter(donation__payer=found).select_related(
        "bill__account__customer", "proposed_by", "decided_by", "payment__reversal"
    )
    payments = found.payments.filter(payment__channel="COUNTER").select_related(
        "payment__account__customer", "payment__receipt", "payment__reversal"
    )
    may_decide = user.has_perm("billing.approve_donationgrant")
    context = {
        "payer": found,
        "donations": with_what_is_left(found.donations.order_by("-pk")).select_related("reversal")[:SHOWN],
        "grants": [_grant_row(one, may_decide, user.pk) for one in grants[:SHOWN]],
        "payments": payments[:SHOWN],
        "donation_form": forms.get("donation_form") or DonationForm(),
        "grant_form": forms.get("grant_form") or GrantForm(payer=found, staff=user),
        "refused": forms.get("refused"),
    }
    return render(request, "billing/payer.html", context, status=422 if forms else 200)


def _grant_row(one: DonationGrant, may_decide: bool, staff_id: int) -> dict[str, Any]:
    is_undone = one.payment is not None and hasattr(one.payment, "reversal")
    waits = one.state == State.PROPOSED
    return {
        "grant": one,
        "tone": "" if is_undone else TONES[State(one.state)],
        "is_undone": is_undone,
        "may_decide": waits and may_decide and one.proposed_by_id != staff_id,
        "request_id": one.payment.request_id if one.payment else None,
    }
