"""A busy hall over real HTTP: kiosk, calls, payments, no-shows, holds; nobody is called twice, nothing is lost.

By default a busy hour with a few windows. OCTOBER_DAY=1 plays the whole day: 700 visitors, twelve windows.
"""

import datetime
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
import requests
from django.db import connections
from django.db.models import F, Sum
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Branch
from billing.models import Payment
from counters.models import Hall, Shift, Ticket, TicketPayment, TicketPeriod
from tests.counters.days import close_short
from tests.counters.rows import broken_invariants
from tests.factories.accounts import make_account, make_branch
from tests.factories.billing import make_bill
from tests.factories.queue import make_open_window, make_queue_hall
from tests.hall import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

IS_FULL = bool(os.environ.get("OCTOBER_DAY"))
VISITORS, WINDOWS, HOURS = (700, 12, 9.0) if IS_FULL else (60, 5, 0.7)
OPENS = datetime.datetime(2026, 10, 15, 8, 0, tzinfo=timezone.get_default_timezone())
TICK = datetime.timedelta(seconds=15)
SECOND = datetime.timedelta(seconds=1)
TOKEN = "t" * 32
AT_WINDOW = re.compile(r'name="finishing" value="(\d*)"')
LABEL = re.compile(r'class="queue-number digits">([A-D]\d+)<')
SLIP = re.compile(r'class="slip-number">([A-D]\d+)<')


class Clock:
    """The time of the simulated day; the doors of the live server read it."""

    def __init__(self) -> None:
        self.now = OPENS

    def __call__(self) -> datetime.datetime:
        return self.now


@dataclass
class Visit:
    """What the simulation itself knows of one visitor."""

    label: str
    issued_at: datetime.datetime
    account: Account
    waits_since: datetime.datetime
    waited: datetime.timedelta = datetime.timedelta()
    calls: int = 0
    payment: str = ""
    end: str = ""


@dataclass
class Day:
    clock: Clock
    url: str
    hall: Hall
    chance: random.Random
    visits: dict[str, Visit] = field(default_factory=dict)
    at_window: dict[str, int] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)

    def session(self, **cookies: str) -> requests.Session:
        browser = requests.Session()
        browser.cookies.update({"csrftoken": TOKEN, **cookies})
        browser.headers.update({"X-CSRFToken": TOKEN})
        return browser

    def visit(self, label: str) -> Visit:
        """A window may call somebody whose kiosk has not answered the simulation yet."""
        for _ in range(1000):
            if label in self.visits:
                break
            sleep(0.01)
        return self.visits[label]

    def arrive(self, account: Account) -> None:
        """Press the kiosk until it gives a number: whoever is refused waits ten seconds and presses again."""
        kiosk, browser = f"{self.url}/queue/kiosk/{self.hall.public_key}/", self.session()
        service = self.chance.choices("AB", (9, 1))[0]
        form = {"service": service, "request_id": str(uuid4())}
        if self.chance.random() < 0.08:
            form["is_priority"] = "on"
        answer = browser.post(kiosk, form, timeout=60)
        if answer.status_code == 422:
            self.refused["kiosk"] += 1
            raise TryLater
        found = SLIP.search(answer.text)
        assert found, answer.text
        self.visits[found[1]] = Visit(found[1], self.clock.now, account, self.clock.now)


class TryLater(Exception):
    """The kiosk asked for ten seconds."""


