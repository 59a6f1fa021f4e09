from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from counters.readers.agent import add_arguments, serve


class Command(BaseCommand):
    help = (
        "Serve the card reader of one window over HTTP, with the token of that window. A window's own computer"
        " needs neither settings nor database: there it is `python -m counters.readers.agent`."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if code := serve(options, say=self.stdout.write):
            raise CommandError("The card reader was not served.", returncode=code)
