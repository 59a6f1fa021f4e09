import shutil
import signal
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2.sql import SQL, Identifier

from config.embedded.binaries import postgres_binaries
from config.embedded.children import Child
from config.embedded.errors import ServersUnavailable
from config.embedded.place import DATABASE, OWNER, WEB, Place
from config.embedded.users import ServerUser, make_folder, run_as

SUPERUSER = "postgres"
UTF8_SINCE = 17

# LC_CTYPE=C would make every trigram search for Chinese text return nothing, silently: pg_trgm asks LC_CTYPE
# what a letter is. macOS has no C.UTF-8.
LOCALES = ("C.UTF-8", "en_US.UTF-8")

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
# A test database is thrown away anyway.
FAST_AND_LOOSE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The PostgreSQL of one place, reached over a unix socket that only its user may open."""

    def __init__(self, place: Place, *, durable: bool) -> None:
        self.place = place
        self.settings = SETTINGS | ({} if durable else FAST_AND_LOOSE)
        self.data = place.home / "postgres"
        self.child = Child("postgres", place.home)

    def start(self, user: ServerUser | None) -> None:
        """Start it on its data, made at the first start, and wait until the application may sign in."""
        programs = postgres_binaries(self.place.home.parent / "programs", user)
        if not (self.data / "PG_VERSION").exists():
            self._make_data(programs, user)
        self._check_version(programs)
        self._forget_the_dead()
        options = self.settings | {"unix_socket_directories": str(self.place.sockets)}
        self.child.start(
            [
                programs / "postgres",
                "-D",
                self.data,
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            env={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
            cwd=self.place.home,
            user=user,
        )
        self.child.wait_until(self.answers)
        self._make_roles_and_database()

    def stop(self) -> None:
        # SIGINT is PostgreSQL's fast shutdown: sessions are ended, the data is written out.
        self.child.stop(signal.SIGINT)

    def _make_data(self, programs: Path, user: ServerUser | None) -> None:
        """Run initdb beside the final name, so that a half-made folder is never taken for data."""
        unfinished = self.data.with_suffix(".unfinished")
        provider = (
            [["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]]
            if _major(programs) >= UTF8_SINCE
            else []
        )
        for locale in LOCALES:
            shutil.rmtree(unfinished, ignore_errors=True)
            make_folder(unfinished, mode=0o700, user=user)
            command: list[str | Path] = [
                programs / "initdb", "-D", unfinished, f"--username={SUPERUSER}", "--auth=trust",
                "--encoding=UTF8", f"--locale={locale}", *(flag for flags in provider for flag in flags),
            ]  # fmt: skip
            made = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                env={"PATH": "/usr/bin:/bin", "TZ": "UTC"},
                cwd=self.place.home,
                **run_as(user),
            )
            if made.returncode == 0:
                unfinished.rename(self.data)
                return
        raise ServersUnavailable(f"initdb failed:\n{made.stderr.strip()}")

    def _check_version(self, programs: Path) -> None:
        written_by = int((self.data / "PG_VERSION").read_text())
        if written_by != _major(programs):
            raise ServersUnavailable(
                f"The data in {self.data} was written by PostgreSQL {written_by}, the programs are "
                f"PostgreSQL {_major(programs)}: set PG_BIN to the old programs, or move the folder away."
            )

    def _forget_the_dead(self) -> None:
        """Remove the pid files of a killed server, which PostgreSQL itself may believe for ever.

        Its old pid can be a zombie, or another program's after a container restarted. Our lock was free, so
        no process of that server lives.
        """
        if self.child.is_running:
            raise ServersUnavailable(f"PostgreSQL is already running (process {self.child.pid}).")
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for leftover in self.place.sockets.glob(".s.PGSQL.*"):
            leftover.unlink()

    def answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _make_roles_and_database(self) -> None:
        """Two sign-ins: the owner migrates, the application may only what the migrations grant it."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            for role, rights in ((OWNER, "LOGIN CREATEDB CREATEROLE"), (WEB, "LOGIN")):
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                if not cursor.fetchone():
                    cursor.execute(SQL("CREATE ROLE {} " + rights).format(Identifier(role)))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(
                    SQL("CREATE DATABASE {} OWNER {}").format(Identifier(DATABASE), Identifier(OWNER))
                )

    def _connect(self) -> "psycopg2.extensions.connection":
        return psycopg2.connect(host=str(self.place.sockets), user=SUPERUSER, dbname=SUPERUSER)


def _major(programs: Path) -> int:
    text = subprocess.run(
        [programs / "postgres", "--version"], check=True, capture_output=True, text=True
    ).stdout
    return int(text.split()[2].split(".")[0])
