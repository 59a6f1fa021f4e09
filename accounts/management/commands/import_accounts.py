import csv
import resource
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from accounts.roster.problems import Problem
from accounts.roster.reading import Roster, read_roster
from accounts.roster.row import RosterRow
from accounts.services.roster_import import RosterOutcome, RosterRefused, import_roster
from accounts.sheets import SheetRefused

# The screen shows the first of them; --report keeps all.
PROBLEMS_ON_SCREEN = 50
KILOBYTES = 1024


class Command(BaseCommand):
    help = "Read a roster of accounts (CSV or XLSX): all of it or nothing. docs/formats.md has the columns."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="Check everything and write nothing.")
        parser.add_argument(
            "--report", type=Path, metavar="FILE.csv", help="Write every problem to this file."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        problems: Sequence[Problem] = []
        try:
            roster = read_roster(options["file"])
            outcome = self._import(roster, options["file"].name, dry_run=options["dry_run"])
        except SheetRefused as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        except RosterRefused as refusal:
            self._show(refusal.problems)
            problems = refusal.problems
            raise CommandError(refusal.messages[0]) from refusal
        finally:
            if options["report"]:
                _write_report(options["report"], problems)
        self._tell(outcome, roster.ignored, dry_run=options["dry_run"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KILOBYTES
        self.stdout.write(
            _("%(seconds).1f seconds, %(peak)s MB at most.")
            % {"seconds": time.monotonic() - started, "peak": peak}
        )

    def _import(self, roster: Roster, source: str, *, dry_run: bool) -> RosterOutcome:
        unit = _("rows")
        # None: only where somebody is watching.
        with tqdm(roster.entries, total=roster.estimate, unit=f" {unit}", disable=None) as bar:
            watched = replace(roster, entries=_watched(bar))
            return import_roster(watched, source=source, actor=None, at=timezone.now(), dry_run=dry_run)

    def _show(self, problems: Sequence[Problem]) -> None:
        for problem in problems[:PROBLEMS_ON_SCREEN]:
            self.stderr.write(_("Row %(row)s: %(problem)s") % {"row": problem.row, "problem": problem})
        if len(problems) > PROBLEMS_ON_SCREEN:
            left = len(problems) - PROBLEMS_ON_SCREEN
            self.stderr.write(_("… and %(left)s more: --report FILE.csv keeps them all.") % {"left": left})

    def _tell(self, outcome: RosterOutcome, ignored: Sequence[str], *, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write(_("Nothing was written. This is what the import would do:"))
        self.stdout.write(
            _("%(rows)s rows: %(added)s added, %(changed)s changed, %(unchanged)s unchanged.")
            % outcome._asdict()
        )
        if outcome.other_state:
            self.stdout.write(
                _("%(count)s accounts are in another state than the file says. A roster changes no state.")
                % {"count": outcome.other_state}
            )
        if ignored:
            self.stdout.write(_("Columns that were not read: %(names)s") % {"names": ", ".join(ignored)})


def _watched(bar: "tqdm[RosterRow | Problem]") -> Iterator[RosterRow | Problem]:
    yield from bar
    bar.set_description(_("writing"))


def _write_report(path: Path, problems: Sequence[Problem]) -> None:
    # With the mark that makes Excel read UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([_("Row"), _("Column"), _("Reason")])
        writer.writerows([problem.row, problem.column, problem.sentence] for problem in problems)
