"""What the beat calls. The rows say what is due: a task that is lost, or runs twice, changes nothing."""

from celery import shared_task
from django.utils import timezone

from billing.business_date import business_date_of
from service_quality.services.assessment.monthly_job import catch_up_assessments


@shared_task
def assess_month_each_morning() -> None:
    """From the first working day on, assess the month that is over; it does what earlier mornings missed."""
    now = timezone.now()
    catch_up_assessments(business_date_of(now), now)
