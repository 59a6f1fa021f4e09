"""What is open for an account, on its own page, with the way to write down a new matter."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import Account, Staff
from service_quality.models import Matter

SHOWN = 5


def matters_of_account(account: Account, staff: Staff, at: datetime) -> dict[str, Any]:
    """The latest matters that the person can see. One query."""
    if not staff.has_perm("service_quality.view_matter"):
        return {}
    matters = Matter.objects.visible_to(staff, at).filter(account=account).order_by("-opened_at")[:SHOWN]
    may_add = staff.has_perm("service_quality.add_matter")
    new_url = f"{reverse('service_quality:matter_new')}?account={account.account_no}" if may_add else ""
    return {"account": {"matter_new_url": new_url}, "matters": list(matters)}
