"""Which account a page of the heating season is about, and the facts every such page shows."""

import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse

from accounts.models import Account
from accounts.requests import StaffRequest
from billing.models import HeatingSeason
from billing.queries.heating_seasons import season_on
from billing.services.refusals import HeatingRefused
from billing.views.numbered import get_numbered_or_404

STATE_TONES = {
    "APPLIED": "wait",
    "PROPOSED": "wait",
    "APPROVED": "done",
    "RESUMED": "done",
    "REFUSED": "late",
    "ENDED": "",
}


def heated_account_or_404(request: StaffRequest, account_no: str) -> Account:
    """An account of this person's branches that is supplied with heat."""
    accounts = Account.objects.visible_to(request.user).with_people_and_place().filter(service="HEAT")
    return get_numbered_or_404(accounts, account_no=account_no)


def season_or_404(account: Account, day: datetime.date) -> HeatingSeason:
    season = season_on(account.branch_id, day)
    if season is None:
        raise Http404
    return season


def facts_of(account: Account) -> dict[str, Any]:
    return {
        "account_no": account.account_no,
        "name": account.customer.name,
        "address": account.premises.address,
        "area": account.billed_area or account.premises.building_area,
        "category": account.get_category_display(),
        "state_label": account.get_state_display(),
        "has_own_valve": account.premises.has_own_valve,
        "url": reverse("accounts:account_detail", args=[account.account_no]),
        "heat_url": reverse("billing:heat_account", args=[account.account_no]),
    }


def sentence_of(refusal: HeatingRefused) -> str:
    return " ".join(refusal.messages)
