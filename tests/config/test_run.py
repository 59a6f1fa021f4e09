"""`make run` from outside: what a person sees at the terminal and finds at the address."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded.children import Child
from config.embedded.place import CHECKOUT, Place

NAMES = ["web", "worker", "beat", "valkey", "postgres"]


class Launcher:
    """One `python -m config.run` with a data folder and a port of its own, and no demo company."""

    def __init__(self, folder: Path) -> None:
        self.output = folder / "output"
        self.place = Place.of("dev", {"DATA_DIR": str(folder)})
        self.port = free_port()
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.endswith("_URL")},
            "STACK": "dev", "DATA_DIR": str(folder), "PORT": str(self.port), "DEMO_ACCOUNTS": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip

    def start(self) -> "subprocess.Popen[bytes]":
        with self.output.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "config.run"],
                cwd=CHECKOUT, env=self.environ, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.wait_for("is open", process)
        return process

    def wait_for(self, text: str, process: "subprocess.Popen[bytes]", patience: float = 120) -> None:
        deadline = time.monotonic() + patience
        while text not in self.output.read_text():
            assert process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)

    def health(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/") as response:
            return int(response.status)

    def running(self) -> list[str]:
        return [name for name in NAMES if Child(name, self.place.home).is_running]


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    folder = Path(tempfile.mkdtemp(prefix="nuanchuang-"))
    folder.chmod(0o755)
    yield Launcher(folder)
    for name in NAMES:
        Child(name, folder / "dev").stop(signal.SIGINT)
    shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestRun:
    def test_opens_says_so_once_and_ends_everything_on_ctrl_c(self, launcher: Launcher) -> None:
        process = launcher.start()

        assert launcher.health() == 200
        assert launcher.running() == NAMES
        second = subprocess.run(
            [sys.executable, "-m", "config.run"],
            cwd=CHECKOUT, env=launcher.environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr.splitlines() == [
            f"Nuanchuang already runs here: http://127.0.0.1:{launcher.port}"
        ]

        process.send_signal(signal.SIGINT)

        assert process.wait(timeout=60) == 0
        assert launcher.running() == []

    def test_starts_again_after_everything_was_killed_halfway(self, launcher: Launcher) -> None:
        process = launcher.start()
        process.kill()
        process.wait()
        for name in ("postgres", "worker"):
            os.kill(int(Child(name, launcher.place.home).pid or 0), signal.SIGKILL)
        # Web, beat and Valkey still run, orphaned.

        again = launcher.start()

        assert launcher.health() == 200
        Child("worker", launcher.place.home).stop(signal.SIGKILL)
        launcher.wait_for("worker had ended and was started again", again)
        again.terminate()
        assert again.wait(timeout=60) == 0
        assert launcher.running() == []

    @pytest.mark.parametrize("port", ["0", "65536", "http", "８０００"])
    def test_refuses_a_port_that_is_none(self, launcher: Launcher, port: str) -> None:
        refused = subprocess.run(
            [sys.executable, "-m", "config.run"],
            cwd=CHECKOUT, env={**launcher.environ, "PORT": port}, capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert "PORT" in refused.stderr

    def test_refuses_a_port_that_is_taken(self, launcher: Launcher) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            refused = subprocess.run(
                [sys.executable, "-m", "config.run"],
                cwd=CHECKOUT, env={**launcher.environ, "PORT": port}, capture_output=True, text=True,
                check=False,
            )  # fmt: skip

        assert refused.returncode == 1
        assert f"Port {port} cannot be used" in refused.stderr
        assert launcher.running() == []
