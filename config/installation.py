"""Make .venv and install the pinned packages into it, with nothing but the standard library.

python3 config/installation.py          what the application needs
python3 config/installation.py dev      and what its tests and checks need
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)

RUNTIME = ["requirements.txt", "requirements/embedded.txt"]
DEVELOPMENT = ["requirements/dev.txt"]


def main(arguments: list[str]) -> None:
    if sys.version_info < OLDEST_PYTHON:
        sys.exit("Python 3.11 or newer is needed: run make with PYTHON=python3.11, or whatever it is called.")
    lock = CHECKOUT / ".data" / "setup.lock"
    lock.parent.mkdir(exist_ok=True)
    # Two `make` at once: the second waits, and finds everything done.
    fcntl.flock(os.open(lock, os.O_RDONLY | os.O_CREAT, 0o644), fcntl.LOCK_EX)
    make_venv()
    install("runtime", RUNTIME)
    if arguments == ["dev"]:
        install("dev", DEVELOPMENT)
    compile_catalogues()


def make_venv() -> None:
    """Make .venv, anew if it does not work here (the folder was moved, or the system's Python replaced)."""
    if PYTHON.exists() and run([PYTHON, "-c", "import pip"], check=False, quiet=True) == 0:
        return
    if run([sys.executable, "-c", "import ensurepip"], check=False, quiet=True):
        install_venv_module()
    say("Making .venv")
    run([sys.executable, "-m", "venv", "--clear", VENV])


def install_venv_module() -> None:
    """Debian keeps half of Python's venv module in a package of its own."""
    package = "python3-venv"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"Python's venv module is incomplete. On Debian or Ubuntu: sudo apt-get install {package}")
    say(f"Installing {package}")
    run(["apt-get", "update", "-qq"])
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package])


def install(group: str, files: list[str]) -> None:
    """Install exactly what the files pin, unless that was done already."""
    stamp = VENV / f".installed-{group}"
    wanted = hashlib.sha256(b"".join((CHECKOUT / name).read_bytes() for name in files)).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"Installing the {group} packages")
    chosen = [part for name in files for part in ("--requirement", CHECKOUT / name)]
    flags = ["--quiet", "--disable-pip-version-check", "--no-compile", "--require-hashes"]
    run([PYTHON, "-m", "pip", "install", *flags, "--only-binary", ":all:", *chosen])
    stamp.write_text(wanted)


def compile_catalogues() -> None:
    """Compile the translations that changed: the compiled files are not kept in the repository."""
    for source in sorted(CHECKOUT.glob("locale/*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        say(f"Compiling {source.relative_to(CHECKOUT)}")
        locale = source.parent.parent.name
        run([VENV / "bin" / "pybabel", "-q", "compile", "-i", source, "-o", compiled, "-l", locale])


def run(command: list[str | Path], *, check: bool = True, quiet: bool = False) -> int:
    output = subprocess.DEVNULL if quiet else None
    code = subprocess.run(command, cwd=CHECKOUT, stdout=output, stderr=output, check=False).returncode
    if check and code:
        sys.exit(f"This failed: {' '.join(map(str, command))}")
    return code


def say(sentence: str) -> None:
    print(f"==> {sentence}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
