"""What runs by itself, and when: the beat's schedule, read by the settings and by the dashboard."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "bill runs that are at work": {
        "task": "billing.tasks.continue_bill_runs",
        "schedule": timedelta(minutes=1),
    },
    "batches of cancellations": {"task": "billing.tasks.continue_batches", "schedule": timedelta(minutes=1)},
    "messages that wait": {"task": "billing.tasks.send_waiting_messages", "schedule": timedelta(minutes=1)},
    "what became of messages": {
        "task": "billing.tasks.ask_after_messages",
        "schedule": timedelta(minutes=5),
    },
    "letters to be set": {"task": "billing.tasks.set_waiting_letters", "schedule": timedelta(minutes=1)},
    "follow-ups that wait for a calendar": {
        "task": "service_quality.tasks.count_waiting_due_days",
        "schedule": crontab(minute=40),
    },
    # In the morning, and again each hour of the day: who was not there in the morning makes up for it.
    "arrears each morning": {
        "task": "billing.tasks.run_arrears_each_morning",
        "schedule": crontab(hour="6-18", minute=30),
    },
    # From the first working day on; before that day, and once it is done, it finds nothing to do.
    "assessment of the last month": {
        "task": "service_quality.tasks.assess_month_each_morning",
        "schedule": crontab(hour="6-18", minute=50),
    },
    "clocks of matters": {
        "task": "service_quality.tasks.watch_matters",
        "schedule": timedelta(minutes=5),
    },
    "pauses at windows": {"task": "counters.tasks.end_pauses", "schedule": timedelta(minutes=1)},
    "queues of earlier days": {
        "task": "counters.tasks.end_queues_of_earlier_days",
        "schedule": crontab(minute=5),
    },
}
