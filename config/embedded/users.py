import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from config.embedded.errors import ServersUnavailable

UNPRIVILEGED = "nobody"


class PopenArguments(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class ServerUser:
    """The unprivileged user that root lends the servers, because PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    @classmethod
    def for_this_process(cls) -> "ServerUser | None":
        """Nobody in particular unless we are root: an ordinary user runs the servers as himself."""
        if os.geteuid() == 0:
            entry = pwd.getpwnam(UNPRIVILEGED)
            return cls(uid=entry.pw_uid, gid=entry.pw_gid)
        try:
            pwd.getpwuid(os.geteuid())
        except KeyError:
            raise ServersUnavailable(
                f"User id {os.geteuid()} has no entry in the password file, and PostgreSQL cannot start "
                "without one: run as another user, or set DATABASE_URL and REDIS_URL to servers of your own."
            ) from None
        return None


def run_as(user: ServerUser | None) -> PopenArguments:
    """Return what Popen needs to run a program as the server user."""
    return {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}


def make_folder(path: Path, *, mode: int, user: ServerUser | None = None) -> None:
    """Make a folder with exactly this mode, whatever the umask, and give it to the server user."""
    path.mkdir(parents=True, exist_ok=True)
    if path.stat().st_uid not in (os.geteuid(), user.uid if user else os.geteuid()):
        raise ServersUnavailable(f"The folder {path} belongs to somebody else.")
    path.chmod(mode)
    if user:
        shutil.chown(path, user.uid, user.gid)
