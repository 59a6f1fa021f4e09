import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.rating.case_file import quote_cases
from billing.rating.refusal import CaseRefused


class Command(BaseCommand):
    help = "Price the cases of a file (docs/formats.md) and print them as JSON. No database is used."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.json")
        parser.add_argument("--explain", action="store_true", help="add the sentence of each line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            quoted = quote_cases(_read(options["file"]), explain=options["explain"])
        except CaseRefused as refusal:
            raise CommandError(f"{options['file']}: {refusal}") from refusal
        self.stdout.write(json.dumps(quoted, ensure_ascii=not options["explain"], indent=1))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise CommandError(f"{path} cannot be read: {fault.strerror}.") from fault
    except UnicodeDecodeError as fault:
        raise CommandError(f"{path} is not UTF-8 text.") from fault
