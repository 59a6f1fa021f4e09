import datetime
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Account
from accounts.requests import StaffRequest
from billing.models import CardWrite, GasPurchase
from billing.money import NO_MONEY
from billing.services.gas_prices import gas_prices_of
from billing.services.gas_purchases import check_card_content, check_volume
from billing.services.refusals import GasRefused
from counters.forms.gas import GasSaleForm, GasVolumeForm
from counters.forms.payment import methods_for
from counters.models import Shift
from counters.queries.gas_sale import GasDesk, gas_account, gas_desk, price_lines, too_little_sentence
from counters.queries.shifts import open_shift_of
from counters.services.gas_sales import sell_gas_at_counter
from counters.services.shifts import ShiftRefused
from counters.views.gas_reader import is_under_way, use_reader


@permission_required("billing.sell_gas", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def gas_sale(request: StaffRequest, account_no: str) -> HttpResponse:
    """Read the card, say how much, take the money; then the card is written."""
    account = _account(request, account_no)
    shift = open_shift_of(request.user)
    if shift is None and request.method == "GET":
        return redirect("counters:shift_open")
    now = timezone.now()
    if request.method == "GET":
        return _page(request, account, shift, GasVolumeForm(request.GET), None, now)
    form = GasSaleForm(request.POST)
    volume_form = GasVolumeForm(request.POST)
    if purchase := _sell(request, account, shift, form, now):
        return redirect("counters:gas_write", _write_it(request, purchase, now).pk)
    return _page(request, account, shift, volume_form, form, now)


@permission_required("billing.sell_gas", raise_exception=True)
@require_POST
def gas_read(request: StaffRequest, account_no: str) -> HttpResponse:
    """Ask the reader of the window what is on the card."""
    account = _account(request, account_no)
    shift = open_shift_of(request.user)
    if shift is None:
        return redirect("counters:shift_open")
    now = timezone.now()
    address = reverse("counters:gas_sale", args=[account_no])
    desk = gas_desk(account, shift.window, None, shift.business_date)
    if desk.card is None:
        return redirect(address)
    try:
        job = use_reader(shift.window, desk.card, None, asked_by=request.user, at=now)
    except ValidationError as refusal:
        form = GasVolumeForm()
        return _page(request, account, shift, form, None, now, refusal)
    return redirect(f"{address}?read={job.pk}")


def _account(request: StaffRequest, account_no: str) -> Account:
    account = gas_account(account_no, request.user) if "\x00" not in account_no else None
    if account is None:
        raise Http404
    return account


def _sell(
    request: StaffRequest, account: Account, shift: Shift | None, form: GasSaleForm, now: datetime.datetime
) -> GasPurchase | None:
    """The purchase, or None and the reason on the form: what was typed stays on the screen."""
    if not form.is_valid():
        return None
    try:
        if shift is None:
            raise ShiftRefused(_("Open a shift first."), code="not_open")
        desk = gas_desk(account, shift.window, form.cleaned_data["read"], shift.business_date)
        return sell_gas_at_counter(
            form.sale_for(account.pk, desk.reading), shift=shift, sold_by=request.user, at=now
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None


def _write_it(request: StaffRequest, purchase: GasPurchase, now: datetime.datetime) -> CardWrite:
    """The second step. Whatever the reader answers, the page of the write says it, and how to go on."""
    write = CardWrite.objects.filter(purchase=purchase, kind=CardWrite.Kind.LOAD).latest("pk")
    shift = open_shift_of(request.user)
    if shift is not None and shift.window.card_reader and write.is_unfinished:
        use_reader(shift.window, purchase.card, write, asked_by=request.user, at=now)
    return write


def _page(
    request: StaffRequest,
    account: Account,
    shift: Shift | None,
    volume_form: GasVolumeForm,
    form: GasSaleForm | None,
    now: datetime.datetime,
    refusal: ValidationError | None = None,
) -> HttpResponse:
    if shift is None:
        return render(request, "counters/gas_sale.html", {"account": account, "form": form}, status=422)
    read = volume_form.cleaned_data.get("read") if volume_form.is_valid() else None
    desk = gas_desk(account, shift.window, read, shift.business_date)
    context: dict[str, Any] = {
        "account": account,
        "desk": desk,
        "current_shift": shift,
        "volume_form": volume_form,
        "form": form,
        "refusal": refusal.messages[0] if refusal else "",
        "is_waiting": is_under_way(desk.reading, now),
    }
    status = 422 if (form and form.errors) or refusal else 200
    if desk.card is not None and desk.reading is not None and desk.reading.found is not None:
        status = max(status, _offer(context, desk, shift, volume_form))
    return render(request, "counters/gas_sale.html", context, status=status)


def _offer(context: dict[str, Any], desk: GasDesk, shift: Shift, volume_form: GasVolumeForm) -> int:
    """What the card allows, and once a volume is known what it costs. Answers the status of the page."""
    assert desk.card is not None
    assert desk.reading is not None
    assert desk.reading.found is not None
    try:
        check_card_content(desk.card, desk.reading.found)
        context["is_read"] = True
        prices = gas_prices_of(desk.account, shift.business_date)
        volume, money = (volume_form.cleaned_data.get(name) for name in ("volume", "money"))
        if volume is None and money is not None:
            volume = prices.volume_for(money, desk.most)
            if not volume:
                raise GasRefused(too_little_sentence(money), code="bad_volume")
        if not volume:
            return 200
        check_volume(desk.card, desk.account.branch_id, volume, shift.business_date)
    except GasRefused as refusal:
        context["refusal"] = context["refusal"] or refusal.messages[0]
        return 422 if context.get("is_read") else 200
    rated = prices.rate(volume)
    form = context["form"] or GasSaleForm(initial={"amount_1": money})
    context |= {
        "form": form,
        "methods": methods_for(form),
        "volume": volume,
        "lines": price_lines(rated),
        "total": rated.total,
        "due": max(rated.total - desk.prepaid, NO_MONEY),
    }
    return 200
