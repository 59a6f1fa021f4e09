from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Staff
from billing.policy_file import SHIPPED, read_policy_file
from billing.services.arrears.policy_import import import_policies


class Command(BaseCommand):
    help = "Import arrears policies (JSON): all of them or nothing; without a file, those of the program."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=SHIPPED, metavar="FILE.json")
        parser.add_argument("--by", required=True, metavar="NUMBER", help="The number of who makes them.")
        parser.add_argument(
            "--approved-by", metavar="NUMBER", help="The number of who approves them; drafts without."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        approver = options["approved_by"]
        try:
            outcome = import_policies(
                read_policy_file(options["file"]),
                made_by=_person(options["by"], "billing.add_arrearspolicyversion"),
                approved_by=_person(approver, "billing.approve_arrearspolicyversion") if approver else None,
                at=timezone.now(),
            )
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        self.stdout.write(
            _("Versions of policies: %(added)s added, %(changed)s changed, %(unchanged)s unchanged,"
              " %(approved)s approved.")
            % {name: outcome[name] for name in ("added", "changed", "unchanged", "approved")}
        )  # fmt: skip


def _person(number: str, permission: str) -> Staff:
    staff = Staff.objects.filter(number=number, is_active=True).first()
    if staff is None or not staff.has_perm(permission):
        raise CommandError(
            _("There is nobody with the number %(number)s whose post allows this.") % {"number": number}
        )
    return staff
