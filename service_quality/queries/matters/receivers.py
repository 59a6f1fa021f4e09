"""Who may be offered a matter today."""

import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Branch, Staff
from service_quality.models import StaffLeave

POSTS = (
    Staff.Post.COMPLAINTS, Staff.Post.SUPERVISOR, Staff.Post.ADVISER, Staff.Post.CASHIER, Staff.Post.COLLECTOR,
    Staff.Post.MANAGER,
)  # fmt: skip


def staff_of(branch: Branch) -> QuerySet[Staff]:
    """Everybody who works for a branch, those of the whole company included."""
    return Staff.objects.filter(Q(branch=branch) | Q(branch__isnull=True)).order_by("number")


def receivers_in(branch: Branch, on: datetime.date) -> QuerySet[Staff]:
    """Who works there, is at work on the day and has a post that deals with matters."""
    away = StaffLeave.objects.filter(
        staff=OuterRef("pk"), first_day__lte=on, last_day__gte=on, cancelled_at__isnull=True
    )
    return staff_of(branch).filter(~Exists(away), is_active=True, left_on__isnull=True, post__in=POSTS)
