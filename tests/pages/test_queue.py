"""The pages of the queue: kiosk, board, phone, the cashier's line, the hall, the diary."""

import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Staff
from counters.models import DiaryEntry, Pause, Ticket
from counters.models import Hall as PaymentHall
from counters.services.diary import write_diary
from counters.services.pauses import begin_pause
from tests.counters.rows import all_rows
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.factories.queue import call, make_open_window, make_queue_hall, make_service, open_for, take_ticket
from tests.hall import Hall, signed_in, text_of

pytestmark = pytest.mark.django_db

MINUTE = datetime.timedelta(minutes=1)
BAR: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def lobby(hall: Hall) -> PaymentHall:
    """The hall of the cashier's window, which is open for two services."""
    open_for(hall.shift.window, "AB")
    lobby = hall.shift.window.hall
    lobby.tickets_in_ten_seconds = 1000
    lobby.save()
    return lobby


def anybody() -> Client:
    return Client(raise_request_exception=False)


def press(lobby: PaymentHall, service: str = "A", **more: Any) -> Any:
    form = {"service": service, "request_id": str(uuid4()), **more}
    return anybody().post(f"/queue/kiosk/{lobby.public_key}/", form)


class TestTheKiosk:
    def test_gives_a_number_and_the_way_to_the_own_page(self, lobby: PaymentHall) -> None:
        take_ticket(lobby, at=MORNING - MINUTE)

        answer = press(lobby)

        ticket = Ticket.objects.latest("pk")
        slip = anybody().get(answer["Location"])
        assert answer.status_code == 302
        assert "A002" in text_of(slip)
        assert "data:image/svg+xml" in text_of(slip)
        assert (slip.context["page"].place.ahead, slip.context["page"].place.minutes) == (1, 4)
        assert "A002" in text_of(anybody().get(f"/queue/t/{ticket.code}/"))

    def test_lets_the_old_and_ill_go_first(self, lobby: PaymentHall) -> None:
        take_ticket(lobby, at=MORNING - MINUTE)
        assert 'name="is_priority"' in text_of(anybody().get(f"/queue/kiosk/{lobby.public_key}/?priority=1"))

        slip = anybody().get(press(lobby, is_priority="on")["Location"])

        assert slip.context["page"].place.ahead == 0

    def test_pressed_fifty_times_says_so_and_goes_back_to_the_start(self, lobby: PaymentHall) -> None:
        lobby.tickets_in_ten_seconds = 4
        lobby.save()

        answers = [press(lobby) for _ in range(50)]

        assert [one.status_code for one in answers] == [302] * 4 + [422] * 46
        assert Ticket.objects.count() == 4
        assert answers[-1].context["refusal"]
        assert f'content="30;url=/queue/kiosk/{lobby.public_key}/"' in text_of(answers[-1])

    @pytest.mark.parametrize(
        "form", [{}, {"service": "Z"}, {"service": "A", "request_id": "x"}, {"service": "AAAA"}]
    )
    def test_refuses_what_no_button_sends(self, lobby: PaymentHall, form: dict[str, str]) -> None:
        before = all_rows()

        answer = anybody().post(f"/queue/kiosk/{lobby.public_key}/", {"request_id": str(uuid4()), **form})

        assert answer.status_code == 422
        assert all_rows() == before

    def test_of_an_unknown_key_is_not_there(self, lobby: PaymentHall) -> None:
        addresses = (f"/queue/kiosk/{lobby.pk}/", "/queue/board/x/", "/queue/board/x/now/", "/queue/t/x/")

        assert {anybody().get(address).status_code for address in addresses} == {404}

    def test_shows_no_slip_of_another_hall(self, lobby: PaymentHall, hall: Hall) -> None:
        elsewhere = take_ticket(make_queue_hall(hall.branch))

        assert anybody().get(f"/queue/kiosk/{lobby.public_key}/?ticket={elsewhere.code}").status_code == 404


class TestTheVisitorsPage:
    def test_follows_the_visit(self, lobby: PaymentHall, hall: Hall) -> None:
        ticket = take_ticket(lobby, at=MORNING - MINUTE)
        address = f"/queue/t/{ticket.code}/"
        assert 'hx-trigger="every 5s"' in text_of(anybody().get(address))

        call(hall.shift)

        assert "phone-go" in text_of(anybody().get(address))
        assert "<html" not in text_of(anybody().get(address, **BAR))

    def test_of_yesterday_sends_to_the_kiosk(self, lobby: PaymentHall) -> None:
        ticket = take_ticket(lobby, at=MORNING - datetime.timedelta(days=1))

        answer = anybody().get(f"/queue/t/{ticket.code}/")

        assert "2026-11-22" in text_of(answer)
        assert "hx-trigger" not in text_of(answer)


