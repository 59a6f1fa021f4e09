import datetime
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from accounts.models import Branch
from config.demo.founding import FoundingRefused, found_demo_company
from config.demo.gas_cards import lay_out_cards
from config.demo.planner import clear_remains, count_rows
from config.demo.queue import fill_lobby
from config.demo.sign_ins import sign_in_table


class Command(BaseCommand):
    help = (
        "Found a demo company in an empty database: accounts, meters, a year of bills, payments and shifts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--accounts", type=int, default=5_000, help="how many accounts (户号)")
        parser.add_argument("--seed", type=int, default=1, help="another seed gives another company")
        parser.add_argument(
            "--on",
            type=datetime.date.fromisoformat,
            metavar="DATE",
            help="the company's today; the real one by default",
        )
        parser.add_argument(
            "--show-sign-ins", action="store_true", help="print who can sign in, and do nothing else"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "The demo company has a password that everybody knows: it is not for production."
            )
        if not options["show_sign_ins"]:
            self._found(options["accounts"], options["seed"], options["on"] or timezone.localdate())
        self.stdout.write("\n".join(sign_in_table()))

    def _found(self, accounts: int, seed: int, on: datetime.date) -> None:
        if not Branch.objects.exists():
            clear_remains()
        try:
            found_demo_company(accounts, seed=seed, on=on, watch=_bar)
        except FoundingRefused as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        if on == timezone.localdate():
            fill_lobby(timezone.now())
        lay_out_cards(Path(settings.CARD_FOLDER))
        count_rows()


def _bar(days: Iterable[datetime.date]) -> Iterable[datetime.date]:
    """Show the days go by where somebody is looking."""
    bar: Iterable[datetime.date] = tqdm(days, desc="days", unit="day", file=sys.stderr, disable=None)
    return bar
