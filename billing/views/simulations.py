from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Account
from accounts.models.organisation import in_current_language
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.simulation import SimulationForm
from billing.queries.tier_standing import tier_standing
from billing.rating.sentences import UNITS_EN, UNITS_ZH
from billing.services.simulations import SimulationRefused, simulate_bill


@permission_required("billing.view_bill", raise_exception=True)
@require_GET
@never_cache
def simulation(request: StaffRequest, account_no: str) -> HttpResponse:
    """What the next bill would be with so much more. The question stands in the address; nothing is written."""
    account = get_object_or_404(
        Account.objects.visible_to(request.user).with_people_and_place(), account_no=account_no
    )
    today = business_date_of(timezone.now())
    is_asked = any(name in request.GET for name in ("units", "reading"))
    form = SimulationForm(request.GET if is_asked else None, today=today)
    found = None
    if form.is_valid():
        try:
            found = simulate_bill(account, **form.cleaned_data)
        except SimulationRefused as refusal:
            form.add_error(None, refusal)
    unit = found.unit if found else ""
    context = {
        "account": account,
        "account_url": reverse("accounts:account_detail", args=[account.account_no]),
        "form": form,
        "tier": tier_standing(account, today),
        "simulation": found,
        "unit": in_current_language(UNITS_ZH.get(unit, unit), UNITS_EN.get(unit, unit)),
    }
    return render(request, "billing/simulation.html", context, status=422 if form.errors else 200)
