"""`make run`: servers, database, demo company, web, worker and beat on this machine, until Ctrl-C."""

import contextlib
import io
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType

import django
from django.core.management import CommandError, call_command
from django.db import connections

from config.embedded.errors import ServersUnavailable
from config.embedded.locks import Lock
from config.embedded.place import Place
from config.embedded.stack import Stack
from config.processes import HOST, Processes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class CannotRun(Exception):
    """The message is for the person at the terminal."""


class Stopping:
    """Remembers that somebody asked to stop, so that everything ends in order instead of at any line."""

    def __init__(self) -> None:
        self.asked = False
        _on_every_stop_signal(self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def _on_every_stop_signal(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Under nohup the hang-up stays ignored; Ctrl-C counts even in a script's background job.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def main() -> int:
    place = Place.of(os.environ.get("STACK") or "dev")
    lock = Lock(place.home / "run.lock")
    # While things are prepared, every way of asking to stop is a Ctrl-C.
    _on_every_stop_signal(signal.default_int_handler)
    try:
        port = _port()
        if not lock.acquire(timeout=0):
            raise CannotRun(f"Nuanchuang already runs here: {lock.path.read_text().strip()}")
        _run(place, port, lock)
    except (CannotRun, CommandError, ServersUnavailable) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    finally:
        lock.release()
    return 0


def _run(place: Place, port: int, lock: Lock) -> None:
    address = f"http://{HOST}:{port}"
    processes = Processes(place, port)
    # A launcher that was killed could not stop these.
    processes.stop()
    _check_that_free(port)
    lock.path.write_text(f"{address}\n")
    stack = Stack.from_environment()
    _say("Starting PostgreSQL and Valkey")
    try:
        stack.join()
        _prepare_database()
        stopping = Stopping()
        _say("Starting web, worker and beat")
        processes.start()
        _wait_for(address, processes, stopping)
        if not stopping.asked:
            _say(f"Nuanchuang is open: {address}")
            _show_sign_ins()
            print(f"    Data: {place.home}    Logs: {place.home / 'log'}\n    Ctrl-C ends it.", flush=True)
        _watch(stack, processes, stopping)
    finally:
        # Impatience must not leave half of it running.
        Stopping()
        _say("Stopping web, worker and beat")
        processes.stop()
        _say("Stopping Valkey and PostgreSQL")
        if not stack.leave():
            _say("They stay up: another command still uses them")


def _prepare_database() -> None:
    django.setup()
    _say("Migrating the database")
    call_command("migrate", interactive=False, verbosity=0)
    accounts = os.environ.get("DEMO_ACCOUNTS") or "5000"
    if not accounts.isascii() or not accounts.isdigit():
        raise CannotRun(f"DEMO_ACCOUNTS must be a whole number, not {accounts!r}.")
    if int(accounts) and not _anybody_works_here():
        _say(f"Founding a demo company with {accounts} accounts")
        # It prints the sign-ins too; they are shown when the doors are open.
        call_command("demo", accounts=int(accounts), seed=1, stdout=io.StringIO())
    connections.close_all()


def _anybody_works_here() -> bool:
    from accounts.models import Staff

    return Staff.objects.exists()


def _show_sign_ins() -> None:
    if _anybody_works_here():
        call_command("demo", show_sign_ins=True)
    connections.close_all()


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise CannotRun(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _check_that_free(port: int) -> None:
    with socket.socket() as probe:
        # As gunicorn does: a connection that just ended does not occupy the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotRun(
                f"Port {port} cannot be used ({error.strerror}): choose another with PORT=…."
            ) from None


def _wait_for(address: str, processes: Processes, stopping: Stopping, patience: float = 90) -> None:
    deadline = time.monotonic() + patience
    while not stopping.asked:
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"{address}/health/"),  # noqa: S310 - our own address
        ):
            return
        if time.monotonic() > deadline:
            raise CannotRun(f"The web server did not answer.\n{processes.web.last_words()}")
        time.sleep(0.2)


def _watch(stack: Stack, processes: Processes, stopping: Stopping) -> None:
    """Start again what crashes, until somebody asks to stop or something crashes again and again."""
    while not stopping.asked:
        for name in (*stack.restart_dead(), *processes.restart_dead()):
            _say(f"{name} had ended and was started again")
        if hopeless := processes.hopeless():
            raise CannotRun(f"{hopeless.name} ends again and again:\n{hopeless.last_words()}")
        time.sleep(0.5)


def _say(sentence: str) -> None:
    print(f"==> {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
