"""A ticket of the 12345 hotline, from the telephone to its closing and the customer's word, in a real browser."""

import datetime
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Staff
from service_quality.models import Matter
from service_quality.tasks import watch_matters
from tests.factories.accounts import make_account, make_branch, make_customer, make_staff
from tests.factories.arrears import ship_calendars
from tests.service_quality.test_take_matter import local

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "warm-window-1"
SetClock = Callable[[str], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Turn the clock of the doors on to an instant; every look at it is a millisecond later than the last."""

    def turn(instant: str) -> None:
        ticks, start = count(), local(instant)
        monkeypatch.setattr(timezone, "now", lambda: start + datetime.timedelta(milliseconds=next(ticks)))

    turn("2026-11-17 09:30")
    return turn


@pytest.fixture
def people() -> dict[str, Staff]:
    ship_calendars()
    branch = make_branch(name="城区分公司")
    roles = {"4001": "complaints", "1501": "adviser", "2001": "supervisor"}
    return {
        number: make_staff(number=number, role=role, branch=branch, name=f"员工{number}", password=PASSWORD)
        for number, role in roles.items()
    }


@pytest.fixture
def account(people: dict[str, Staff]) -> Account:
    customer = make_customer(name="王淑英", phones=["13800001234"])
    return make_account(branch=people["4001"].branch, customer=customer, account_no="0100172364")


def sign_in(page: "Page", server: LiveServer, number: str, address: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{server.url}{address}")
    page.fill("[name=username]", number)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}{address}")


def act(page: "Page", key: str, **fields: str) -> None:
    """Open an act by its key, fill in its fields, and send it with Ctrl+Enter."""
    page.keyboard.press(key)
    form = page.locator(f'[data-act="{key}"] form')
    for name, value in fields.items():
        field = form.locator(f'[name$="-{name}"]')
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button").focus()
    page.keyboard.press("Control+Enter")
    # The page comes back without an open act.
    expect(page.locator(".notice-done")).to_be_visible()


class TestAHotlineTicket:
    def test_goes_from_the_telephone_to_its_closing(
        self,
        page: "Page",
        live_server: LiveServer,
        set_clock: SetClock,
        people: dict[str, Staff],
        account: Account,
    ) -> None:
        sign_in(page, live_server, "4001", f"/matters/new/?account={account.account_no}")
        page.select_option("[name=kind]", "INQUIRY")
        page.select_option("[name=source]", "HOTLINE")
        page.select_option("[name=topic]", "TEMPERATURE")
        page.fill("[name=text]", "五号楼二单元 301 暖气不热，老人在家。")
        page.fill("[name=phone]", "13900004711")
        page.keyboard.press("Control+Enter")

        # Without the hotline's number it comes back, with what was typed.
        expect(page.locator(".notice-late")).to_be_visible()
        expect(page.locator("[name=phone]")).to_have_value("13900004711")
        page.fill("[name=external_number]", "SY2611170001")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".notice-done")).to_be_visible()
        matter = Matter.objects.get()
        assert (matter.source, matter.due_at) == ("HOTLINE", local("2026-11-20 17:30"))

        act(page, "7", to=str(people["1501"].pk), reason="请到户测温")
        set_clock("2026-11-17 10:30")
        sign_in(page, live_server, "1501", "/matters/hand-overs/")
        expect(page.locator("tbody a").first).to_have_text(matter.number)
        page.locator(".answers button").click()
        page.wait_for_url(f"**/matters/{matter.number}/")
        act(page, "5", text="已约用户明早上门测温。")

        # Time runs out at the end of the third working day; the next working day it is reminded in writing.
        set_clock("2026-11-23 08:35")
        watch_matters()
        sign_in(page, live_server, "2001", "/matters/overdue/")
        page.locator(".push button").click()
        expect(page.locator(".notice-done")).to_be_visible()
        matter.refresh_from_db()
        assert (matter.escalation, matter.reminders) == (1, 2)

        sign_in(page, live_server, "1501", f"/matters/{matter.number}/")
        expect(page.locator(".missing")).to_be_visible()
        act(page, "3", text="已上门排气，复测二十度，用户认可。")
        act(page, "4", text="按一般咨询办结")
        matter.refresh_from_db()
        assert (matter.state, matter.kept_promise) == ("CLOSED", False)
        assert matter.revisit_due_on == datetime.date(2026, 11, 24)

        set_clock("2026-11-24 09:00")
        sign_in(page, live_server, "4001", "/matters/?list=revisit")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/matters/{matter.number}/")
        page.keyboard.press("r")
        page.locator('[name="rate-satisfaction"][value="4"]').check()
        page.keyboard.press("Control+Enter")
        expect(page.locator(".notice-done")).to_be_visible()

        assert [event.kind for event in matter.events.all()] == [
            "TAKEN", "OFFERED", "ACCEPTED", "TOLD", "ESCALATED", "WRITTEN_REMINDER", "REMINDED", "ANSWERED",
            "CLOSED", "RATED",
        ]  # fmt: skip
        matter.refresh_from_db()
        assert (matter.first_responder, matter.handler) == (people["4001"], people["1501"])

    def test_is_followed_and_opened_again_by_the_customer_on_the_telephone(
        self, page: "Page", live_server: LiveServer, set_clock: SetClock, people: dict[str, Staff]
    ) -> None:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{live_server.url}/follow/new/")
        page.select_option("[name=branch]", str(people["4001"].branch_id))
        page.fill("[name=phone]", "13900004712")
        page.fill("[name=text]", "楼道漏水")
        page.locator("form.panel button").click()
        code = page.locator(".code").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

        sign_in(page, live_server, "4001", "/matters/?list=new")
        page.keyboard.press("Enter")
        page.wait_for_url("**/matters/*-*/")
        act(page, "1")
        act(page, "3", text="阀门已更换。")
        act(page, "4", upheld="no")

        page.context.clear_cookies()
        page.goto(f"{live_server.url}/follow/")
        page.fill("[name=phone]", "13900004712")
        page.fill("[name=code]", code.lower())
        page.locator("form.panel button").click()
        expect(page.locator(".story")).to_contain_text("阀门已更换。")
        page.fill("[name=reopen-text]", "今天又漏了")
        page.locator("form[action$='/reopen/'] button").click()
        expect(page.locator("form[action$='/reopen/']")).to_have_count(0)

        assert Matter.objects.get().state == "OPEN"
