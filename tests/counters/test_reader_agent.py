"""The program at a window's own computer: HTTP, a token, and nothing of the database."""

import datetime
import io
import subprocess
import sys
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request

import pytest
from django.conf import settings as project
from django.core.cache import cache, caches
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.card_content import CardCode, CardContent
from billing.models import CardWrite, GasCard
from billing.services.card_writes import LEASE, claim_write
from counters.api.reader_tokens import MOST_WRONG_TOKENS, OfOneWindow
from counters.models import ReaderJob, ReaderToken, Shift, Window
from counters.readers import agent
from counters.readers.agent import Server, ServerRefused, serve_next
from counters.services.reader_jobs import ask_reader
from counters.services.reader_tokens import issue_reader_token, revoke_reader_token
from tests.counters.rows import refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.gas import (
    issue,
    make_gas_account,
    make_gas_card,
    make_gas_tariff,
    make_reader_window,
    open_write,
    reader_of,
    sell,
)
from tests.hall import signed_in

pytestmark = pytest.mark.django_db

SERVER = "https://hall.example"


@pytest.fixture
def administrator() -> Staff:
    return make_staff(role="administrator")


@pytest.fixture
def card(branch: Branch, shift: Shift, tmp_path: Path) -> GasCard:
    make_gas_tariff()
    return make_gas_card(make_gas_account(branch), shift, tmp_path)


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network between the window and the server: requests of the program reach the application."""
    cache.clear()
    client = Client()

    def carry(request: Request, timeout: float) -> Any:
        answer = client.post(
            request.full_url.removeprefix(SERVER),
            data=request.data,
            content_type=request.headers["Content-type"],
            headers={"Authorization": request.headers["Authorization"]},
        )
        if answer.status_code >= 400:
            raise HTTPError(request.full_url, answer.status_code, "", Message(), io.BytesIO(answer.content))
        return _Answer(answer.status_code, answer.content)

    monkeypatch.setattr(agent, "urlopen", carry)
    monkeypatch.setattr(timezone, "now", lambda: MORNING)


class _Answer(io.BytesIO):
    def __init__(self, status: int, content: bytes) -> None:
        super().__init__(content)
        self.status = status


def be_an_agent(window: Window) -> Window:
    window.card_reader = Window.CardReader.AGENT
    window.save()
    return window


def server_of(shift: Shift, administrator: Staff) -> Server:
    return Server(SERVER, issue_reader_token(be_an_agent(shift.window), issued_by=administrator, at=MORNING))


def ask(card: GasCard, shift: Shift, write: CardWrite | None = None) -> ReaderJob:
    return ask_reader(shift.window, card=card, write=write, asked_by=shift.cashier, at=MORNING)


class TestTheProgram:
    def test_reads_and_writes_what_the_window_asked_for(
        self, card: GasCard, shift: Shift, administrator: Staff, tmp_path: Path
    ) -> None:
        purchase = sell(card, shift, tmp_path, 100)
        server = server_of(shift, administrator)
        read, wrote = ask(card, shift), ask(card, shift, open_write(purchase))
        reader = reader_of(card, tmp_path)

        said = [serve_next(server, lambda job: reader) for _ in range(3)]

        read.refresh_from_db()
        wrote.refresh_from_db()
        assert said == [f"{card.card_no}: OK", f"{card.card_no}: OK", None]
        assert (read.state, read.found and read.found.volume) == ("DONE", 0)
        assert (wrote.state, wrote.code) == ("DONE", CardCode.OK)
        written = purchase.writes.get()
        assert (written.state, written.may_be_on_card) == (CardWrite.State.WRITTEN, True)
        assert reader.read() == CardContent(card.card_no, card.meter_kind, 1, 100)
        assert written.attempts.get().tried_by == shift.cashier

    def test_writes_a_new_card_from_the_box(
        self, branch: Branch, shift: Shift, administrator: Staff, tmp_path: Path
    ) -> None:
        card = issue(make_gas_account(branch), shift, "40000070")
        server = server_of(shift, administrator)
        ask(card, shift, card.writes.get())
        (tmp_path / "token").write_text(server.token)

        call_command(
            "card_reader",
            server=SERVER,
            token_file=tmp_path / "token",
            reader="file",
            folder=tmp_path,
            once=True,
        )

        assert card.writes.get().state == CardWrite.State.WRITTEN

    @pytest.mark.parametrize(
        ("faults", "code", "state"),
        [
            ({"on_read": [CardCode.NO_CARD]}, CardCode.NO_CARD, CardWrite.State.FAILED),
            ({"on_write": [CardCode.WRITE_FAILED]}, CardCode.WRITE_FAILED, CardWrite.State.FAILED),
            ({"garbles": True}, CardCode.VERIFY_FAILED, CardWrite.State.FAILED),
        ],
    )
    def test_tells_what_the_reader_could_not_do(
        self, card: GasCard, shift: Shift, administrator: Staff, tmp_path: Path, faults: Any,
        code: CardCode, state: str,
    ) -> None:  # fmt: skip
        purchase = sell(card, shift, tmp_path, 100)
        server = server_of(shift, administrator)
        wrote = ask(card, shift, open_write(purchase))

        serve_next(server, lambda job: reader_of(card, tmp_path, **faults))

        wrote.refresh_from_db()
        assert (wrote.code, open_write(purchase).state) == (code, state)

    def test_that_died_after_the_write_finds_it_on_the_card_next_time(
        self,
        card: GasCard,
        shift: Shift,
        administrator: Staff,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        purchase = sell(card, shift, tmp_path, 100)
        server = server_of(shift, administrator)
        reader = reader_of(card, tmp_path)
        ask(card, shift, open_write(purchase))
        job = server.next_job()
        assert job is not None
        wanted = server.card(job["job"], CardCode.OK, reader.read())
        assert wanted is not None
        reader.write(wanted)

        later = MORNING + LEASE + datetime.timedelta(seconds=1)
        monkeypatch.setattr(timezone, "now", lambda: later)
        ask_reader(shift.window, card=card, write=open_write(purchase), asked_by=shift.cashier, at=later)
        serve_next(server, lambda job: reader)

        assert purchase.writes.get().state == CardWrite.State.WRITTEN
        assert len(reader.written) == 1

    def test_writes_nothing_once_another_window_has_taken_the_write_over(
        self,
        card: GasCard,
        shift: Shift,
        administrator: Staff,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        purchase = sell(card, shift, tmp_path, 100)
        server = server_of(shift, administrator)
        reader = reader_of(card, tmp_path)
        ask(card, shift, open_write(purchase))
        job = server.next_job()
        assert job is not None
        later = MORNING + LEASE + datetime.timedelta(seconds=1)
        claim_write(open_write(purchase), at=later)
        monkeypatch.setattr(timezone, "now", lambda: later)

        wanted = server.card(job["job"], CardCode.OK, reader.read())

        assert wanted is None
        assert not open_write(purchase).may_be_on_card

    def test_is_not_believed_that_it_wrote_what_nobody_asked_for(
        self, card: GasCard, shift: Shift, administrator: Staff, tmp_path: Path
    ) -> None:
        purchase = sell(card, shift, tmp_path, 100)
        server = server_of(shift, administrator)
        ask(card, shift, open_write(purchase))
        job = server.next_job()
        assert job is not None

        with pytest.raises(ServerRefused, match="422"):
            server.written(job["job"], CardCode.OK, CardContent(card.card_no, card.meter_kind, 1, 100))

        assert open_write(purchase).state == CardWrite.State.PENDING

    def test_needs_no_settings_and_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("x")

        done = subprocess.run(
            [sys.executable, "-m", "counters.readers.agent", "--server", "http://127.0.0.1:9", "--once",
             "--token-file", tmp_path / "token"],
            cwd=project.BASE_DIR, env={}, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

        assert (done.returncode, done.stderr) == (1, "")
        assert "does not answer" in done.stdout

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"server": "http://hall.example"}, "https"),
            ({"server": SERVER, "token_file": Path("no-such-file")}, "no-such-file"),
            ({"server": SERVER}, "token"),
        ],
    )
    def test_says_what_it_lacks(self, options: dict[str, Any], said: str) -> None:
        out = io.StringIO()

        with pytest.raises(CommandError):
            call_command("card_reader", **{"token_file": None, **options}, once=True, stdout=out)

        assert said in out.getvalue()

    def test_waits_for_a_server_that_does_not_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answers: list[Exception | _Answer] = [URLError("down"), _Answer(204, b"")]
        slept: list[float] = []

        def carry(request: Request, timeout: float) -> _Answer:
            answer = answers.pop(0) if answers else _stop()
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(agent, "urlopen", carry)
        monkeypatch.setattr("counters.readers.agent.time.sleep", slept.append)

        with pytest.raises(KeyboardInterrupt):
            agent.work(
                Server(SERVER, "x"),
                lambda job: pytest.fail("no job"),
                pause=0.5,
                once=False,
                say=lambda _: None,
            )

        assert slept == [agent.PATIENCE, 0.5]


def _stop() -> Any:
    raise KeyboardInterrupt


Bad = Callable[[str], str]


class TestTheApi:
    def post(self, token: str | None, path: str = "next/", body: Any = None, scheme: str = "Window") -> Any:
        headers = {"Authorization": f"{scheme} {token}"} if token is not None else {}
        return Client(headers=headers).post(
            f"/api/v1/reader/{path}", data=body if body is not None else {}, content_type="application/json"
        )

    @pytest.mark.parametrize(
        ("spoil", "scheme"),
        [
            (lambda token: token[:-1], "Window"),
            (lambda token: token + "x", "Window"),
            (lambda token: "x" * 10_000, "Window"),
            (lambda token: "", "Window"),
            (lambda token: token, "Bearer"),
        ],
    )
    def test_answers_no_token_but_the_whole_one(
        self, shift: Shift, administrator: Staff, spoil: Bad, scheme: str
    ) -> None:
        token = server_of(shift, administrator).token

        answer = self.post(spoil(token), scheme=scheme)

        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Window")
        assert self.post(token).status_code == 204

    def test_answers_nobody_who_is_signed_in(self, shift: Shift) -> None:
        assert signed_in(shift.cashier).post("/api/v1/reader/next/").status_code == 401

    def test_opens_nothing_else_with_the_token(
        self, shift: Shift, administrator: Staff, account: Account
    ) -> None:
        token = server_of(shift, administrator).token
        client = Client(headers={"Authorization": f"Window {token}"})

        assert client.get(f"/api/v1/accounts/{account.account_no}/due/").status_code == 403
        assert client.get("/counter/").status_code == 302

    def test_shows_no_job_of_another_window(
        self, card: GasCard, shift: Shift, administrator: Staff, branch: Branch, tmp_path: Path
    ) -> None:
        own = server_of(shift, administrator)
        job = ask(card, shift)
        other = issue_reader_token(make_reader_window(branch), issued_by=administrator, at=MORNING)
        seen = {"code": 0, "content": None}

        assert self.post(other).status_code == 204
        assert own.next_job() is not None
        assert self.post(other, f"jobs/{job.pk}/card/", seen).json()["code"] == "unknown_job"
        assert self.post(other, f"jobs/{job.pk}/card/", seen).status_code == 404

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"code": 99, "content": None},
            {"code": 0, "content": {"card_no": "1"}},
            {
                "code": 0,
                "content": {"card_no": "1", "meter_kind": "SMALL", "purchase_count": -1, "volume": 0},
            },
            {
                "code": 0,
                "content": {"card_no": "1", "meter_kind": "SMALL", "purchase_count": 1, "volume": 1.5},
            },
            {"code": 0, "content": {"card_no": "1", "meter_kind": "HUGE", "purchase_count": 1, "volume": 1}},
            {
                "code": 0,
                "content": {"card_no": "1" * 21, "meter_kind": "SMALL", "purchase_count": 1, "volume": 1},
            },
            [],
        ],
    )
    def test_refuses_what_is_not_well_formed_and_writes_nothing(
        self, card: GasCard, shift: Shift, administrator: Staff, body: Any
    ) -> None:
        server = server_of(shift, administrator)
        job = ask(card, shift)
        server.next_job()

        answer = self.post(server.token, f"jobs/{job.pk}/card/", body)

        job.refresh_from_db()
        assert (answer.status_code, job.state) == (400, ReaderJob.State.TAKEN)

    def test_is_closed_to_who_tries_tokens(self, shift: Shift, administrator: Staff) -> None:
        token = server_of(shift, administrator).token

        tried = [self.post("wrong").status_code for _ in range(MOST_WRONG_TOKENS + 1)]

        assert (tried[:-1], tried[-1]) == ([401] * MOST_WRONG_TOKENS, 429)
        assert self.post(token).status_code == 429

    def test_counts_from_one_again_when_the_minute_ends_in_the_middle(
        self, shift: Shift, administrator: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server_of(shift, administrator)
        # The count stood there when it was asked for, and had ended when it was to be raised.
        monkeypatch.setattr(caches["default"], "add", lambda *_: False)

        assert [self.post("wrong").status_code for _ in range(2)] == [401, 401]

    def test_is_closed_to_a_program_that_asks_without_end(
        self, shift: Shift, administrator: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = server_of(shift, administrator).token
        monkeypatch.setattr(OfOneWindow, "rate", "3/min")

        assert [self.post(token).status_code for _ in range(4)] == [204, 204, 204, 429]


class TestATokenOfAWindow:
    def test_is_kept_as_a_hash_alone(self, branch: Branch, administrator: Staff) -> None:
        token = issue_reader_token(make_reader_window(branch), issued_by=administrator, at=MORNING)

        row = ReaderToken.objects.get()
        assert token not in str(vars(row))
        assert token not in str(list(AuditEntry.objects.values()))
        assert len(token) >= 43

    def test_ends_with_the_next_one(self, shift: Shift, administrator: Staff) -> None:
        first, second = server_of(shift, administrator), server_of(shift, administrator)

        with pytest.raises(ServerRefused, match="401"):
            first.next_job()
        assert second.next_job() is None

    def test_ends_when_it_is_revoked(self, shift: Shift, administrator: Staff) -> None:
        server = server_of(shift, administrator)

        revoke_reader_token(shift.window, revoked_by=administrator, at=MORNING)

        with pytest.raises(ServerRefused, match="401"):
            server.next_job()

    def test_counts_no_more_once_the_window_has_another_reader(
        self, shift: Shift, administrator: Staff
    ) -> None:
        server = server_of(shift, administrator)
        shift.window.card_reader = Window.CardReader.FILE
        shift.window.save()

        with pytest.raises(ServerRefused, match="401"):
            server.next_job()

    @pytest.mark.parametrize("role", ["cashier", "supervisor", "manager", "finance"])
    def test_is_issued_and_revoked_by_administrators_alone(self, branch: Branch, role: str) -> None:
        window, person = make_reader_window(branch), make_staff(role=role)

        with refused("not_allowed"):
            issue_reader_token(window, issued_by=person, at=MORNING)
        with refused("not_allowed"):
            revoke_reader_token(window, revoked_by=person, at=MORNING)

    def test_is_refused_for_a_window_without_a_program(self, shift: Shift, administrator: Staff) -> None:
        shift.window.card_reader = ""
        shift.window.save()

        with refused("no_agent"):
            issue_reader_token(shift.window, issued_by=administrator, at=MORNING)
        with refused("no_token"):
            revoke_reader_token(shift.window, revoked_by=administrator, at=MORNING)

    def test_is_never_written_anew(self, branch: Branch, administrator: Staff) -> None:
        issue_reader_token(make_reader_window(branch), issued_by=administrator, at=MORNING)

        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE counters_readertoken SET digest = repeat('0', 64)")


class TestThePage:
    def test_shows_a_token_once(self, branch: Branch, administrator: Staff) -> None:
        window = make_reader_window(branch)
        client = signed_in(administrator)

        shown = client.post(f"/counter/readers/{window.pk}/issue/")
        again = client.get("/counter/readers/")

        token = shown.context["token"]
        assert shown["Cache-Control"].count("no-store") == 1
        assert token in shown.content.decode()
        assert token not in again.content.decode()
        assert again.context["windows"][0].token == ReaderToken.objects.get()

    def test_revokes(self, branch: Branch, administrator: Staff) -> None:
        window = make_reader_window(branch)
        client = signed_in(administrator)
        client.post(f"/counter/readers/{window.pk}/issue/")

        assert client.post(f"/counter/readers/{window.pk}/revoke/").status_code == 302
        assert client.post(f"/counter/readers/{window.pk}/revoke/").status_code == 422
        assert ReaderToken.objects.get().revoked_by == administrator
