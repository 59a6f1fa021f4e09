from typing import Any

from django.conf import settings
from django.contrib import messages as said
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.masking import mask_phone
from accounts.requests import StaffRequest
from billing.forms.reaching import MessageForm, OptOutForm, UnsureForm
from billing.models import Message
from billing.queries.arrears.unsent import reason_in_words
from billing.services.arrears.contacts import opt_out
from billing.services.arrears.mailings import queue_messages
from billing.services.arrears.message_reports import decide_unsure
from billing.services.arrears.notices import notice_called

ROWS = 20
State = Message.State
# The unsure ones first: only they wait for a person.
TABS = {
    "unsure": (State.UNSURE,),
    "waiting": (State.QUEUED, State.CLAIMED),
    "sent": (State.SENT, State.DELIVERED),
    "failed": (State.FAILED,),
    "cancelled": (State.CANCELLED,),
}
TONES = {State.UNSURE: "wait", State.FAILED: "late", State.DELIVERED: "done", State.SENT: "done"}


@permission_required("billing.view_message", raise_exception=True)
@require_GET
@never_cache
def message_list(request: StaffRequest) -> HttpResponse:
    """The messages that nobody is sure of, and behind tabs all others."""
    return _list(request, OptOutForm())


@permission_required(["billing.view_message", "billing.send_mailing"], raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def message_new(request: StaffRequest) -> HttpResponse:
    """Send a reminder to a list of accounts."""
    form = MessageForm(request.POST or None, staff=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            mailing = queue_messages(
                form.cleaned_data["accounts"],
                template=form.cleaned_data["template"],
                at=timezone.now(),
                by=request.user,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("billing:mailing_detail", pk=mailing.pk)
    # A form that came without any field is refused like one with wrong ones.
    status = 422 if request.method == "POST" else 200
    texts = [notice_called(code) for code, _label in form.fields["template"].choices]  # type: ignore[attr-defined]
    return render(
        request, "billing/arrears/message_new.html", {"form": form, "texts": texts, "tab": ""}, status=status
    )


@permission_required(["billing.view_message", "billing.send_mailing"], raise_exception=True)
@require_POST
@never_cache
def message_opt_out(request: StaffRequest) -> HttpResponse:
    """Send a number no more messages."""
    form = OptOutForm(request.POST)
    if form.is_valid():
        try:
            opt_out(**form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said.success(request, _("This number gets no more messages; letters and calls go on."))
            return redirect("billing:message_list")
    return _list(request, form, status=422)


@permission_required(["billing.view_message", "billing.decide_unsure_message"], raise_exception=True)
@require_POST
@never_cache
def message_decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Say what became of a message nobody was sure of."""
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    form = UnsureForm(request.POST)
    if form.is_valid():
        was_sent = form.cleaned_data["decision"] == "sent"
        try:
            decide_unsure(message.pk, was_sent=was_sent, decided_by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said.success(
                request,
                _("It counts as sent.") if was_sent else _("It was not sent: it has been written anew."),
            )
            return redirect("billing:message_list")
    return _list(request, OptOutForm(), refused=form, status=422)


def _list(
    request: StaffRequest, form: OptOutForm, *, refused: UnsureForm | None = None, status: int = 200
) -> HttpResponse:
    tab = request.GET.get("show", "")
    tab = tab if tab in TABS else "unsure"
    visible = Message.objects.visible_to(request.user)
    counts = dict(visible.order_by().values_list("state").annotate(count=Count("id")))
    page: Any = Paginator(_rows(visible, tab), ROWS).get_page(request.GET.get("page"))
    page.object_list = [_row(message) for message in page.object_list]
    context = {
        "page_obj": page,
        "page_query": f"show={tab}&",
        "show": tab,
        "tabs": [
            {"code": code, "label": label, "count": sum(counts.get(state, 0) for state in TABS[code])}
            for code, label in (
                ("unsure", _("unsure")),
                ("waiting", _("to be sent")),
                ("sent", _("sent")),
                ("failed", _("not delivered")),
                ("cancelled", _("no longer needed")),
            )
        ],
        "form": form,
        "refused": refused,
        "has_gateway": bool(settings.SMS_GATEWAY),
        "may_decide": request.user.has_perm("billing.decide_unsure_message"),
        "tab": "messages",
    }
    return render(request, "billing/arrears/message_list.html", context, status=status)


def _rows(visible: QuerySet[Message], tab: str) -> QuerySet[Message]:
    return (
        visible.filter(state__in=TABS[tab])
        .select_related("account__customer", "decided_by")
        .order_by("pk" if tab in ("unsure", "waiting") else "-pk")
    )


def _row(message: Message) -> dict[str, Any]:
    return {
        "pk": message.pk,
        "account_no": message.account.account_no,
        "name": message.account.customer.name,
        "phone": mask_phone(message.phone),
        "text": message.text,
        "at": message.sent_at or message.claimed_at or message.queued_at,
        "state_label": message.get_state_display(),
        "state_tone": TONES.get(State(message.state), ""),
        "reason": reason_in_words(message.error),
        "decided_by": message.decided_by,
    }
