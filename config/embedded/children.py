import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from config.embedded.errors import ServersUnavailable
from config.embedded.locks import Lock
from config.embedded.users import ServerUser, run_as

LARGEST_LOG = 10_000_000


class Child:
    """A process that can be found again after its parent was killed: while it lives it holds a lock file.

    Whatever it forked holds the lock too, so a free lock proves that nothing of it is left, where a pid may
    be a zombie or belong to a stranger by now.
    """

    def __init__(self, name: str, home: Path) -> None:
        self.name = name
        self.lock = Lock(home / f"{name}.lock")
        self.log = home / "log" / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        if self._process is not None:
            # Reaps it once it ended.
            self._process.poll()
        return self.lock.path.exists() and self.lock.is_held_elsewhere

    def start(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        user: ServerUser | None = None,
    ) -> None:
        """Start it in a session of its own: Ctrl-C reaches only the launcher, which stops things in order."""
        # The forked rest of a killed predecessor needs a moment to notice and end.
        if not self.lock.acquire(timeout=10):
            raise ServersUnavailable(f"{self.name} is still running (process {self.pid}).")
        log = self._open_log()
        try:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(self.lock.fd,),
                **run_as(user),
            )
            self.lock.path.write_text(f"{self._process.pid}\n")
        finally:
            os.close(log)
            self.lock.release()

    def wait_until(self, ready: Callable[[], bool], patience: float = 120) -> None:
        """Wait until it does its work; raise when it ends instead, or takes too long."""
        deadline = time.monotonic() + patience
        while not ready():
            if not self.is_running or time.monotonic() > deadline:
                raise ServersUnavailable(f"{self.name} did not start:\n{self.last_words()}")
            time.sleep(0.03)

    def ask_to_end(self) -> None:
        """Ask it to end and do not wait."""
        self._send(signal.SIGTERM)

    def stop(self, how: signal.Signals = signal.SIGTERM, *, timeout: float = 30) -> None:
        """Ask it to end, wait until nothing of it is left, and kill it when it does not end in time."""
        for number, patience in ((how, timeout), (signal.SIGKILL, 10)):
            if not self.is_running:
                return
            self._send(number)
            self._wait(patience)

    def let_go(self) -> None:
        """Leave it to others who still use it."""
        if self._process is not None:
            # Python would warn of a child that outlives its parent; this one may.
            self._process.returncode = 0
            self._process = None

    @property
    def pid(self) -> int | None:
        text = self.lock.path.read_text().strip() if self.lock.path.exists() else ""
        return int(text) if text.isdigit() else None

    def last_words(self) -> str:
        """The end of its log, for a message that says why it did not start."""
        return self.log.read_bytes()[-1500:].decode(errors="replace") if self.log.exists() else ""

    def _send(self, number: signal.Signals) -> None:
        if (pid := self.pid) is None:
            return
        try:
            # A process that has to be killed cannot end its own children any more.
            (os.killpg if number == signal.SIGKILL else os.kill)(pid, number)
        except ProcessLookupError:
            # It ended by itself between the question and the signal.
            return

    def _wait(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while self.is_running and time.monotonic() < deadline:
            time.sleep(0.02)

    def _open_log(self) -> int:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