class TestTheBoard:
    def test_is_answered_from_the_cache_while_nothing_is_new(
        self, lobby: PaymentHall, hall: Hall, django_capture_on_commit_callbacks: Any
    ) -> None:
        take_ticket(lobby, at=MORNING - MINUTE)
        address = f"/queue/board/{lobby.public_key}/now/"
        seen = anybody().get(f"/queue/board/{lobby.public_key}/").context["version"]
        screens = [anybody() for _ in range(3)]

        with CaptureQueriesContext(connection) as idle:
            answers = [one.get(address, {"seen": seen}) for one in screens]
        with django_capture_on_commit_callbacks(execute=True):
            call(hall.shift)
        with CaptureQueriesContext(connection) as changed:
            news = [one.get(address, {"seen": seen}) for one in screens]

        assert [(one.status_code, one.content) for one in answers] == [(204, b"")] * 3
        assert len(idle) == 0
        assert [one.status_code for one in news] == [200] * 3
        assert all("A001" in text_of(one) for one in news)
        # The first screen draws it, the others are given what was drawn.
        assert len(changed) <= 6, [query["sql"] for query in changed]

    @pytest.mark.parametrize("act", ["recall", "miss", "hold", "finish"])
    def test_learns_of_every_key(
        self, lobby: PaymentHall, hall: Hall, act: str, django_capture_on_commit_callbacks: Any
    ) -> None:
        take_ticket(lobby, at=MORNING - MINUTE)
        ticket = call(hall.shift, at=MORNING - MINUTE)
        assert ticket
        seen = anybody().get(f"/queue/board/{lobby.public_key}/").context["version"]

        with django_capture_on_commit_callbacks(execute=True):
            signed_in(hall.cashier).post(f"/queue/window/{act}/", {"ticket": ticket.pk}, **BAR)

        answer = anybody().get(f"/queue/board/{lobby.public_key}/now/", {"seen": seen})
        assert answer.status_code == 200

    @pytest.mark.parametrize("seen", [f"{'9' * 5000}.x", f"{'9' * 30}.x", "\x00.x", ".", "²."])
    def test_draws_itself_for_whatever_a_screen_says_it_has_seen(self, lobby: PaymentHall, seen: str) -> None:
        answer = anybody().get(f"/queue/board/{lobby.public_key}/now/", {"seen": seen})

        assert answer.status_code == 200

    def test_keeps_its_peace_when_a_verb_is_rolled_back(self, lobby: PaymentHall, hall: Hall) -> None:
        seen = anybody().get(f"/queue/board/{lobby.public_key}/").context["version"]

        signed_in(hall.cashier).post("/queue/window/call/", {"finishing": ""}, **BAR)

        answer = anybody().get(f"/queue/board/{lobby.public_key}/now/", {"seen": seen})
        assert answer.status_code == 204


