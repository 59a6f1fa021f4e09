from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.services.price_file_import import PriceFileOutcome, check_price_file, import_price_file
from billing.services.tariff_import import TariffImportRefused
from billing.tariff_file.late_charges import read_price_file


class Command(BaseCommand):
    help = "Read tariffs and late-charge rules (JSON): all of them or nothing, as drafts. docs/formats.md has the form."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.json")
        parser.add_argument("--by", metavar="NUMBER", help="The number of the person who makes the versions.")
        parser.add_argument("--submit", action="store_true", help="Ask for approval of the new versions.")
        parser.add_argument("--dry-run", action="store_true", help="Check everything and write nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = self._import(options)
        except TariffImportRefused as refusal:
            for problem in refusal.problems:
                self.stderr.write(f"{problem} [{problem.code}]")
            raise CommandError(refusal.messages[0]) from refusal
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        self._tell(outcome, dry_run=options["dry_run"])

    def _import(self, options: dict[str, Any]) -> PriceFileOutcome:
        file = read_price_file(options["file"])
        if options["dry_run"]:
            return check_price_file(file, at=timezone.now())
        return import_price_file(
            file,
            made_by=_maker(options["by"]),
            source=options["file"].name,
            submit=options["submit"],
            at=timezone.now(),
        )

    def _tell(self, outcome: PriceFileOutcome, *, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write(_("Nothing was written. This is what the import would do:"))
        self.stdout.write(
            _(
                "%(tariffs)s tariffs written; versions: %(added)s added, %(changed)s changed,"
                " %(unchanged)s unchanged."
            )
            % outcome.tariffs._asdict()
        )
        if any(outcome.late_charges):
            self.stdout.write(
                _("Late-charge rules: %(added)s added, %(changed)s changed, %(unchanged)s unchanged.")
                % outcome.late_charges._asdict()
            )


def _maker(number: str | None) -> Staff:
    """Who answers for the prices, and may not approve them: named, or the only one who may write tariffs."""
    may = [one for one in Staff.objects.filter(is_active=True) if one.has_perm("billing.add_tariffversion")]
    if number is None and len(may) != 1:
        raise CommandError(_("Say who makes these tariffs: --by NUMBER."))
    for staff in may:
        if number in (None, staff.number):
            return staff
    raise CommandError(
        _("There is nobody with the number %(number)s who may write tariffs.") % {"number": number}
    )
