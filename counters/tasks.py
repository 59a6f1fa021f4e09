"""The clock of the queue. Each task may run twice or not at all: whoever reads counts the same way."""

from celery import shared_task
from django.utils import timezone

from billing.business_date import business_date_of
from counters.services.pauses import end_pauses_by_the_clock
from counters.services.ticket_days import end_tickets_left_open


@shared_task
def end_pauses() -> None:
    """End the pauses that have run out, and note those after which nobody went back to work."""
    end_pauses_by_the_clock(timezone.now())


@shared_task
def end_queues_of_earlier_days() -> None:
    """Nobody waits over night: what yesterday left open ends with yesterday."""
    end_tickets_left_open(business_date_of(timezone.now()))
