from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.bill_runs import BillFilterForm, BillRunForm, ExplanationForm, PublishForm
from billing.models import BillRun, BillRunFinding, PeriodClose
from billing.queries.account_page import BILL_TONES
from billing.queries.bill_run_page import STATE_TONES, bills_of, minutes_left, summary_of
from billing.queries.bill_runs import fingerprint_of, progress_of
from billing.queries.period_checks import period_checks
from billing.services.bill_run_stages import publish_bill_run, start_bill_run
from billing.services.period_closes import close_period, explain_finding
from billing.tasks import call_workers

ROWS = 50
# So many findings stand on the page of the run itself.
FIRST_FINDINGS = 10


@permission_required("billing.view_billrun", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def bill_run_list(request: StaffRequest) -> HttpResponse:
    """Every run with its state, and the form that starts one."""
    may_start = request.user.has_perm("billing.run_billing")
    if request.method == "POST" and not may_start:
        raise PermissionDenied
    form = BillRunForm(request.POST or None, initial={"issued_on": business_date_of(timezone.now())})
    if request.method == "POST" and form.is_valid():
        try:
            run = start_bill_run(**form.cleaned_data, started_by=request.user, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            call_workers(run)
            return redirect("billing:bill_run_detail", run.pk)
    runs = BillRun.objects.select_related("branch", "started_by").annotate(
        is_closed=Exists(PeriodClose.objects.filter(run=OuterRef("pk")))
    )
    page = Paginator(runs.order_by("-started_at", "-pk"), ROWS).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "may_start": may_start,
        "page_obj": page,
        "runs": [_row(run) for run in page],
        "page_query": "",
    }
    return render(request, "billing/bill_run_list.html", context, status=422 if form.errors else 200)


@permission_required("billing.view_billrun", raise_exception=True)
@require_GET
@never_cache
def bill_run_detail(request: StaffRequest, run_id: int) -> HttpResponse:
    """How far a run is, what it found, what it comes to, and the next step."""
    return _detail(request, _run(run_id))


@permission_required("billing.view_billrun", raise_exception=True)
@require_GET
@never_cache
def bill_run_progress(request: StaffRequest, run_id: int) -> HttpResponse:
    """Only the bar; when the stage is over, the whole page."""
    run = _run(run_id)
    if request.headers.get("HX-Request") and not run.is_at_work:
        return HttpResponseClientRefresh()
    return render(request, "billing/_bill_run_progress.html", {"run": _row(run), **_progress(run)})


@permission_required(["billing.view_billrun", "billing.publish_billrun"], raise_exception=True)
@require_POST
@never_cache
def bill_run_publish(request: StaffRequest, run_id: int) -> HttpResponse:
    """Publish the preview that stood on the page."""
    run, form = _run(run_id), PublishForm(request.POST)
    if form.is_valid():
        try:
            run = publish_bill_run(
                run,
                fingerprint=form.cleaned_data["fingerprint"],
                published_by=request.user,
                at=timezone.now(),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            call_workers(run)
            return redirect("billing:bill_run_detail", run.pk)
    return _detail(request, run, form)


@permission_required(["billing.view_billrun", "billing.close_period"], raise_exception=True)
@require_POST
@never_cache
def bill_run_close(request: StaffRequest, run_id: int) -> HttpResponse:
    """Close the period of a run that is published and explained."""
    run, form = _run(run_id), PublishForm({"fingerprint": "-"})
    try:
        close_period(run, closed_by=request.user, at=timezone.now())
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _detail(request, run, form)
    messages.success(request, _("%(run)s is closed.") % {"run": run})
    return redirect("billing:bill_run_detail", run.pk)


@permission_required(["billing.view_billrun", "billing.view_bill"], raise_exception=True)
@require_GET
@never_cache
def bill_run_bills(request: StaffRequest, run_id: int) -> HttpResponse:
    """The bills behind a figure of the summary."""
    run = _run(run_id)
    form = BillFilterForm(request.GET, run=run)
    asked = form.cleaned_data if form.is_valid() else {}
    page = Paginator(bills_of(run, asked), ROWS).get_page(request.GET.get("page"))
    others = request.GET.copy()
    others.pop("page", None)
    context = {
        "run": _row(run),
        "form": form,
        "page_obj": page,
        "total": page.paginator.count,
        "bills": [(bill, BILL_TONES[bill.State(bill.state)]) for bill in page],
        "page_query": f"{others.urlencode()}&" if others else "",
    }
    return render(request, "billing/bill_run_bills.html", context, status=200 if form.is_valid() else 422)


@permission_required("billing.view_billrun", raise_exception=True)
@require_GET
@never_cache
def bill_run_findings(request: StaffRequest, run_id: int) -> HttpResponse:
    """Everything that a run found, with a place to explain it."""
    return _findings(request, _run(run_id))


@permission_required(["billing.view_billrun", "billing.change_billrunfinding"], raise_exception=True)
@require_POST
@never_cache
def finding_explain(request: StaffRequest, finding_id: int) -> HttpResponse:
    """Keep why an account has no bill, or why its bill is right."""
    finding = get_object_or_404(
        BillRunFinding.objects.select_related("run", "account__branch"), pk=finding_id
    )
    form = ExplanationForm(request.POST, prefix=str(finding.pk))
    if form.is_valid():
        try:
            explain_finding(
                finding,
                explanation=form.cleaned_data["explanation"],
                explained_by=request.user,
                at=timezone.now(),
            )
        except ValidationError as refusal:
            form.add_error("explanation", refusal)
        else:
            return redirect("billing:bill_run_findings", finding.run_id)
    return _findings(request, finding.run, form, finding.pk)


def _run(run_id: int) -> BillRun:
    return get_object_or_404(
        BillRun.objects.select_related("branch", "started_by", "published_by"), pk=run_id
    )


def _row(run: BillRun) -> dict[str, Any]:
    return {
        "pk": run.pk,
        "service": run.get_service_display(),
        "service_code": run.service,
        "period": run.period,
        "branch": run.branch or _("all branches"),
        "issued_on": run.issued_on,
        "state_label": run.get_state_display(),
        "state_tone": STATE_TONES[BillRun.State(run.state)],
        "is_closed": getattr(run, "is_closed", False),
        "is_at_work": run.is_at_work,
        "awaits_publication": run.awaits_publication,
        "is_published": run.is_published,
        "started_at": run.started_at,
        "started_by": run.started_by,
        "published_at": run.published_at,
        "published_by": run.published_by,
        "finished_at": run.finished_at,
        "summary": run.summary,
    }


def _progress(run: BillRun) -> dict[str, Any]:
    progress = progress_of(run)
    left = minutes_left(run, progress, timezone.now()) if run.is_at_work else None
    return {"progress": progress, "minutes_left": left}


def _detail(request: StaffRequest, run: BillRun, form: PublishForm | None = None) -> HttpResponse:
    close = PeriodClose.objects.select_related("closed_by").filter(run=run).first()
    kinds = BillRunFinding.Kind
    findings = {kind: run.findings.filter(kind=kind).select_related("account__customer") for kind in kinds}
    context = {
        "run": _row(run) | {"is_closed": close is not None},
        "close": close,
        "today": business_date_of(timezone.now()),
        "form": form,
        "fingerprint": fingerprint_of(run),
        "unpriced": findings[kinds.UNPRICED][:FIRST_FINDINGS],
        "unpriced_count": findings[kinds.UNPRICED].count(),
        "outliers": findings[kinds.OUTLIER][:FIRST_FINDINGS],
        "outliers_count": findings[kinds.OUTLIER].count(),
        "summary": summary_of(run),
        "checks": period_checks(run) if run.is_published and close is None else [],
        "may_publish": request.user.has_perm("billing.publish_billrun"),
        "may_start": request.user.has_perm("billing.run_billing"),
        "may_close": request.user.has_perm("billing.close_period"),
        **_progress(run),
    }
    return render(
        request, "billing/bill_run_detail.html", context, status=422 if form and form.errors else 200
    )


def _findings(
    request: StaffRequest, run: BillRun, refused: ExplanationForm | None = None, refused_for: int = 0
) -> HttpResponse:
    kind = request.GET.get("kind", "")
    rows = run.findings.select_related("account__customer", "explained_by").order_by("kind", "-amount", "id")
    if kind in BillRunFinding.Kind.values:
        rows = rows.filter(kind=kind)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {
        "run": _row(run),
        "page_obj": page,
        "page_query": f"kind={kind}&" if kind in BillRunFinding.Kind.values else "",
        "total": page.paginator.count,
        "rows": [
            (one, refused if one.pk == refused_for else ExplanationForm(prefix=str(one.pk))) for one in page
        ],
        "is_closed": PeriodClose.objects.filter(run=run).exists(),
        "may_explain": request.user.has_perm("billing.change_billrunfinding"),
    }
    return render(request, "billing/bill_run_findings.html", context, status=422 if refused else 200)
