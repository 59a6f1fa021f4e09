"""The pages of the field worker's phone."""

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models.account import Service
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.arrears.supply_orders import FieldForm
from billing.models import SupplyOrder
from billing.queries.arrears.order_checks import not_yet, rule_of
from billing.queries.arrears.order_rows import field_orders, order_row, phones_of
from billing.services.arrears.field_work import carry_out_order, give_last_word
from billing.services.arrears.supply_orders import MAY_CARRY_OUT

MOST = 100


@permission_required(MAY_CARRY_OUT, raise_exception=True)
@require_GET
@never_cache
def field_list(request: StaffRequest) -> HttpResponse:
    """What I have to do, what presses most on top."""
    now = timezone.now()
    orders = [order_row(one, now) for one in field_orders(request.user, now)[:MOST]]
    return render(request, "billing/arrears/field_list.html", {"orders": orders})


@permission_required(MAY_CARRY_OUT, raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def field_order(request: StaffRequest, pk: int) -> HttpResponse:
    """One order at the door: the last word, the reading, the photo, done."""
    order: SupplyOrder = get_object_or_404(field_orders(request.user, timezone.now()), pk=pk)
    if request.method == "GET":
        return _page(request, order, FieldForm(), 200)
    form = FieldForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            if "last_word" in request.POST:
                give_last_word(order, by=request.user, at=timezone.now())
                return redirect("billing:field_order", pk=pk)
            done = _carry_out(request, order, form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            if done.state == SupplyOrder.State.DONE:
                messages.success(request, _("Done: %(what)s.") % {"what": done})
            else:
                messages.warning(request, _("Do not touch the valve. %(why)s") % {"why": done.reason})
            return redirect("billing:field_list")
    return _page(request, order, form, 422)


def _carry_out(request: StaffRequest, order: SupplyOrder, form: FieldForm) -> SupplyOrder:
    value = form.cleaned_data["meter_value"]
    return carry_out_order(
        order,
        photo=form.cleaned_data["photo"],
        meter_value=Decimal(value) if value else None,
        by=request.user,
        at=timezone.now(),
    )


def _page(request: StaffRequest, order: SupplyOrder, form: FieldForm, status: int) -> HttpResponse:
    now = timezone.now()
    obstacle = not_yet(order, order.account, now) if order.is_cut else None
    minutes = rule_of(order).last_word_minutes if order.is_cut else 0
    context = {
        "order": order_row(order, now),
        "phones": phones_of(order),
        "form": form,
        "obstacle": obstacle,
        "minutes": minutes,
        "asks_last_word": bool(minutes) and order.planned_on == business_date_of(now),
        "needs_reading": order.is_cut and order.account.service != Service.HEAT,
    }
    return render(request, "billing/arrears/field_order.html", context, status=status)
