import logging

from celery import shared_task

from service_quality.services.follow_ups import count_due_days

logger = logging.getLogger(__name__)


@shared_task
def count_waiting_due_days() -> None:
    """Follow-ups that were opened without a working calendar get their day once it is here."""
    if counted := count_due_days():
        logger.info("%s follow-ups have a day now", counted)