class Window:
    """One clerk at one window with a browser of the own."""

    def __init__(self, day: Day, shift: Shift) -> None:
        self.day, self.shift = day, shift
        cookies = {name: morsel.value for name, morsel in signed_in(shift.cashier).cookies.items()}
        self.browser = day.session(**cookies)
        self.ticket, self.label = "", ""
        self.step: Callable[[], None] = self.call
        self.due = day.clock.now
        self.held: list[tuple[str, str, datetime.datetime]] = []

    def press(self, key: str, **form: str) -> requests.Response:
        answer = self.browser.post(
            f"{self.day.url}/queue/window/{key}/", form, headers={"HX-Request": "true"}, timeout=60
        )
        assert answer.status_code in (200, 422), answer.text[:2000]
        return answer

    def after(self, seconds: float, step: Callable[[], None]) -> None:
        self.due, self.step = self.day.clock.now + SECOND * seconds, step

    def leave(self, end: str) -> None:
        if self.label:
            self.day.visits[self.label].end = end
            assert self.day.at_window.pop(self.label) == self.shift.pk
        self.ticket = self.label = ""

    def call(self) -> None:
        """F3: the visit before is over; whoever was on hold long enough comes first."""
        if self.held and not self.label and self.held[0][2] <= self.day.clock.now:
            ticket, label, _until = self.held.pop(0)
            assert self.press("take-back", ticket=ticket).status_code == 200
            self.begin(ticket, label)
            return
        answer = self.press("call", finishing=self.ticket)
        if answer.status_code == 422:
            self.after(15, self.call)
            return
        self.leave("DONE")
        called, number = AT_WINDOW.search(answer.text), LABEL.search(answer.text)
        if not (called and called[1] and number):
            self.after(15, self.call)
            return
        visit = self.day.visit(number[1])
        visit.waited += self.day.clock.now - visit.waits_since
        self.begin(called[1], number[1])

    def begin(self, ticket: str, label: str) -> None:
        assert label not in self.day.at_window, f"{label} was called by two windows"
        self.day.at_window[label] = self.shift.pk
        self.day.visits[label].calls += 1
        self.ticket, self.label = ticket, label
        if self.day.visits[label].payment:
            self.after(30, self.call)
            return
        way = self.day.chance.random()
        if way < 0.05:
            self.after(60, self.miss)
        elif way < 0.09 and self.day.visits[label].calls == 1:
            self.after(45, self.hold)
        elif way < 0.12 and self.day.visits[label].calls == 1:
            self.after(45, self.send_on)
        else:
            self.after(self.day.chance.uniform(60, 200), self.take_money)

    def miss(self) -> None:
        assert self.press("miss", ticket=self.ticket).status_code == 200
        self.leave("NO_SHOW")
        self.after(0, self.call)

    def hold(self) -> None:
        assert self.press("hold", ticket=self.ticket).status_code == 200
        self.held.append((self.ticket, self.label, self.day.clock.now + SECOND * 150))
        self.leave("HELD")
        self.after(0, self.call)

    def send_on(self) -> None:
        """To another service: any window takes the visitor, at the place that the number had."""
        ticket = self.ticket
        self.day.visits[self.label].waits_since = self.day.clock.now
        # Before the answer is here, another window may have called.
        self.leave("WAITING")
        answer = self.press("transfer", ticket=ticket, to="service-B")
        assert answer.status_code == 200, answer.text
        self.after(0, self.call)

    def take_money(self) -> None:
        visit = self.day.visits[self.label]
        (bill,) = visit.account.bills.all()
        request_id = str(uuid4())
        body: dict[str, Any] = {
            "request_id": request_id,
            "account_no": visit.account.account_no,
            "bills": [bill.pk],
            "tenders": [{"method": "CASH", "amount": "100.00", "reference": ""}],
            "keep_change_as_credit": False,
        }
        answer = self.browser.post(f"{self.day.url}/api/v1/payments/", json=body, timeout=60)
        assert answer.status_code in (200, 201), answer.text[:2000]
        visit.payment = request_id
        self.after(20, self.call)


