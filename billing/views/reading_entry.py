from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Account
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.readings import MeterRemovalForm, MeterReplacementForm, MeterTestForm, ReadingForm
from billing.models import MeterInstallation, Reading
from billing.queries.last_readings import last_readings
from billing.services.estimates import propose_estimate
from billing.services.meter_tests import record_meter_test
from billing.services.meters import NewMeter, remove_meter, replace_meter
from billing.services.readings import record_reading
from billing.views.numbered import get_numbered_or_404


@permission_required("billing.add_reading", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def reading_new(request: StaffRequest, account_no: str) -> HttpResponse:
    """Enter what a meter of the account shows."""
    account = _account(request, account_no)
    form = ReadingForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        meters=_meters(account),
        initial={"read_on": business_date_of(timezone.now())},
    )
    if form.is_valid():
        try:
            reading = _record(request, account, form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _said(reading))
            return redirect("accounts:account_detail", account_no=account.account_no)
    return _page(request, "billing/reading_new.html", account, form)


@permission_required("billing.replace_meter", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def meter_replace(request: StaffRequest, account_no: str) -> HttpResponse:
    """Put up another meter, and keep what the old one showed."""
    account = _account(request, account_no)
    form = MeterReplacementForm(
        request.POST if request.method == "POST" else None,
        meters=_meters(account),
        initial={"replaced_on": business_date_of(timezone.now()), "new_initial": 0},
    )
    if form.is_valid():
        data = form.cleaned_data
        try:
            installation = replace_meter(
                account,
                old_serial_no=data["serial_no"],
                final=data["final"],
                rolled_over=data["rolled_over"],
                new=NewMeter(data["new_serial_no"], data["new_initial"], data["digits"], data["multiplier"]),
                replaced_on=data["replaced_on"],
                by=request.user,
                at=timezone.now(),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Meter %(meter)s is in place.") % {"meter": installation.meter})
            return redirect("accounts:account_detail", account_no=account.account_no)
    return _page(request, "billing/meter_replace.html", account, form)


@permission_required("billing.replace_meter", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def meter_remove(request: StaffRequest, account_no: str) -> HttpResponse:
    """Take a meter down for good, and keep what it showed."""
    account = _account(request, account_no)
    form = MeterRemovalForm(
        request.POST if request.method == "POST" else None,
        meters=_meters(account),
        initial={"removed_on": business_date_of(timezone.now())},
    )
    if form.is_valid():
        try:
            installation = remove_meter(account, **form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Meter %(meter)s is down.") % {"meter": installation.meter})
            return redirect("accounts:account_detail", account_no=account.account_no)
    return _page(request, "billing/meter_remove.html", account, form)


@permission_required("billing.add_metertest", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def meter_test(request: StaffRequest, account_no: str) -> HttpResponse:
    """Enter a certificate of the laboratory."""
    account = _account(request, account_no)
    form = MeterTestForm(
        request.POST if request.method == "POST" else None,
        meters=_meters(account),
        initial={"tested_on": business_date_of(timezone.now())},
    )
    if form.is_valid():
        try:
            test = record_meter_test(account, **form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Meter test: %(result)s.") % {"result": test.get_result_display()})
            return redirect("billing:unit_correction_list")
    return _page(request, "billing/meter_test.html", account, form)


def _account(request: StaffRequest, account_no: str) -> Account:
    accounts = Account.objects.visible_to(request.user).with_people_and_place()
    return get_numbered_or_404(accounts, account_no=account_no)


def _meters(account: Account) -> list[MeterInstallation]:
    """Those that hang there first, then those that did."""
    meters = account.installations.select_related("meter").order_by("-installed_on", "id")
    return sorted(meters, key=lambda one: one.removed_on is not None)


def _record(request: StaffRequest, account: Account, data: dict[str, Any]) -> Reading:
    by, now = request.user, timezone.now()
    if data["kind"] == Reading.Kind.ESTIMATED:
        return propose_estimate(
            account,
            read_on=data["read_on"],
            value=data["value"],
            reason=data["reason"],
            serial_no=data["serial_no"],
            by=by,
            at=now,
        )
    wanted = ("read_on", "value", "kind", "serial_no", "rolled_over", "is_insisted", "photo")
    return record_reading(account, **{name: data[name] for name in wanted}, by=by, at=now)


def _said(reading: Reading) -> str:
    facts = {"value": reading.value, "read_on": reading.read_on}
    if reading.is_in_review:
        return _("Reading %(value)s of %(read_on)s is kept and waits for a review.") % facts
    return _("Reading %(value)s of %(read_on)s is kept.") % facts


def _page(request: StaffRequest, template: str, account: Account, form: Any) -> HttpResponse:
    context = {
        "form": form,
        "account": {
            "account_no": account.account_no,
            "name": account.customer.name,
            "address": account.premises.address,
            "service": account.get_service_display(),
            "has_meter": bool(form.fields["serial_no"].choices),
            "shown": last_readings(account),
        },
    }
    return render(request, template, context, status=422 if form.errors else 200)
