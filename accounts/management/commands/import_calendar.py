from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.calendar_file import read_calendar_file, shipped_calendars
from accounts.models import Staff
from accounts.services.working_calendars import import_calendar


class Command(BaseCommand):
    help = "Import the working days of a year (JSON); without a file, the years that come with the program."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE.json")
        parser.add_argument("--by", metavar="NUMBER", help="The number of the person who imports.")

    def handle(self, *args: Any, **options: Any) -> None:
        by = _person(options["by"])
        try:
            files = [read_calendar_file(options["file"])] if options["file"] else list(shipped_calendars())
            for file in files:
                calendar, is_new = import_calendar(
                    file.year, source=file.source, days=file.days, by=by, at=timezone.now()
                )
                said = _("%(calendar)s: imported.") if is_new else _("%(calendar)s: nothing new.")
                self.stdout.write(said % {"calendar": calendar})
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal


def _person(number: str | None) -> Staff | None:
    if number is None:
        return None
    staff = Staff.objects.filter(number=number, is_active=True).first()
    if staff is None or not staff.has_perm("accounts.add_workingcalendar"):
        raise CommandError(
            _("There is nobody with the number %(number)s who may import a calendar.") % {"number": number}
        )
    return staff
