from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import StaffRequest
from service_quality.forms.matters import TextForm
from service_quality.models.matter_event import MANAGER
from service_quality.queries.matters.time_left import time_left
from service_quality.queries.matters.workbench import matters_in
from service_quality.queries.office import office_at

ROWS = 20


@permission_required("service_quality.dispatch_matter", raise_exception=True)
@require_GET
@never_cache
def overdue_list(request: StaffRequest) -> HttpResponse:
    """What is overdue, answers and words in between, the longest first, each with a line to push its handler."""
    now = timezone.now()
    office = office_at(now)
    page = Paginator(matters_in("late", request.user, now), ROWS).get_page(request.GET.get("page"))
    rows = [
        {
            "matter": one,
            "since": one.late_since(now),
            "is_the_managers": one.escalation >= MANAGER,
            "left": time_left(one, now, office),
            "form": TextForm(
                label=_("What the handler should do"),
                prefix="remind",
                auto_id=f"{one.number}_%s",
                initial={"text": _("Overdue: answer the customer today.")},
            ),
        }
        for one in page.object_list
    ]
    context = {"rows": rows, "page_obj": page, "page_query": ""}
    return render(request, "service_quality/overdue_list.html", context)
