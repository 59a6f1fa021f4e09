from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.requests import StaffRequest


@require_GET
def home(request: StaffRequest) -> HttpResponse:
    """Send everybody to the page where their day begins."""
    if request.user.has_perm("billing.take_payment"):
        return redirect("counters:counter")
    if request.user.has_perm("accounts.view_account"):
        return redirect("accounts:account_list")
    return redirect("admin:index")


@permission_required("accounts.view_account", raise_exception=True)
@require_GET
def look(request: StaffRequest) -> HttpResponse:
    """The parts that every page is made of."""
    return render(request, "components/index.html")
