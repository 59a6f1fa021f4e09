import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from billing.queries.arrears.year import year_figures


class Command(BaseCommand):
    help = "Show a year of dunning in figures: calls, messages, notices, lines for the valve, old debts recovered."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, help="such as 2016")

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["year"]
        # Refuses what is no year.
        datetime.date(year, 1, 1)
        for one in year_figures(None, year):
            months = " ".join(f"{number:>11}" for number in one.months)
            self.stdout.write(f"{one.label}: {one.total}\n  {months}")
