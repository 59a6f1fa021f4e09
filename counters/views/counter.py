import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.masking import mask_phone
from accounts.models import Contact
from accounts.queries.search import find_accounts
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.models import Payment
from billing.queries.owed import Owed, owed_by
from billing.services.refusals import PaymentRefused
from counters.forms.payment import PaymentForm, methods_for
from counters.models import Shift
from counters.queries.gas_tasks import task_rows, writes_to_see_to
from counters.queries.panel import Panel, panel_of
from counters.queries.queue_bar import queue_bar
from counters.queries.receipt_text import taken_sentence
from counters.queries.recent import recent_payments
from counters.queries.shifts import open_shift_of
from counters.services.payments import take_payment_at_counter
from counters.services.shifts import ShiftRefused

SHOWN = 10


@permission_required("billing.take_payment", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def counter(request: StaffRequest) -> HttpResponse:
    """The cashier's page: find, see what is due, take the money, hand over the receipt."""
    shift = open_shift_of(request.user)
    if shift is None and request.method == "GET":
        return redirect("counters:shift_open")
    now = timezone.now()
    form = PaymentForm(request.POST or None)
    panel = None
    if request.method == "POST":
        panel = _panel(request, form.data.get("account", ""), now, form.ticked_bills())
        if payment := _take(request, shift, form, panel, now):
            return redirect(f"{reverse('counters:counter')}?taken={payment.request_id}")
    return _page(request, shift, form, panel, now)


def _take(
    request: StaffRequest, shift: Shift | None, form: PaymentForm, panel: Panel | None, now: datetime.datetime
) -> Payment | None:
    """The payment, or None and the reason on the form: what was typed stays on the screen."""
    if not form.is_valid():
        return None
    try:
        if shift is None:
            raise ShiftRefused(_("Open a shift first."), code="not_open")
        if panel is None:
            raise PaymentRefused(_("There is no such account here."), code="unknown_account")
        return take_payment_at_counter(
            form.request_for(panel.account.pk), shift=shift, taken_by=request.user, at=now
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None


def _page(
    request: StaffRequest, shift: Shift | None, form: PaymentForm, panel: Panel | None, now: datetime.datetime
) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    outcome = _outcome(request, request.GET.get("taken", ""))
    if form.errors and panel is None:
        # Without an account there is no form on the page to say it.
        sentences = [str(sentence) for errors in form.errors.values() for sentence in errors]
        outcome = {"tone": "late", "sentence": " ".join(sentences)}
    if request.method == "GET" and (number := request.GET.get("account")):
        panel = _panel(request, number, now)
        if panel is None:
            outcome = {
                "tone": "late",
                "sentence": _("There is no account %(number)s here.") % {"number": number},
            }
    results, has_more = _results(request, query) if query else (None, False)
    context = {
        "query": query,
        "results": results,
        "has_more": has_more,
        "panel": panel,
        "form": form,
        "methods": methods_for(form),
        "allocation": panel.allocation if panel else None,
        "outcome": outcome,
        "recent": recent_payments(shift) if shift else [],
        "card_tasks": task_rows(writes_to_see_to(request.user)),
        "current_shift": shift,
        "queue": queue_bar(shift, now) if shift else None,
        "payments_url": reverse("api:payments"),
        "preview_url": reverse("api:payment_preview"),
    }
    return render(request, "counters/counter.html", context, status=422 if form.errors else 200)


@permission_required("billing.take_payment", raise_exception=True)
@require_GET
@never_cache
def results(request: StaffRequest) -> HttpResponse:
    """The rows under the search box."""
    query = request.GET.get("q", "").strip()
    rows, has_more = _results(request, query)
    return render(request, "counters/_results.html", {"query": query, "results": rows, "has_more": has_more})


@permission_required("billing.take_payment", raise_exception=True)
@require_GET
@never_cache
def panel(request: StaffRequest, account_no: str) -> HttpResponse:
    """One customer, all that is due, and the form that takes the money."""
    found = _panel(request, account_no, timezone.now())
    if found is None:
        raise Http404
    form = PaymentForm()
    context = {"panel": found, "form": form, "methods": methods_for(form), "allocation": found.allocation}
    return render(request, "counters/_account.html", context)


@permission_required("billing.take_payment", raise_exception=True)
@require_GET
@never_cache
def recent(request: StaffRequest) -> HttpResponse:
    """The last payments of the open shift."""
    shift = open_shift_of(request.user)
    context = {
        "recent": recent_payments(shift) if shift else [],
        "card_tasks": task_rows(writes_to_see_to(request.user)),
    }
    return render(request, "counters/_recent.html", context)


def _panel(
    request: StaffRequest, account_no: str, now: datetime.datetime, selected: list[int] | None = None
) -> Panel | None:
    return panel_of(account_no, staff=request.user, on=business_date_of(now), selected=selected)


def _results(request: StaffRequest, query: str) -> tuple[list[dict[str, Any]], bool]:
    found = find_accounts(query, staff=request.user, limit=SHOWN + 1) if query else []
    accounts = found[:SHOWN]
    owed = owed_by(account.pk for account in accounts)
    today = business_date_of(timezone.now())
    phones = dict(
        Contact.objects.filter(customer__in=[account.customer_id for account in accounts], is_wrong=False)
        .order_by("-id")
        .values_list("customer_id", "phone")
    )
    rows = []
    for account in accounts:
        due = owed.get(account.pk, Owed())
        rows.append(
            {
                "account_no": account.account_no,
                "name": account.customer.name,
                "address": account.premises.address,
                "masked_phone": mask_phone(phones[account.customer_id])
                if account.customer_id in phones
                else "",
                "service": account.get_service_display(),
                "due": due.amount,
                "is_overdue": due.is_overdue_on(today),
                "panel_url": reverse("counters:panel", args=[account.account_no]),
            }
        )
    return rows, len(found) > SHOWN


def _outcome(request: StaffRequest, request_id: str) -> dict[str, Any] | None:
    """What became of the payment that was just posted; F5 and Back only show it again."""
    try:
        key = UUID(request_id)
    except ValueError:
        return None
    payment = Payment.objects.filter(request_id=key, taken_by=request.user).select_related("receipt").first()
    if payment is None:
        return None
    return {
        "tone": "done",
        "sentence": taken_sentence(payment),
        "change": payment.change_given,
        "receipt_url": reverse("counters:receipt", args=[payment.receipt.number]),
    }
