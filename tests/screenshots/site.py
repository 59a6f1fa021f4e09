"""The demo company on servers of its own, with a clock that stands on one morning."""

import contextlib
import datetime
import io
import os
import shutil
import threading
from collections.abc import Iterator
from itertools import count

PLACE = "screenshots"
# Before anything reads the settings: never the company of `make run`, never a server that somebody named.
os.environ["STACK"] = PLACE
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
for _named in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
    os.environ.pop(_named, None)
# The browser finds this name at whatever port is free: codes that hold an address are the same each time.
NAME = "hall.example.com"
os.environ["ALLOWED_HOSTS"] = NAME

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler  # noqa: E402
from django.utils import timezone  # noqa: E402

from config.embedded.locks import Lock  # noqa: E402
from config.embedded.place import Place  # noqa: E402
from config.embedded.stack import Stack  # noqa: E402
from tests.screenshots.morning import NOW  # noqa: E402

ACCOUNTS = 600
SEED = 1
HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
        """A request a line would hide what was not taken."""


@contextlib.contextmanager
def open_site() -> Iterator[int]:
    """Found the company anew, serve it, and give the port."""
    place = Place.of(PLACE)
    lock = Lock(place.home.parent / f"{PLACE}.lock")
    if not lock.acquire(timeout=0):
        raise SystemExit("Screenshots are being taken here already.")
    # What an earlier run did to its company must not be seen in this one.
    shutil.rmtree(place.home, ignore_errors=True)
    with Stack(place, durable=False):
        call_command("migrate", interactive=False, verbosity=0)
        _stop_clock()
        call_command("demo", accounts=ACCOUNTS, seed=SEED, on=NOW.date(), stdout=io.StringIO())
        with _serve() as port:
            yield port
    shutil.rmtree(place.home, ignore_errors=True)
    lock.release()


def _stop_clock() -> None:
    """Every look at the clock is a millisecond later than the last, so that rows keep their order."""
    ticks = count()
    timezone.now = lambda: NOW.astimezone(datetime.UTC) + datetime.timedelta(milliseconds=next(ticks))


@contextlib.contextmanager
def _serve() -> Iterator[int]:
    from config.wsgi import application

    server = ThreadedWSGIServer((HOST, 0), _Quiet)
    server.daemon_threads = True
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
