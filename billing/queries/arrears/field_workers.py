from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from accounts.models import Staff


def field_workers_of(branch_id: int) -> QuerySet[Staff]:
    """Who may carry out supply orders in a branch."""
    carry_out = Permission.objects.filter(
        content_type__app_label="billing", codename="carry_out_supplyorder"
    ).values("pk")
    return (
        Staff.objects.filter(
            Q(groups__permissions__in=carry_out) | Q(user_permissions__in=carry_out),
            is_active=True,
            branch_id=branch_id,
        )
        .distinct()
        .order_by("number")
    )
