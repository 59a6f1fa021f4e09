import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from config.embedded.errors import ServersUnavailable
from config.embedded.place import CHECKOUT, ROOT_DATA, Place
from config.embedded.stack import Stack
from config.embedded.users import ServerUser

HOLD = (
    "import time; from config.embedded.place import Place; from config.embedded.stack import Stack; "
    "Stack(Place.of('dev')).join(); time.sleep(600)"
)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A place of its own, where the server user may pass: pytest's own folders are closed to him."""
    folder = Path(tempfile.mkdtemp(prefix="nuanchuang-"))
    folder.chmod(0o755)
    place = Place.of("dev", {"DATA_DIR": str(folder)})
    yield place
    Stack(place, environ={}).leave()
    shutil.rmtree(folder)


@pytest.fixture
def stack(place: Place) -> Iterator[Stack]:
    stack = Stack(place, environ={})
    yield stack
    stack.leave()


def query(place: Place, statement: str) -> Any:
    with closing(psycopg2.connect(place.database_owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        connection.commit()
        return cursor.fetchone() if cursor.description else None


def is_up(stack: Stack) -> tuple[bool, bool]:
    return stack.postgres.child.is_running, stack.valkey.child.is_running


class TestStack:
    def test_keeps_the_data_between_two_starts(self, stack: Stack, place: Place) -> None:
        with stack:
            query(place, "CREATE TABLE kept AS SELECT '暖窗' AS name")
            redis.Redis.from_url(place.redis_url).set("kept", "暖窗")
        assert is_up(stack) == (False, False)

        with stack:
            assert query(place, "SELECT name FROM kept") == ("暖窗",)
            assert redis.Redis.from_url(place.redis_url).get("kept") == "暖窗".encode()

    def test_knows_chinese_letters(self, stack: Stack, place: Place) -> None:
        """With LC_CTYPE=C every trigram search for Chinese text finds nothing, silently."""
        with stack:
            query(place, "CREATE EXTENSION IF NOT EXISTS pg_trgm")

            assert query(place, "SELECT show_trgm('自来水') <> '{}', lower('À')") == (True, "à")

    def test_listens_on_sockets_that_only_its_user_may_open(self, stack: Stack, place: Place) -> None:
        with stack:
            assert query(place, "SHOW listen_addresses") == ("",)
            assert redis.Redis.from_url(place.redis_url).config_get("port") == {"port": "0"}
            assert stat.S_IMODE(place.sockets.stat().st_mode) == 0o700

    def test_gives_the_application_no_right_to_change_tables(self, stack: Stack, place: Place) -> None:
        with stack, closing(psycopg2.connect(place.database_url)) as connection:
            cursor = connection.cursor()

            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("CREATE TABLE intruder ()")

    def test_runs_until_the_last_user_leaves(self, stack: Stack, place: Place) -> None:
        second = Stack(place, environ={})
        stack.join()
        second.join()

        assert stack.leave() is False
        assert is_up(second) == (True, True)
        assert second.leave() is True
        assert is_up(second) == (False, False)

    def test_starts_only_what_nobody_else_provides(self, place: Place) -> None:
        with Stack(place, environ={"REDIS_URL": "redis://elsewhere/0"}) as stack:
            assert is_up(stack) == (True, False)
        with Stack(place, environ={"DATABASE_URL": "postgres://elsewhere/x"}) as stack:
            assert is_up(stack) == (False, True)
        with Stack(place, environ={"DATABASE_URL": "postgres://x/x", "REDIS_URL": "redis://x/0"}) as stack:
            assert is_up(stack) == (False, False)

    def test_starts_a_crashed_server_again(self, stack: Stack, place: Place) -> None:
        with stack:
            assert stack.restart_dead() == []

            os.kill(int(stack.postgres.child.pid or 0), signal.SIGKILL)
            os.kill(int(stack.valkey.child.pid or 0), signal.SIGKILL)
            wait_until(lambda: is_up(stack) == (False, False))

            assert stack.restart_dead() == ["postgres", "valkey"]
            assert query(place, "SELECT 1") == (1,)


class TestRecovery:
    def test_loses_no_row_when_everything_is_killed(self, stack: Stack, place: Place) -> None:
        environ = {**os.environ, "DATA_DIR": str(place.home.parent), "DATABASE_URL": "", "REDIS_URL": ""}
        with subprocess.Popen([sys.executable, "-c", HOLD], cwd=CHECKOUT, env=environ) as holder:
            wait_until(lambda: all(is_up(stack)) and place.redis_socket.exists())
            wait_until(lambda: answers(place))
            query(place, "CREATE TABLE survivor AS SELECT 1 AS row")
            for pid in (holder.pid, stack.postgres.child.pid, stack.valkey.child.pid):
                os.kill(int(pid or 0), signal.SIGKILL)

        with stack:
            assert query(place, "SELECT row FROM survivor") == (1,)

    def test_joins_servers_whose_starter_was_killed(self, stack: Stack, place: Place) -> None:
        environ = {**os.environ, "DATA_DIR": str(place.home.parent), "DATABASE_URL": "", "REDIS_URL": ""}
        with subprocess.Popen([sys.executable, "-c", HOLD], cwd=CHECKOUT, env=environ) as holder:
            wait_until(lambda: all(is_up(stack)) and answers(place))
            holder.kill()
        running = stack.postgres.child.pid

        with stack:
            assert stack.postgres.child.pid == running
            assert query(place, "SELECT 1") == (1,)
        assert is_up(stack) == (False, False)

    def test_does_not_believe_the_pid_files_of_a_dead_server(self, stack: Stack, place: Place) -> None:
        """After a restarted container the old pid is a living stranger: ours, here."""
        with stack:
            left = (stack.postgres.data / "postmaster.pid").read_text()
            socket_lock = place.sockets / ".s.PGSQL.5432.lock"
            socket_left = socket_lock.read_text()
        stranger = str(os.getpid())
        for path, text in ((stack.postgres.data / "postmaster.pid", left), (socket_lock, socket_left)):
            path.write_text("\n".join([stranger, *text.splitlines()[1:]]) + "\n")

        with stack:
            assert query(place, "SELECT 1") == (1,)

    def test_refuses_data_of_another_version(self, stack: Stack) -> None:
        with stack:
            pass
        version = stack.postgres.data / "PG_VERSION"
        version.write_text("12\n")
        try:
            with pytest.raises(ServersUnavailable, match="PostgreSQL 12"):
                stack.join()
        finally:
            version.write_text("18\n")
        assert is_up(stack) == (False, False)


class TestPlace:
    def test_uses_a_short_folder_for_sockets_when_the_path_is_long(self) -> None:
        place = Place.of("dev", {"DATA_DIR": "/" + "deep/" * 30})

        assert len(str(place.sockets / ".s.PGSQL.5432.lock")) < 104

    def test_quotes_what_urls_cannot_hold(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", "/tmp/暖 窗")

        place = Place.of("dev", {"DATA_DIR": "/srv/暖 窗"})

        assert place.database_url.isascii()
        assert place.redis_url.isascii()

    def test_gives_two_checkouts_two_places(self) -> None:
        first, second = (Place.of("dev", {"DATA_DIR": "/deep" * 30 + name}) for name in ("a", "b"))

        assert first.sockets != second.sockets

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root has to lend a server user")
    def test_lies_where_the_server_user_may_pass(self, tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)

        assert Place.of("dev", {"DATA_DIR": str(closed / "data")}).home.is_relative_to(ROOT_DATA)


class TestServerUser:
    def test_explains_what_to_do_without_a_password_entry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 54321)

        with pytest.raises(ServersUnavailable, match=r"54321.*DATABASE_URL"):
            ServerUser.for_this_process()


def answers(place: Place) -> bool:
    try:
        query(place, "SELECT 1")
    except psycopg2.OperationalError:
        return False
    return True


def wait_until(condition: Any, patience: float = 30) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "This took too long."
        time.sleep(0.05)
