import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import Staff
from service_quality.models import PraiseCard


def people_to_thank(giver: Staff) -> QuerySet[Staff]:
    """Who is offered: colleagues of the branch, and those who belong to none. Other numbers may be typed."""
    people = Staff.objects.filter(is_active=True).exclude(pk=giver.pk).order_by("number")
    if giver.has_perm("accounts.see_every_branch"):
        return people
    return people.filter(Q(branch=giver.branch_id) | Q(branch=None))


def left_to_give(giver: Staff, today: datetime.date) -> int:
    """How many cards the person may still give in the month."""
    given = PraiseCard.objects.standing().filter(
        giver=giver, given_on__year=today.year, given_on__month=today.month
    )
    return max(0, settings.CARDS_PER_MONTH - given.count())