class TestTheCashiersLine:
    def act(self, hall: Hall, name: str, **form: Any) -> Any:
        return signed_in(hall.cashier).post(f"/queue/window/{name}/", form, **BAR)

    def test_takes_one_key_for_each_step_of_a_visit(self, lobby: PaymentHall, hall: Hall) -> None:
        first, second = (take_ticket(lobby, at=MORNING - MINUTE * minute) for minute in (9, 4))
        line = self.act(hall, "call", finishing="")
        assert (line.context["queue"].current, line.context["queue"].waiting) == (first, 1)

        self.act(hall, "recall", ticket=first.pk)
        self.act(hall, "hold", ticket=first.pk)
        line = self.act(hall, "call", finishing="")
        assert (line.context["queue"].current, line.context["queue"].held) == (second, [first])
        self.act(hall, "miss", ticket=second.pk)
        line = self.act(hall, "take-back", ticket=first.pk)
        assert (line.context["queue"].current, line.context["queue"].missed) == (first, [second])
        line = self.act(hall, "finish", ticket=first.pk)

        assert line.context["queue"].current is None
        assert line.status_code == 200

    def test_sends_a_visitor_on(self, lobby: PaymentHall, hall: Hall) -> None:
        colleague = make_open_window(lobby, "B", number=8)
        ticket = take_ticket(lobby, at=MORNING - MINUTE)
        call(hall.shift, at=MORNING - MINUTE)
        client = signed_in(hall.cashier)
        choices = client.get("/queue/window/transfer/", **BAR).context["destinations"]
        assert ([one.pk for one in choices.services], choices.windows) == (["B"], [colleague.window])

        nowhere = self.act(hall, "transfer", ticket=ticket.pk, to="service-C")
        moved = self.act(hall, "transfer", ticket=ticket.pk, to=f"window-{colleague.window_id}")

        ticket.refresh_from_db()
        assert (nowhere.status_code, moved.status_code) == (422, 200)
        assert (ticket.state, ticket.for_window) == ("WAITING", colleague.window)

    def test_pauses_and_comes_back(self, lobby: PaymentHall, hall: Hall) -> None:
        make_open_window(lobby, number=8)

        paused = self.act(hall, "pause", reason="")
        back = self.act(hall, "resume")

        assert paused.context["queue"].pause == Pause.objects.get()
        assert back.context["queue"].pause is None
        assert self.act(hall, "resume").status_code == 422

    @pytest.mark.parametrize(
        "name", ["call", "recall", "finish", "hold", "miss", "take-back", "transfer", "pause", "resume"]
    )
    def test_says_why_nothing_happened(self, lobby: PaymentHall, hall: Hall, name: str) -> None:
        client = signed_in(hall.cashier)
        before = all_rows()

        answer = client.post(f"/queue/window/{name}/", {}, **BAR)

        assert answer.status_code == 422
        assert answer.context["said"]["tone"] == "late"
        assert all_rows() == before

    def test_asks_for_a_shift_first(self, lobby: PaymentHall, hall: Hall) -> None:
        client = signed_in(hall.colleague)

        assert client.post("/queue/window/call/", {}, **BAR).status_code == 422
        assert "/counter/shift/open/" in text_of(client.get("/queue/window/", **BAR))

    def test_without_a_script_leads_back_to_the_counter(self, lobby: PaymentHall, hall: Hall) -> None:
        take_ticket(lobby, at=MORNING - MINUTE)
        client = signed_in(hall.cashier)

        answer = client.post("/queue/window/call/", {"finishing": ""})

        assert answer["Location"] == "/counter/"
        assert "A001" in text_of(client.get("/counter/"))

    def test_asks_the_database_as_often_for_forty_visitors_as_for_one(
        self, lobby: PaymentHall, hall: Hall
    ) -> None:
        client = signed_in(hall.cashier)
        counts = []
        for visitors in (1, 39):
            for _ in range(visitors):
                take_ticket(lobby, at=MORNING - MINUTE)
            with CaptureQueriesContext(connection) as asked:
                client.get("/queue/window/", **BAR)
            counts.append(len(asked))

        assert counts[0] == counts[1] <= 7


class TestTheHall:
    def test_shows_windows_waits_and_pauses(self, lobby: PaymentHall, hall: Hall) -> None:
        take_ticket(lobby, at=MORNING - MINUTE * 20)
        take_ticket(lobby, "B", at=MORNING - MINUTE * 3)
        call(hall.shift, at=MORNING - MINUTE)
        pausing = make_open_window(lobby, "A", number=8)
        begin_pause(pausing, by=pausing.cashier, at=MORNING)

        now = signed_in(hall.supervisor).get(f"/queue/hall/{lobby.number}/").context["hall"]

        assert [(one.window.number, bool(one.ticket), bool(one.pause)) for one in now.windows] == [
            (hall.shift.window.number, True, False), (8, False, True),
        ]  # fmt: skip
        assert [one.ticket.label for one in now.waiting] == ["B001"]
        assert (now.longest_minutes, now.at_work) == (3, 1)

    def test_alerts_the_supervisor_to_a_pause_that_was_overrun(self, lobby: PaymentHall, hall: Hall) -> None:
        pausing = make_open_window(lobby, "A", number=8, at=MORNING - MINUTE * 30)
        begin_pause(pausing, by=pausing.cashier, at=MORNING - MINUTE * 20)
        take_ticket(lobby, at=MORNING - MINUTE * 10)

        answer = signed_in(hall.supervisor).get(f"/queue/hall/{lobby.number}/")

        assert [one.has_overrun for one in answer.context["hall"].windows] == [False, True]
        assert 'role="alert"' in text_of(answer)

    def test_opens_and_closes_a_window_for_a_service(self, lobby: PaymentHall, hall: Hall) -> None:
        make_service("C")
        client, address = signed_in(hall.supervisor), f"/queue/hall/windows/{hall.shift.window_id}/"

        for form, wanted in (
            ({"services": "A,B", "toggle": "C"}, ["A", "B", "C"]),
            ({"services": "A,B,C", "toggle": "A"}, ["B", "C"]),
            ({"services": "B,C", "close": "1"}, []),
        ):
            assert client.post(address, form).status_code == 302
            assert sorted(hall.shift.window.open_services.values_list("service_id", flat=True)) == wanted
        assert client.post(address, {"services": "", "toggle": "Z"}).status_code == 422
        assert client.post(address, {}).status_code == 422

    def test_asks_the_database_as_often_for_many_as_for_few(self, lobby: PaymentHall, hall: Hall) -> None:
        client, address = signed_in(hall.supervisor), f"/queue/hall/{lobby.number}/"
        counts = []
        for windows, visitors in ((1, 1), (8, 30)):
            for number in range(windows):
                make_open_window(lobby, "A", number=10 * (windows + 1) + number)
            for _ in range(visitors):
                take_ticket(lobby, at=MORNING - MINUTE)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            counts.append(len(asked))

        assert counts[0] == counts[1] <= 18, counts


