from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import StaffRequest
from billing.forms.reaching import LettersForm
from billing.models import LetterRun, Mailing
from billing.services.arrears.letters import file_name, letter_steps, make_letters, set_letters_again
from billing.services.arrears.notices import notice_called
from billing.services.arrears.queueing import left_out_words
from billing.services.refusals import ArrearsRefused
from billing.tasks import call_printer

ROWS = 20
TONES = {
    LetterRun.State.WAITING: "wait",
    LetterRun.State.AT_WORK: "wait",
    LetterRun.State.READY: "done",
    LetterRun.State.FAILED: "late",
}


@permission_required("billing.send_mailing", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def letter_list(request: StaffRequest) -> HttpResponse:
    """The letters that are to be printed, by kind and district, and the prints that were made."""
    form = LettersForm(request.POST or None, staff=request.user)
    if request.method == "POST" and form.is_valid():
        template, district = form.cleaned_data["template"], form.cleaned_data["district"]
        steps = letter_steps(request.user).filter(rule__template=template)
        if district:
            steps = steps.filter(case__account__premises__district=district)
        try:
            mailing = make_letters(
                steps.values_list("pk", flat=True), template=template, at=timezone.now(), by=request.user
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            call_printer()
            return redirect("billing:letter_run", pk=mailing.pk)
    counts = (
        letter_steps(request.user)
        .order_by()
        .values_list("rule__template")
        .annotate(count=Count("pk"))
        .order_by("rule__template")
    )
    page: Any = Paginator(_runs(request), ROWS).get_page(request.GET.get("page"))
    page.object_list = [_row(run) for run in page.object_list]
    context = {
        "waiting": [
            {
                "title": _title(template),
                "count": count,
                "form": LettersForm(
                    initial={"template": template}, staff=request.user, auto_id=f"id_{template}_%s"
                ),
            }
            for template, count in counts
        ],
        "form": form,
        "page_obj": page,
        "page_query": "",
        "tab": "letters",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "billing/arrears/letter_list.html", context, status=status)


@permission_required("billing.send_mailing", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def letter_run(request: StaffRequest, pk: int) -> HttpResponse:
    """One print: how far it is, the file when it is ready, and another start when it failed."""
    run = _run(request, pk)
    refusal = None
    if request.method == "POST":
        try:
            set_letters_again(run.mailing, by=request.user, at=timezone.now())
        except ArrearsRefused as error:
            refusal = error
        else:
            call_printer()
            return redirect("billing:letter_run", pk=pk)
    context = {
        "run": _row(run),
        "left_out": left_out_words(run.mailing.left_out),
        "refusal": refusal,
        "tab": "letters",
    }
    return render(request, "billing/arrears/letter_run.html", context, status=422 if refusal else 200)


@permission_required("billing.send_mailing", raise_exception=True)
@require_GET
@never_cache
def letter_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The part of the page that counts; when all letters are set the page is loaded anew."""
    run = _run(request, pk)
    answer = render(request, "billing/arrears/_letter_progress.html", {"run": _row(run)})
    if not run.is_at_work:
        answer["HX-Refresh"] = "true"
    return answer


@permission_required("billing.send_mailing", raise_exception=True)
@require_GET
@never_cache
def letter_file(request: StaffRequest, pk: int) -> FileResponse:
    """All letters of a print in one file, in the order of the buildings."""
    run = _run(request, pk)
    name = file_name(run)
    if not run.is_ready or not default_storage.exists(name):
        raise Http404
    answer = FileResponse(
        default_storage.open(name),
        content_type="application/pdf",
        filename=f"{_title(run.mailing.template)}-{run.mailing_id}.pdf",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _runs(request: StaffRequest) -> Any:
    return (
        LetterRun.objects.filter(mailing__in=Mailing.objects.visible_to(request.user))
        .select_related("mailing__made_by")
        .order_by("-pk")
    )


def _run(request: StaffRequest, pk: int) -> LetterRun:
    run: LetterRun = get_object_or_404(_runs(request), mailing_id=pk)
    return run


def _title(template: str) -> str:
    try:
        return notice_called(template).title
    except ArrearsRefused:
        # The text was taken away after letters were printed from it.
        return template


def _row(run: LetterRun) -> dict[str, Any]:
    return {
        "pk": run.mailing_id,
        "title": _title(run.mailing.template),
        "made_at": run.mailing.made_at,
        "made_by": run.mailing.made_by,
        "letters": run.letters,
        "done": run.done,
        "percent": run.done * 100 // run.letters if run.letters else 0,
        "is_at_work": run.is_at_work,
        "is_ready": run.is_ready,
        "is_failed": run.state == LetterRun.State.FAILED,
        "error": run.error,
        "state_label": run.get_state_display(),
        "state_tone": TONES[LetterRun.State(run.state)],
    }
