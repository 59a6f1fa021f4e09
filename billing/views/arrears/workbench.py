from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import JobRun, Premises
from accounts.models.account import Service
from accounts.models.organisation import in_current_language
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.models import CaseStep, PolicyStep
from billing.queries.arrears.workbench import cases_of, figures_of
from billing.services.arrears.daily_run import JOB, run_arrears
from billing.views.arrears.selection import selection_of, workbench_form

ROWS = 20
PLACE = ("street", "community", "building", "unit", "room")
SHOWN_PARAMETERS = ("whose", "district", "service", "least", "sort", "branch")


@permission_required("billing.view_arrearscase", raise_exception=True)
@require_GET
@never_cache
def arrears_workbench(request: StaffRequest) -> HttpResponse:
    """My list of who owes: by amount, age, last contact and limitation; every figure opens its rows."""
    today = business_date_of(timezone.now())
    form = workbench_form(request)
    selection = selection_of(request, form)
    tab, age = selection.tab, selection.age
    figures = figures_of(selection, today)
    rows: Any = cases_of(selection, today, figures)
    page: Page[Any] = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    page.object_list = [_row(row) for row in page.object_list]
    kept = {name: request.GET[name] for name in SHOWN_PARAMETERS if request.GET.get(name)}
    context = {
        "form": form,
        "tabs": [
            {"figure": one, "is_shown": one.code == tab, "url": _url(kept, tab=one.code)}
            for one in figures.tabs
        ],
        "ages": [
            {
                "figure": one,
                "is_shown": one.code == age,
                # Chosen once more, it is let go.
                "url": _url(kept, tab=tab, age="" if one.code == age else one.code),
            }
            for one in figures.ages
        ],
        "total": next(one for one in figures.tabs if one.code == tab),
        "tab": tab,
        "age": age,
        "page_obj": page,
        "page_query": urlencode({**kept, "tab": tab, "age": age}) + "&",
        "last_run": JobRun.objects.filter(job=JOB).order_by("-slot").first(),
        "ran_today": JobRun.objects.filter(job=JOB, slot=today, state=JobRun.State.DONE).exists(),
    }
    return render(request, "billing/arrears/workbench.html", context)


@permission_required("billing.run_arrears", raise_exception=True)
@require_POST
def arrears_run(request: StaffRequest) -> HttpResponse:
    """Do this morning's run by hand, when nobody did it."""
    now = timezone.now()
    morning = run_arrears(business_date_of(now), at=now, started_by=request.user)
    if morning is None:
        messages.info(request, _("Today's run was done before, or is under way."))
    else:
        sentence = ngettext(
            "The run is done: %(steps)d step was raised.", "The run is done: %(steps)d steps were raised.", morning.steps
        )  # fmt: skip
        messages.success(request, sentence % {"steps": morning.steps}, extra_tags="notice-done")
    return redirect("billing:arrears_workbench")


def _url(kept: dict[str, str], **more: str) -> str:
    return "?" + urlencode({**kept, **{name: value for name, value in more.items() if value}})


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "url": reverse("billing:arrears_case", args=[row["id"]]),
        "service_label": Service(row["service"]).label,
        "district": in_current_language(row["district"], row["district_en"]),
        "address": Premises(**{part: row[part] for part in PLACE}).address,
        "step": PolicyStep.Stage(row["stage"]).label if row["stage"] else "",
        "step_state": CaseStep.State(row["step_state"]).label if row["step_state"] else "",
    }
