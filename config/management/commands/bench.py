from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.bench import BENCHES
from config.bench.scratch import scratch_database

ALL = "all"


class Command(BaseCommand):
    help = (
        "Measure one thing beside its limit, the same work in hand-written SQL, on data of the benchmark's own "
        "that is gone afterwards. The last line printed is the figure as JSON."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=[*BENCHES, ALL])
        parser.add_argument(
            "--accounts", type=int, default=20_000, help="how many accounts (户号) it works on"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("A benchmark takes all the server has: it is not for production.")
        for name in BENCHES if options["name"] == ALL else [options["name"]]:
            with scratch_database():
                figure = BENCHES[name](options["accounts"], self.stderr.write)
            self.stdout.write(figure.as_json())
