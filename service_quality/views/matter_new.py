import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Account
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from counters.queries.hall_postings import hall_of
from counters.queries.shifts import open_shift_of
from service_quality.forms.matters import NewMatterForm
from service_quality.models import Matter
from service_quality.queries.matters.doubles import likely_doubles
from service_quality.queries.office import missing_calendar_year
from service_quality.services.matters.taking import take_matter
from service_quality.views.matter_page import AHEAD

EARLIER = 5


@permission_required("service_quality.add_matter", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def matter_new(request: StaffRequest) -> HttpResponse:
    """Write down what a customer asks or complains of, with the account that is on the screen."""
    now = timezone.now()
    account = _account(request)
    form = NewMatterForm(request.POST or None, staff=request.user, initial=_initial(request, account))
    if request.method == "POST" and form.is_valid():
        try:
            matter = _take(request, form, now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            sentence = _("Matter %(number)s is yours; the customer's code is %(code)s.")
            said = sentence % {"number": matter.number, "code": matter.code}
            messages.success(request, said, extra_tags="notice-done")
            return redirect(matter)
    context = {
        "form": form,
        "account": account,
        "earlier": _earlier(request, account, now),
        "doubles": _doubles(request, form, account, now),
        "missing_year": missing_calendar_year(now, ahead=AHEAD),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "service_quality/matter_new.html", context, status=status)


def _take(request: StaffRequest, form: NewMatterForm, now: datetime.datetime) -> Matter:
    shift = open_shift_of(request.user)
    # Whoever answers the telephone has no shift, and belongs to a hall all the same.
    hall = shift.window.hall if shift else hall_of(request.user, business_date_of(now))
    return take_matter(form.new_matter(hall), by=request.user, at=now)


def _account(request: StaffRequest) -> Account | None:
    number = (request.POST.get("account_no") or request.GET.get("account") or "").replace("\x00", "")
    if not number:
        return None
    return (
        Account.objects.visible_to(request.user)
        .with_people_and_place()
        .filter(account_no=number.replace(" ", "").upper())
        .first()
    )


def _initial(request: StaffRequest, account: Account | None) -> dict[str, Any]:
    at_the_window = request.user.has_perm("billing.take_payment")
    initial: dict[str, Any] = {"source": Matter.Source.WINDOW if at_the_window else Matter.Source.PHONE}
    if account is not None:
        # The telephone stays masked: who wants to be called at another number says it, the account has the rest.
        initial |= {"account_no": account.account_no, "contact_name": account.customer.name}
    return initial


def _earlier(request: StaffRequest, account: Account | None, now: datetime.datetime) -> list[Matter]:
    if account is None:
        return []
    matters = Matter.objects.visible_to(request.user, now).filter(account=account).select_related("handler")
    return list(matters.order_by("-opened_at")[:EARLIER])


def _doubles(
    request: StaffRequest, form: NewMatterForm, account: Account | None, now: datetime.datetime
) -> list[Any]:
    """Once something was typed and refused, and for the account that is on the screen."""
    text, phone = form.data.get("text", ""), form.data.get("phone", "").strip()
    if not (text or phone or account):
        return []
    return likely_doubles(staff=request.user, at=now, text=text, phone=phone, account=account)
