import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from billing.services.arrears.daily_run import catch_up_arrears, run_arrears


class Command(BaseCommand):
    help = (
        "Take every overdue account through the arrears ladder as of a day. Without --on: today, and before it the "
        "mornings that were missed. A day that was done is not done again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", type=datetime.date.fromisoformat, help="this day alone, such as 2026-11-23"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["on"] is None:
            days = catch_up_arrears(timezone.localdate(), timezone.now())
            self.stdout.write(f"done: {', '.join(map(str, days))}" if days else "nothing to do")
            return
        with tqdm(unit="account", disable=None) as bar:
            morning = run_arrears(
                options["on"], at=timezone.now(), progress=lambda done, all_: _show(bar, done, all_)
            )
        if morning is None:
            self.stdout.write(f"{options['on']}: done before, or somebody is at work on it")
            return
        self.stdout.write(
            f"{options['on']}: {morning.accounts} accounts, {morning.opened} cases opened, {morning.closed} closed, "
            f"{morning.steps} steps raised, {morning.held_back} held back"
        )
        for account_id in morning.broken:
            self.stderr.write(f"account {account_id} could not be worked on: see the log")


def _show(bar: "tqdm[Any]", done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)
