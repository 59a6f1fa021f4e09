import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages as said
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Staff
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.reaching import CallForm
from billing.models import CaseStep, ContactAttempt, Promise
from billing.queries.arrears.call_list import calls_made, calls_to_make
from billing.queries.arrears.reminders import reminders_of
from billing.services.arrears.contacts import BY_TELEPHONE, record_call
from billing.services.arrears.notices import notice_called, written
from billing.services.refusals import ArrearsRefused

NEXT = 15
# What most customers say: the whole debt, within the week.
LIKELY = datetime.timedelta(days=7)
EARLIER = 5


@permission_required("billing.record_contact", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def call_list(request: StaffRequest) -> HttpResponse:
    """Whom to call now, with what to say; what came of it by one key."""
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            attempt = record_call(data.pop("step"), **data, at=timezone.now(), by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said.success(
                request,
                _("%(account)s: %(result)s.")
                % {"account": attempt.account.account_no, "result": attempt.get_result_display()},
            )
            return redirect("billing:call_list")
    status = 422 if request.method == "POST" else 200
    context = _context(request.user, request.GET.get("step", ""), form)
    return render(request, "billing/arrears/call_list.html", context, status=status)


def _context(staff: Staff, wanted: str, form: CallForm) -> dict[str, Any]:
    today = business_date_of(timezone.now())
    steps = calls_to_make(staff, today)
    wanted = str(form.data.get("step", "")) or wanted
    chosen = steps.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdigit() else None
    chosen = chosen or steps.first()
    context = {
        "total": steps.count(),
        "made": calls_made(staff, today),
        "waiting": steps[:NEXT],
        "chosen": chosen,
        "form": form,
        "tab": "calls",
    }
    if chosen is None:
        return context
    card = _card(chosen)
    if not form.is_bound:
        likely = {"amount": card["reminder"].total, "due_on": today + LIKELY}
        context["form"] = CallForm(initial={"step": chosen.pk, "request_id": uuid4(), **likely})
    return context | card


def _card(step: CaseStep) -> dict[str, Any]:
    """Everything that is said or asked on the telephone."""
    account = step.case.account
    today = business_date_of(timezone.now())
    reminder = reminders_of([account.pk], today)[account.pk]
    return {
        "reminder": reminder,
        "words": _words(step, reminder),
        "contacts": [contact for contact in account.customer.contacts.all() if not contact.is_wrong],
        "attempts": account.contact_attempts.select_related("by")[:EARLIER],
        "promises": Promise.objects.filter(account=account).order_by("-pk")[:EARLIER],
        "results": [
            {"key": number, "code": code, "label": ContactAttempt.Result(code).label}
            for number, code in enumerate(BY_TELEPHONE, 1)
        ],
    }


def _words(step: CaseStep, reminder: Any) -> str:
    """What to say: the step's own text where it is one for calls, the usual one where an SMS reached nobody."""
    for code in (step.rule.template, "arrears_call"):
        try:
            notice = notice_called(code)
            if notice.kind == "CALL":
                return written(notice.text, reminder.fields())
        except ArrearsRefused:
            continue
    return ""
