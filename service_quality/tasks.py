"""What the beat calls. The rows say what is due: a task that is lost, or runs twice, changes nothing."""

import logging

from celery import shared_task
from django.utils import timezone

from billing.business_date import business_date_of
from service_quality.services.assessment.monthly_job import catch_up_assessments
from service_quality.services.follow_ups import count_due_days

logger = logging.getLogger(__name__)


@shared_task
def count_waiting_due_days() -> None:
    """Follow-ups that were opened without a working calendar get their day once it is here."""
    if counted := count_due_days():
        logger.info("%s follow-ups have a day now", counted)


@shared_task
def assess_month_each_morning() -> None:
    """From the first working day on, assess the month that is over; it does what earlier mornings missed."""
    now = timezone.now()
    catch_up_assessments(business_date_of(now), now)
