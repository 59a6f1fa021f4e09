import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from service_quality.services.assessment.monthly_job import catch_up_assessments
from service_quality.services.assessment.runs import run_assessment


def _month(text: str) -> datetime.date:
    return datetime.date.fromisoformat(f"{text}-01")


class Command(BaseCommand):
    help = (
        "Assess a month: workload, quality, points and pay of everybody at the windows. A draft is reckoned again, a "
        "published month is not. Without --month: every month that is due, as the scheduled job does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", type=_month, help="this month alone, such as 2026-10")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["month"] is None:
            months = catch_up_assessments(timezone.localdate(), now)
            done = ", ".join(f"{month:%Y-%m}" for month in months)
            self.stdout.write(f"assessed: {done}" if done else "nothing to do, or see the runs of jobs")
            return
        try:
            run = run_assessment(options["month"], at=now)
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        self.stdout.write(f"{run.label}: {run.lines.count()} lines, formulas {run.formula_version}")
