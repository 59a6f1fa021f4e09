"""A process that starts senders and kills them: `start` and `naive` answer with a process id, `kill ID` with how it
ended. It is forked from and opens no connection itself, so that a new sender costs no start of Python."""

import datetime
import json
import os
import signal
import sys
import time
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

from django.conf import settings


class Runners:
    """The other side, inside the test."""

    def __init__(self, database: str, path: Path) -> None:
        self.process = Popen(
            [sys.executable, "-m", "tests.billing.arrears.runners", database, str(path)],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdin=PIPE,
            stdout=PIPE,
            text=True,
        )

    def ask(self, command: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def kill_half_way(self, kind: str, path: Path, *, messages: int, kills: int) -> int:
        """Keep two senders at work and kill one each time so many more messages are out; return how many died."""
        at_work = [self.ask(kind), self.ask(kind)]
        died, seen = 0, 0
        for _ in range(kills):
            seen = _wait_for_lines(path, seen + messages // (kills + 4))
            died += self.ask(f"kill {at_work.pop(0)}") == "killed"
            at_work.append(self.ask(kind))
        for one in at_work:
            self.ask(f"wait {one}")
        return died

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        assert self.process.stdout is not None
        self.process.stdout.close()


def keys_in(path: Path) -> list[str]:
    if not path.exists():
        return []
    return [json.loads(line)["key"] for line in path.read_text(encoding="utf-8").splitlines()]


def _wait_for_lines(path: Path, wanted: int) -> int:
    """Wait until so many messages are out, but not for ever: the last ones may be unsure."""
    for _ in range(400):
        if len(keys_in(path)) >= wanted:
            break
        time.sleep(0.01)
    return len(keys_in(path))


def serve(database: str, path: str) -> None:
    import django

    django.setup()
    from django.db import connections

    connections["default"].settings_dict["NAME"] = database
    for line in sys.stdin:
        command, _, process = line.strip().partition(" ")
        if command in ("start", "naive"):
            answer: Any = _fork(command, path)
        else:
            answer = _end(int(process), kill=command == "kill")
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _fork(command: str, path: str) -> int:
    process = os.fork()
    if process:
        return process
    try:
        _run(command, path)
    finally:
        os._exit(0)


def _end(process: int, *, kill: bool) -> str:
    if kill:
        os.kill(process, signal.SIGKILL)
    _pid, status = os.waitpid(process, 0)
    return "killed" if os.WIFSIGNALED(status) else "over"


def _run(command: str, path: str) -> None:
    from billing.models import Message
    from billing.sending import send_messages
    from billing.sms.file import FileGateway
    from billing.sms.gateway import Outgoing
    from tests.factories.counters import MORNING

    class SlowGateway(FileGateway):
        """Leaves time to die before the message is out, and after."""

        def send(self, message: Outgoing) -> str:
            time.sleep(0.005)
            number = super().send(message)
            time.sleep(0.01)
            return number

    gateway = SlowGateway(path)
    if command == "start":
        send_messages(gateway, worker=f"killed {os.getpid()}", clock=lambda: MORNING)
        return
    # The control: send, then save, as is commonly written.
    for message in Message.objects.filter(state="QUEUED").order_by("id"):
        message.refresh_from_db()
        if message.state == "QUEUED":
            gateway.send(Outgoing(message.dedupe_key, message.phone, message.text, message.template, {}))
            Message.objects.filter(pk=message.pk).update(
                state="SENT", claimed_at=MORNING, sent_at=MORNING + datetime.timedelta(0)
            )


if __name__ == "__main__":
    serve(*sys.argv[1:])
