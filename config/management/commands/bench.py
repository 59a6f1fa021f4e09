from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.bench import BENCHES
from config.bench.billing import bench_billing
from config.bench.figure import WrongResult
from config.bench.scratch import scratch_database

ALL, BILLING = "all", "billing"
FEWEST_ACCOUNTS = 400


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

        parser.add_argument(
            "--workers", type=int, choices=[1, 2], help="billing: so many at work; both ways if left out"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("A benchmark takes all that the server has: it is not for production.")
        if options["accounts"] < FEWEST_ACCOUNTS:
            raise CommandError(f"A benchmark needs at least {FEWEST_ACCOUNTS} accounts.")
        try:
            for name in BENCHES if options["name"] == ALL else [options["name"]]:
                self._measure(name, options["accounts"], options["workers"])
        except WrongResult as finding:
            raise CommandError(str(finding)) from finding
        except KeyboardInterrupt:
            raise CommandError("Interrupted.", returncode=130) from None

    def _measure(self, name: str, accounts: int, workers: int | None) -> None:
        bench = BENCHES[name]
        if name == BILLING and workers:
            bench = partial(bench_billing, workers=[workers])
        with scratch_database() as database:
            self._say(f"scratch database {database}")
            figure = bench(accounts, self._say)
        self.stdout.write(figure.as_json())

    def _say(self, line: str) -> None:
        # What goes on is no error, so not in red.
        self.stderr.write(line, style_func=str)
