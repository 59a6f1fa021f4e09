from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Account
from accounts.requests import StaffRequest
from billing.forms.readings import SettlementForm
from billing.models import UnitCorrection
from billing.services.meter_tests import settle_unit_correction

ROWS = 20


@permission_required("billing.view_unitcorrection", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def unit_correction_list(request: StaffRequest) -> HttpResponse:
    """Units that tested meters counted too much: what is still to be given back, and what was."""
    may_settle = request.user.has_perm("billing.change_unitcorrection")
    corrections = (
        UnitCorrection.objects.filter(account__in=Account.objects.visible_to(request.user))
        .select_related("account__customer", "test__installation__meter", "settled_by")
        .order_by("-state", "id")
    )
    form = SettlementForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and may_settle and form.is_valid():
        correction = get_object_or_404(corrections, pk=form.cleaned_data["correction"])
        try:
            settle_unit_correction(
                correction, note=form.cleaned_data["note"], by=request.user, at=timezone.now()
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:unit_correction_list")
    page: Page[Any] = Paginator(corrections, ROWS).get_page(request.GET.get("page"))
    context = {"page_obj": page, "page_query": "", "form": form, "may_settle": may_settle, "tab": "units"}
    refused = 422 if may_settle else 403
    return render(
        request,
        "billing/unit_correction_list.html",
        context,
        status=refused if request.method == "POST" else 200,
    )
