"""Where the embedded servers keep their data and sockets: names only, nothing is created here."""

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parents[2]

# PostgreSQL refuses to run as root, so root's data lies where the unprivileged server user may reach it.
ROOT_DATA = Path("/var/lib/nuanchuang")

# 104 bytes on macOS, 108 on Linux, both with the closing zero.
LONGEST_SOCKET_PATH = 103
LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"

DATABASE = "nuanchuang"
OWNER = "nuanchuang_owner"
WEB = "nuanchuang_web"


@dataclass(frozen=True)
class Place:
    """One folder of data and one folder of sockets: the home of one pair of servers."""

    home: Path
    sockets: Path

    @classmethod
    def of(cls, name: str, environ: Mapping[str, str] = os.environ) -> "Place":
        """Name the place of the pair called `name` ("dev", "test")."""
        home = _data_folder(environ.get("DATA_DIR")) / name
        return cls(home=home, sockets=_socket_folder(home))

    @property
    def database_url(self) -> str:
        """The application's restricted sign-in."""
        return f"postgres://{WEB}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    @property
    def database_owner_url(self) -> str:
        """The sign-in that owns the tables and migrates them."""
        return f"postgres://{OWNER}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def redis_url(self) -> str:
        return f"unix://{quote(str(self.redis_socket))}?db=0"


def _data_folder(wanted: str | None) -> Path:
    folder = Path(wanted).expanduser().absolute() if wanted else CHECKOUT / ".data"
    if os.geteuid() != 0 or (wanted and _anybody_may_reach(folder)):
        return folder
    return ROOT_DATA / _digest(folder)


def _anybody_may_reach(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in folder.parents if parent.exists())


def _socket_folder(home: Path) -> Path:
    folder = home / "run"
    path = str(folder / LONGEST_SOCKET_NAME)
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and re.fullmatch(r"[\w./-]+", path, re.ASCII):
        return folder
    return Path(tempfile.gettempdir()) / f"nuanchuang-{os.geteuid()}-{_digest(home)}"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
