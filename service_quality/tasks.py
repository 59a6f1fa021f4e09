"""What the clocks of matters do by themselves. The rows are the queue: a task that is lost, or runs twice, changes nothing."""

import logging

from celery import shared_task
from django.utils import timezone

from service_quality.services.matters.handing_over import lapse_hand_overs
from service_quality.services.matters.pushing import date_matters, push_overdue

logger = logging.getLogger(__name__)


@shared_task
def watch_matters() -> None:
    """Every five minutes: end hand-overs that nobody answered, date what waited for a calendar, push what is late."""
    now = timezone.now()
    lapsed, dated, pushed = lapse_hand_overs(now), date_matters(now), push_overdue(now)
    if lapsed or dated or pushed:
        logger.info("matters: %s hand-overs lapsed, %s dated, %s pushed", lapsed, dated, pushed)