class TestTheDiary:
    @pytest.fixture
    def entries(self, lobby: PaymentHall, hall: Hall) -> list[DiaryEntry]:
        """A pause of the cashier, and what nobody else is to read."""
        make_open_window(lobby, number=8)
        begin_pause(hall.shift, reason="缓一缓", by=hall.cashier, at=MORNING)
        write_diary(kind="TROUBLE", text="心里委屈", by=hall.cashier, at=MORNING)
        return list(DiaryEntry.objects.order_by("pk"))

    def read(self, staff: Staff) -> str:
        return text_of(signed_in(staff).get("/queue/diary/"))

    def test_is_read_by_the_writer(self, hall: Hall, entries: list[DiaryEntry]) -> None:
        assert "心里委屈" in self.read(hall.cashier)
        assert "缓一缓" in self.read(hall.cashier)

    def test_shows_a_supervisor_the_pauses_and_nothing_else(
        self, hall: Hall, entries: list[DiaryEntry]
    ) -> None:
        pause, trouble = entries
        for role in ("supervisor", "manager", "auditor"):
            onlooker = make_staff(role=role, branch=hall.branch)
            assert "缓一缓" in self.read(onlooker)
            assert "心里委屈" not in self.read(onlooker)
            assert list(DiaryEntry.objects.visible_to(onlooker)) == [pause]
        assert trouble not in DiaryEntry.objects.visible_to(hall.supervisor)

    @pytest.mark.parametrize("role", ["cashier", "adviser", "collector", "complaints", "finance"])
    def test_shows_a_colleague_nothing(self, hall: Hall, entries: list[DiaryEntry], role: str) -> None:
        colleague = make_staff(role=role, branch=hall.branch)

        assert not DiaryEntry.objects.visible_to(colleague).exists()
        assert "缓一缓" not in self.read(colleague)
        assert "心里委屈" not in self.read(colleague)

    def test_is_written_with_a_form(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)

        written = client.post("/queue/diary/", {"kind": "PRAISE", "text": "用户送来锦旗"})

        assert written.status_code == 302
        assert DiaryEntry.objects.get().kind == "PRAISE"

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"kind": "NOTE", "text": "  "},
            {"kind": "PAUSE", "text": "x"},
            {"kind": "NOTE", "text": "字" * 501},
        ],
    )
    def test_keeps_what_was_typed_when_it_refuses(self, hall: Hall, form: dict[str, str]) -> None:
        answer = signed_in(hall.cashier).post("/queue/diary/", form)

        assert answer.status_code == 422
        assert not DiaryEntry.objects.exists()
        assert answer.context["form"].data.get("text", "") == form.get("text", "")


class TestAddressesThatNobodyGave:
    @pytest.mark.parametrize("page", ["kiosk/%00/", "board/%00/", "board/%00/now/", "t/%00/"])
    def test_are_found_nowhere(self, page: str) -> None:
        assert anybody().get(f"/queue/{page}").status_code == 404

    def test_are_not_printed(self, lobby: PaymentHall) -> None:
        address = f"/queue/kiosk/{lobby.public_key}/"

        assert anybody().get(address, {"ticket": "\x00"}).status_code == 404
