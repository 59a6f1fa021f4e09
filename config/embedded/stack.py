import os
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from config.embedded.errors import ServersUnavailable
from config.embedded.locks import Lock
from config.embedded.place import Place
from config.embedded.postgres import Postgres
from config.embedded.users import ServerUser, make_folder
from config.embedded.valkey import Valkey


class Stack:
    """The servers of one place, shared by all who need them.

    The first to come starts them, the last to leave stops them.

    Locks, all in the home folder: `change.lock` is held for the moment of coming and leaving, `users.lock` is
    shared by those who are inside, and each server holds its own (see Child). Whoever is killed gives his
    locks up, so nothing has to be cleaned by hand.
    """

    def __init__(
        self, place: Place, *, durable: bool = True, environ: Mapping[str, str] = os.environ
    ) -> None:
        self.place = place
        self.postgres = Postgres(place, durable=durable)
        self.valkey = Valkey(place, durable=durable)
        # Whoever names a server of his own does not get ours.
        self._wanted: list[Postgres | Valkey] = []
        if not environ.get("DATABASE_URL"):
            self._wanted.append(self.postgres)
        if not environ.get("REDIS_URL"):
            self._wanted.append(self.valkey)
        self._change = Lock(place.home / "change.lock")
        self._users = Lock(place.home / "users.lock")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """The stack that the settings point to: STACK names it, and "test" may lose its data."""
        name = environ.get("STACK") or "dev"
        return cls(Place.of(name, environ), durable=name != "test", environ=environ)

    def join(self) -> None:
        """Make sure that the servers run, for as long as we stay."""
        if not self._wanted:
            return
        user = ServerUser.for_this_process()
        self._make_home(user)
        with self._change:
            self._users.acquire(shared=True)
            try:
                self._start_missing(user)
            except BaseException:
                self._stop_unless_used()
                raise

    def leave(self) -> bool:
        """Stop the servers unless somebody else still uses them; say whether none of ours runs on."""
        if not self._wanted:
            return True
        with self._change:
            return self._stop_unless_used()

    def restart_dead(self) -> list[str]:
        """Start again what crashed; return the names of the servers that had."""
        if all(server.child.is_running for server in self._wanted):
            return []
        with self._change:
            return self._start_missing(ServerUser.for_this_process())

    def _make_home(self, user: ServerUser | None) -> None:
        try:
            data = self.place.home.parent
            new = [folder for folder in (data, *data.parents) if not folder.exists()]
            data.mkdir(parents=True, exist_ok=True)
            for folder in {data, *new} if user else ():
                # He passes through, whatever the umask; what is inside belongs to him or stays closed.
                folder.chmod(folder.stat().st_mode | 0o111)
            make_folder(self.place.home, mode=0o711)
        except PermissionError as error:
            raise ServersUnavailable(
                f"{error.filename} cannot be written: set DATA_DIR to a folder of your own."
            ) from None

    def _stop_unless_used(self) -> bool:
        self._users.release()
        if not self._users.acquire(timeout=0):
            self.valkey.child.let_go()
            self.postgres.child.let_go()
            return False
        self.valkey.stop()
        self.postgres.stop()
        self._users.release()
        return True

    def _start_missing(self, user: ServerUser | None) -> list[str]:
        missing = [server for server in self._wanted if not _is_there(server)]
        if missing:
            make_folder(self.place.sockets, mode=0o700, user=user)
        for server in missing:
            server.start(user)
        return [server.child.name for server in missing]

    def __enter__(self) -> Self:
        self.join()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()


def _is_there(server: Postgres | Valkey, patience: float = 120) -> bool:
    """Say whether it answers. One whose head was killed may be dying still, and is waited for."""
    deadline = time.monotonic() + patience
    while server.child.is_running:
        if server.answers():
            return True
        if time.monotonic() > deadline:
            raise ServersUnavailable(f"{server.child.name} runs but does not answer.")
        time.sleep(0.03)
    return False
