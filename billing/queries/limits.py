"""How far somebody may go alone: the highest limit of the own roles."""

from decimal import Decimal

from django.db.models import Max

from accounts.models import Staff
from billing.models import ApprovalLimit
from billing.money import NO_MONEY


def limit_of(staff: Staff, what: str) -> Decimal:
    """Nothing, where no role of the person has a limit for it."""
    rows = ApprovalLimit.objects.filter(what=what, role__in=staff.groups.values("name"))
    highest: Decimal | None = rows.aggregate(highest=Max("amount"))["highest"]
    return highest if highest is not None else NO_MONEY
