from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.reaching import ReminderForm
from billing.models import Mailing, Message
from billing.queries.arrears.mailing_preview import preview_mailing
from billing.queries.arrears.workbench import accounts_of
from billing.services.arrears.mailings import SPARE_DAYS, order_messages
from billing.services.arrears.notices import notice_called
from billing.services.arrears.queueing import left_out_words
from billing.services.arrears.sending import is_sending_hour
from billing.tasks import call_mailer
from billing.views.arrears.selection import selection_of, workbench_form

State = Message.State
TONES = {State.UNSURE: "wait", State.FAILED: "late", State.DELIVERED: "done", State.SENT: "done"}


@permission_required(
    ["billing.view_arrearscase", "billing.view_message", "billing.send_mailing"], raise_exception=True
)
@require_http_methods(["GET", "POST"])
@never_cache
def reminder_new(request: StaffRequest) -> HttpResponse:
    """Send a reminder to the cases that the workbench shows: whom it reaches is counted before anything is written."""
    now = timezone.now()
    today = business_date_of(now)
    accounts = accounts_of(selection_of(request, workbench_form(request)), today)
    form = ReminderForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            mailing = order_messages(
                accounts,
                template=form.cleaned_data["template"],
                at=now,
                by=request.user,
                spare_days=SPARE_DAYS,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            call_mailer()
            return redirect("billing:mailing_detail", pk=mailing.pk)
    template = form.chosen
    preview = preview_mailing(accounts, template=template, at=now, on=today, spare_days=SPARE_DAYS)
    context = {
        "form": form,
        "text": notice_called(template),
        "preview": preview,
        "left_out": left_out_words(preview.left_out),
        "spare_days": SPARE_DAYS,
        "leaves_at": "" if is_sending_hour(now) else f"{settings.SMS_FIRST_HOUR:02}:00",
        "back": request.GET.urlencode(),
        "tab": "",
    }
    return render(request, "billing/arrears/reminder_new.html", context, status=422 if form.errors else 200)


@permission_required("billing.view_message", raise_exception=True)
@require_GET
@never_cache
def mailing_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """A bulk of messages: how many went out, and why the others did not."""
    mailing = _mailing(request, pk)
    context = {**_progress(mailing), "title": notice_called(mailing.template).title, "tab": ""}
    return render(request, "billing/arrears/mailing_detail.html", context)


@permission_required("billing.view_message", raise_exception=True)
@require_GET
@never_cache
def mailing_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The part of the page that counts; when every account was looked at the page is loaded anew."""
    mailing = _mailing(request, pk)
    answer = render(request, "billing/arrears/_mailing_progress.html", _progress(mailing))
    if not mailing.is_at_work:
        answer["HX-Refresh"] = "true"
    return answer


def _mailing(request: StaffRequest, pk: int) -> Mailing:
    mailings = Mailing.objects.visible_to(request.user).filter(kind=Mailing.Kind.SMS)
    mailing: Mailing = get_object_or_404(mailings.select_related("made_by"), pk=pk)
    return mailing


def _progress(mailing: Mailing) -> dict[str, Any]:
    counts = mailing.messages.values_list("state").annotate(count=Count("id")).order_by("state")
    return {
        "mailing": mailing,
        "percent": mailing.looked_at * 100 // mailing.wanted if mailing.wanted else 100,
        "counts": [(State(state).label, TONES.get(State(state), ""), count) for state, count in counts],
        "left_out": left_out_words(mailing.left_out),
    }