@pytest.fixture
def day(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Day:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    branch: Branch = make_branch()
    # The kiosk keeps its real limit.
    hall = make_queue_hall(branch, tickets_in_ten_seconds=4)
    return Day(clock, live_server.url, hall, random.Random(2026))


class TestAnOctoberDay:
    def test_loses_nobody_calls_nobody_twice_and_knows_how_long_each_waited(self, day: Day) -> None:
        shifts = [make_open_window(day.hall, "AB", at=OPENS) for _ in range(WINDOWS)]
        accounts = [make_account(branch=day.hall.branch) for _ in range(VISITORS)]
        for account in accounts:
            make_bill(account, total="86.00")
        arrivals = sorted(
            OPENS + SECOND * day.chance.triangular(0, HOURS * 3600, HOURS * 1200) for _ in accounts
        )

        play(day, shifts, list(zip(arrivals, accounts, strict=True)))

        self.nobody_is_lost(day)
        self.every_payment_belongs_to_its_ticket(day)
        self.periods_say_what_happened(day)
        for shift in shifts:
            close_short(shift, "0.00", at=day.clock.now)
        assert broken_invariants() == []

    def nobody_is_lost(self, day: Day) -> None:
        tickets = {one.label: one for one in Ticket.objects.all()}
        assert tickets.keys() == day.visits.keys()
        assert len(tickets) == VISITORS
        for label, visit in day.visits.items():
            assert (tickets[label].state, tickets[label].calls) == (visit.end, visit.calls), label
        assert {visit.end for visit in day.visits.values()} == {"DONE", "NO_SHOW"}

    def every_payment_belongs_to_its_ticket(self, day: Day) -> None:
        paid = {visit.label: visit.payment for visit in day.visits.values() if visit.payment}
        linked = {
            one.ticket.label: str(one.payment.request_id)
            for one in TicketPayment.objects.select_related("ticket", "payment")
        }
        assert linked == paid
        assert Payment.objects.count() == len(paid)
        assert Payment.objects.aggregate(sum=Sum("allocated"))["sum"] == Decimal("86.00") * len(paid)

    def periods_say_what_happened(self, day: Day) -> None:
        assert not TicketPeriod.objects.filter(ended_at__isnull=True).exists()
        waits: dict[str, datetime.timedelta] = defaultdict(datetime.timedelta)
        periods = TicketPeriod.objects.filter(kind="WAIT").select_related("ticket")
        for period in periods.annotate(lasted=F("ended_at") - F("begun_at")):
            waits[period.ticket.label] += period.lasted
        assert waits == {label: visit.waited for label, visit in day.visits.items()}
        windows: dict[int, list[tuple[datetime.datetime, datetime.datetime]]] = defaultdict(list)
        for one in TicketPeriod.objects.filter(kind="SERVE").order_by("begun_at", "ended_at"):
            assert one.window_id
            assert one.ended_at
            windows[one.window_id].append((one.begun_at, one.ended_at))
        for served in windows.values():
            assert all(before[1] <= after[0] for before, after in pairwise(served))


def play(day: Day, shifts: list[Shift], arrivals: list[tuple[datetime.datetime, Account]]) -> None:
    """Tick after tick: whatever is due happens at one moment, at all windows and the kiosk together."""
    windows = [Window(day, shift) for shift in shifts]
    closing = OPENS + datetime.timedelta(hours=HOURS + 4)
    with ThreadPoolExecutor(WINDOWS + 4) as threads:
        while arrivals or any(one.label or one.held for one in windows) or is_anybody_waiting(day):
            assert day.clock.now < closing, "The day does not end."
            day.clock.now += TICK
            due = [one for one in arrivals if one[0] <= day.clock.now]
            pressed = [(one, threads.submit(day.arrive, one[1])) for one in due]
            steps = [threads.submit(one.step) for one in windows if one.due <= day.clock.now]
            for step in steps:
                step.result()
            for one, press in pressed:
                try:
                    press.result()
                except TryLater:
                    continue
                arrivals.remove(one)
    connections.close_all()


def is_anybody_waiting(day: Day) -> bool:
    return any(visit.end in ("", "WAITING", "HELD") for visit in day.visits.values())
