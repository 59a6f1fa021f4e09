import datetime

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Staff
from service_quality.models import PraiseCard


def people_to_thank(giver: Staff) -> QuerySet[Staff]:
    """Whoever works here and is somebody else."""
    return Staff.objects.filter(is_active=True).exclude(pk=giver.pk).order_by("number")


def left_to_give(giver: Staff, today: datetime.date) -> int:
    """How many cards the person may still give in the month."""
    given = PraiseCard.objects.standing().filter(
        giver=giver, given_on__year=today.year, given_on__month=today.month
    )
    return max(0, settings.CARDS_PER_MONTH - given.count())
