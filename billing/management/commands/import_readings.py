import csv
import resource
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts.models import Staff
from accounts.roster.problems import Problem
from accounts.sheets import SheetRefused
from billing.meter_use import Anomaly
from billing.reading_file import ReadingFile, read_readings
from billing.services.reading_import import ReadingsOutcome, ReadingsRefused, import_readings

# The screen shows the first of them; --report keeps all.
PROBLEMS_ON_SCREEN = 50
KILOBYTES = 1024


class Command(BaseCommand):
    help = "Take in meter readings (CSV or XLSX): all of them or none. docs/formats.md has the columns."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="Check everything and write nothing.")
        parser.add_argument("--by", metavar="NUMBER", help="Staff number of who answers for the file.")
        parser.add_argument(
            "--report", type=Path, metavar="FILE.csv", help="Write every problem to this file."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        problems: Sequence[Problem] = []
        by = _person(options["by"])
        try:
            file = read_readings(options["file"])
            outcome = self._import(file, options["file"].name, by, dry_run=options["dry_run"])
        except SheetRefused as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        except ReadingsRefused as refusal:
            problems = refusal.problems
            self._show(problems)
            raise CommandError(refusal.messages[0]) from refusal
        finally:
            if options["report"]:
                _write_report(options["report"], problems)
        self._tell(outcome, file.ignored, dry_run=options["dry_run"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KILOBYTES
        self.stdout.write(
            _("%(seconds).1f seconds, %(peak)s MB at most.")
            % {"seconds": time.monotonic() - started, "peak": peak}
        )

    def _import(self, file: ReadingFile, source: str, by: Staff | None, *, dry_run: bool) -> ReadingsOutcome:
        # None: only where somebody is watching.
        with (
            tqdm(file.entries, desc=_("reading"), total=file.estimate, unit="", disable=None) as rows,
            tqdm(desc=_("checking"), unit="", disable=None) as meters,
        ):

            def watch(done: int, total: int) -> None:
                meters.total = total
                meters.update(done - meters.n)

            return import_readings(
                replace(file, entries=iter(rows)),
                source=source,
                by=by,
                at=timezone.now(),
                dry_run=dry_run,
                progress=watch,
            )

    def _show(self, problems: Sequence[Problem]) -> None:
        for problem in problems[:PROBLEMS_ON_SCREEN]:
            self.stderr.write(_("Row %(row)s: %(problem)s") % {"row": problem.row, "problem": problem})
        if len(problems) > PROBLEMS_ON_SCREEN:
            left = len(problems) - PROBLEMS_ON_SCREEN
            self.stderr.write(_("… and %(left)s more: --report FILE.csv keeps them all.") % {"left": left})

    def _tell(self, outcome: ReadingsOutcome, ignored: Sequence[str], *, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write(_("Nothing was written. This is what the import would do:"))
        self.stdout.write(
            _("%(rows)s rows: %(added)s added, %(unchanged)s unchanged; %(in_review)s wait for a review.")
            % outcome._asdict()
        )
        for code, count in outcome.odd.items():
            self.stdout.write(f"  {count} · {Anomaly(code).label}")
        if ignored:
            self.stdout.write(_("Columns that were not read: %(names)s") % {"names": ", ".join(ignored)})


def _person(number: str | None) -> Staff | None:
    if not number:
        return None
    person = Staff.objects.filter(number=number, is_active=True).first()
    if person is None:
        raise CommandError(_("There is nobody with the number %s.") % number)
    return person


def _write_report(path: Path, problems: Sequence[Problem]) -> None:
    # With the mark that makes Excel read UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_("Row"), _("Column"), _("Reason")])
        writer.writerows([problem.row, problem.column, problem.sentence] for problem in problems)
