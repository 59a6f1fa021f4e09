from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import StaffRequest
from billing.money import NO_MONEY
from billing.views.numbered import get_numbered_or_404
from counters.forms.shifts import CashCountForm, DifferenceForm, ShiftOpenForm, window_of_yesterday
from counters.models import Shift
from counters.models.shift import DENOMINATIONS
from counters.queries.day_sheet import day_sheet
from counters.queries.gas_tasks import task_rows, writes_to_see_to
from counters.queries.shifts import handles_cash, open_shift_of
from counters.services.shifts import close_shift, count_cash, expected_cash, open_shift, total_of

# The count between handing it in and explaining it, and whose drawer it was; the cookie is signed.
COUNT = "cash_count"


@permission_required("counters.work_a_window", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def shift_open(request: StaffRequest) -> HttpResponse:
    """Choose a window, say how much float is in the drawer, begin. An adviser has no drawer."""
    desk = "counters:counter" if handles_cash(request.user) else "queue:bar"
    if open_shift_of(request.user):
        return redirect(desk)
    now = timezone.now()
    initial = {"window": window_of_yesterday(request.user, timezone.localdate(now))}
    form = ShiftOpenForm(request.POST or None, staff=request.user, initial=initial)
    if form.is_valid():
        try:
            open_shift(
                form.cleaned_data["window"],
                cashier=request.user,
                opening_float=form.cleaned_data.get("opening_float", NO_MONEY),
                at=now,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect(desk)
    return render(request, "counters/shift_open.html", {"form": form}, status=422 if form.errors else 200)


@permission_required("counters.work_a_window", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def shift_close(request: StaffRequest) -> HttpResponse:
    """Hand in a blind count; without a difference the shift is closed."""
    shift = open_shift_of(request.user)
    if shift is None:
        return redirect("counters:shift_open")
    if not handles_cash(request.user):
        return _leave(request, shift)
    form = CashCountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        pieces, now = form.pieces(), timezone.now()
        try:
            difference = count_cash(shift, pieces=pieces, counted_by=request.user, at=now)
            if difference:
                request.session[COUNT] = [
                    shift.code,
                    {str(one): count for one, count in pieces.items() if count},
                ]
                return redirect("counters:shift_close_explain")
            close_shift(shift, pieces=pieces, reason="", approved_by=None, closed_by=request.user, at=now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("counters:shift_closed", code=shift.code)
    context = {
        "form": form,
        "shift": shift,
        "current_shift": shift,
        "denominations": form.rows(),
        "tasks": task_rows(writes_to_see_to(request.user)),
    }
    return render(request, "counters/shift_close.html", context, status=422 if form.errors else 200)


def _leave(request: StaffRequest, shift: Shift) -> HttpResponse:
    """The shift of somebody without a drawer ends without a count."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            close_shift(
                shift, pieces={}, reason="", approved_by=None, closed_by=request.user, at=timezone.now()
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("queue:bar")
    context = {"form": form, "shift": shift, "current_shift": shift}
    return render(request, "counters/shift_leave.html", context, status=422 if form.errors else 200)


@permission_required("counters.work_a_window", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def shift_close_explain(request: StaffRequest) -> HttpResponse:
    """Show what the books expect, ask for the reason, and above the limit for a second person."""
    shift = open_shift_of(request.user)
    code, kept = request.session.get(COUNT, ("", {}))
    # Who has not counted this drawer yet must not see what it should hold.
    if shift is None or code != shift.code:
        return redirect("counters:shift_close")
    pieces = {one: int(kept.get(str(one), 0)) for one in DENOMINATIONS}
    form = DifferenceForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            close_shift(
                shift,
                pieces=pieces,
                reason=form.cleaned_data["reason"],
                approved_by=form.second_person,
                closed_by=request.user,
                at=timezone.now(),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            del request.session[COUNT]
            return redirect("counters:shift_closed", code=shift.code)
    context = _difference(shift, total_of(pieces)) | {"form": form, "shift": shift, "current_shift": shift}
    return render(request, "counters/shift_close_explain.html", context, status=422 if form.errors else 200)


def _difference(shift: Shift, counted: Decimal) -> dict[str, Any]:
    expected = expected_cash(shift)
    difference = counted - expected
    limit = shift.window.hall.difference_limit
    return {
        "counted": counted,
        "expected": expected,
        "difference": abs(difference),
        "is_over": difference > 0,
        "is_short": difference < 0,
        "limit": limit,
        "needs_second_person": abs(difference) > limit,
    }


@permission_required("counters.view_shift", raise_exception=True)
@require_GET
@never_cache
def shift_closed(request: StaffRequest, code: str) -> HttpResponse:
    """The day sheet of a closed shift, to be printed and signed."""
    shifts = Shift.objects.visible_to(request.user).filter(state=Shift.State.CLOSED)
    if not request.user.has_perm("counters.view_cashcount"):
        shifts = shifts.filter(cashier=request.user)
    shift = get_numbered_or_404(shifts.select_related("window__hall", "cashier", "approved_by"), code=code)
    return render(request, "counters/shift_closed.html", day_sheet(shift) | {"printed_at": timezone.now()})
