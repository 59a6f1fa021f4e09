import os
import sys
import time
from collections import deque

from config.embedded.children import Child
from config.embedded.place import CHECKOUT, Place

HOST = "127.0.0.1"

# So many crashes within so many seconds are no accident.
CRASHES = 5
WITHIN = 60


class Processes:
    """The application's own processes on this machine: web, worker and beat."""

    def __init__(self, place: Place, port: int) -> None:
        self.place = place
        self.web = Child("web", place.home)
        schedule = place.home / "beat"
        self._commands: dict[Child, list[str]] = {
            self.web: [
                "gunicorn", "config.wsgi", f"--bind={HOST}:{port}", "--workers=4", "--preload",
                "--no-control-socket",
            ],
            Child("worker", place.home): [
                "celery", "--app=config", "worker", "--concurrency=2", "--loglevel=INFO",
                "--without-gossip", "--without-mingle",
            ],
            Child("beat", place.home): [
                "celery", "--app=config", "beat", f"--schedule={schedule}", "--pidfile=", "--loglevel=INFO",
            ],
        }  # fmt: skip
        self._crashes: dict[Child, deque[float]] = {child: deque(maxlen=CRASHES) for child in self._commands}

    def start(self) -> None:
        for child in self._commands:
            self._start(child)

    def stop(self) -> None:
        """Ask all of them at once, then wait for each."""
        running = [child for child in self._commands if child.is_running]
        for child in running:
            child.ask_to_end()
        for child in running:
            child.stop()

    def restart_dead(self) -> list[str]:
        """Start again what crashed; return the names."""
        dead = [child for child in self._commands if not child.is_running]
        for child in dead:
            self._crashes[child].append(time.monotonic())
            self._start(child)
        return [child.name for child in dead]

    def hopeless(self) -> Child | None:
        """Return the process that crashes too often to go on, if there is one."""
        for child, crashes in self._crashes.items():
            if len(crashes) == CRASHES and crashes[-1] - crashes[0] < WITHIN:
                return child
        return None

    def _start(self, child: Child) -> None:
        child.start(
            [sys.executable, "-m", *self._commands[child]],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1"},
            cwd=CHECKOUT,
        )
