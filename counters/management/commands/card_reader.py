import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from billing.card_content import CardReader
from counters.models import ReaderJob, Window
from counters.readers.desk import file_reader
from counters.readers.pcsc_reader import PcscReader
from counters.services.reader_jobs import serve_job, take_job


class Command(BaseCommand):
    help = "Serve the card reader of one window: take what its page asks for, read or write the card, answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--window", required=True, metavar="HALL-WINDOW", help="such as 1-03")
        parser.add_argument("--reader", choices=["pcsc", "file"], default="pcsc")
        parser.add_argument(
            "--name", default="", help="part of the reader's name, where a computer has several"
        )
        parser.add_argument("--pause", type=float, default=0.5, help="seconds between two looks at the queue")
        parser.add_argument("--once", action="store_true", help="serve what waits now, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        window = _window(options["window"])
        self.stdout.write(f"{window}: waiting for cards. Ctrl-C ends it.")
        try:
            while True:
                served = self._serve_one(window, options)
                if not served and options["once"]:
                    return
                if not served:
                    close_old_connections()
                    time.sleep(options["pause"])
        except KeyboardInterrupt:
            self.stdout.write("ended")

    def _serve_one(self, window: Window, options: dict[str, Any]) -> bool:
        job = take_job(window, at=timezone.now())
        if job is None:
            return False
        reader = _reader(job, options)
        done = serve_job(job, reader=reader, at=timezone.now())
        self.stdout.write(f"{job.card.card_no}: {job.get_kind_display()}: {done.code}")
        return True


def _window(name: str) -> Window:
    hall, _dash, number = name.partition("-")
    if not (hall.isdigit() and number.isdigit()):
        raise CommandError("A window is named by its hall and its number, such as 1-03.")
    window = Window.objects.select_related("hall").filter(hall__number=int(hall), number=int(number)).first()
    if window is None:
        raise CommandError(f"There is no window {name}.")
    if window.card_reader != Window.CardReader.AGENT:
        raise CommandError(f"Window {name} is not set to a reader at its own computer.")
    return window


def _reader(job: ReaderJob, options: dict[str, Any]) -> CardReader:
    if options["reader"] == "file":
        return file_reader(job)
    return PcscReader(options["name"], settings.GAS_CARD_KEY)
