"""Which cases an address of the workbench asks for; a mailing made from it asks for the same."""

from accounts.models import District
from accounts.requests import StaffRequest
from billing.forms.arrears.agreements import WorkbenchForm
from billing.queries.arrears.ageing import AGES
from billing.queries.arrears.workbench import TABS, Selection


def workbench_form(request: StaffRequest) -> WorkbenchForm:
    return WorkbenchForm({**_defaults(request), **request.GET.dict()}, staff=request.user)


def selection_of(request: StaffRequest, form: WorkbenchForm) -> Selection:
    """What makes no sense counts as left out."""
    tab, age = request.GET.get("tab", ""), request.GET.get("age", "")
    return form.selection(
        tab=tab if tab in TABS else "all", age=age if age in {one.code for one in AGES} else ""
    )


def _defaults(request: StaffRequest) -> dict[str, str]:
    """A collector comes for the own districts."""
    owns = District.objects.filter(owner=request.user).exists()
    return {"whose": "mine" if owns else "all", "sort": "amount"}
