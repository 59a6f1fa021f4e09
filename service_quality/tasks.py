"""What the beat calls. The rows say what is due: a task that is lost, or runs twice, changes nothing."""

import logging

from celery import shared_task
from django.utils import timezone

from billing.business_date import business_date_of
from service_quality.services.assessment.monthly_job import catch_up_assessments
from service_quality.services.follow_ups import count_due_days
from service_quality.services.matters.handing_over import lapse_hand_overs
from service_quality.services.matters.pushing import date_matters, push_overdue

logger = logging.getLogger(__name__)


@shared_task
def count_waiting_due_days() -> None:
    """Follow-ups that were opened without a working calendar get their day once it is here."""
    if counted := count_due_days():
        logger.info("%s follow-ups have a day now", counted)


@shared_task
def watch_matters() -> None:
    """Every five minutes: end hand-overs that nobody answered, date what waited for a calendar, push what is late."""
    now = timezone.now()
    lapsed, dated, pushed = lapse_hand_overs(now), date_matters(now), push_overdue(now)
    if lapsed or dated or pushed:
        logger.info("matters: %s hand-overs lapsed, %s dated, %s pushed", lapsed, dated, pushed)


@shared_task
def assess_month_each_morning() -> None:
    """From the first working day on, assess the month that is over; it does what earlier mornings missed."""
    now = timezone.now()
    catch_up_assessments(business_date_of(now), now)
