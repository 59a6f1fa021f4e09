"""One debtor from the call to the reconnection: a collector, a supervisor and a worker with a telephone."""

import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Staff
from billing.models import ArrearsCase, CaseStep, DeliveryProof, Letter, SupplyOrder
from billing.printing import set_letters
from billing.services.arrears.daily_run import run_arrears
from billing.services.arrears.message_reports import record_report
from billing.sms.gateway import Fate, Finding
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING, cash, make_shift, pay
from tests.factories.reach import make_debtor, make_message, make_step
from tests.hall import PASSWORD

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A_DAY = datetime.timedelta(days=1)
# A grey dot: a picture by its content.
JPEG = b"\xff\xd8\xff\xe0 a picture of a valve \xff\xd9"


class Office:
    """The clock on the wall, the people, and who owes."""

    def __init__(self, page: "Page", address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.page, self.address = page, address
        self.now, ticks = MORNING, count()
        monkeypatch.setattr(timezone, "now", lambda: self.now + datetime.timedelta(milliseconds=next(ticks)))
        self.branch = make_branch()
        self.collector = self.hire("collector", "3001", "赵铁柱")
        self.supervisor = self.hire("supervisor", "2001", "林国庆")
        self.debtor: Account = make_debtor(branch=self.branch)
        self.tell_by_message()

    def tell_by_message(self) -> None:
        """Two days ago; this morning's run asks for the call."""
        then = self.now - 2 * A_DAY
        message = make_message(self.debtor, step=make_step(self.debtor), state="SENT", sent_at=then)
        record_report(message.pk, Finding(Fate.DELIVERED, "900^0"), at=then)
        assert run_arrears(self.now.date(), at=self.now) is not None

    def hire(self, role: str, number: str, name: str) -> Staff:
        return make_staff(role=role, number=number, name=name, password=PASSWORD, branch=self.branch)

    def sleeps(self) -> None:
        """The next morning comes, and its run."""
        self.now += A_DAY
        assert run_arrears(self.now.date(), at=self.now) is not None

    def enter(self, staff: Staff, path: str) -> None:
        self.page.context.clear_cookies()
        self.page.goto(f"{self.address}/sign-in/?next={path}")
        self.page.keyboard.type(staff.number)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.page.keyboard.press("Enter")
        # The address of the sign-in ends in the same words.
        self.page.wait_for_url(f"{self.address}{path}")


def level() -> int:
    return ArrearsCase.objects.get().level


def test_a_debtor_from_the_call_to_the_reconnection(
    page: "Page", live_server: LiveServer, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    office = Office(page, live_server.url, monkeypatch)

    # One key says what came of the call; the recording proves it.
    office.enter(office.collector, "/arrears/calls/")
    page.locator("[name=recording]").fill("LY00000001")
    page.locator("h1").click()
    page.keyboard.press("2")
    expect(page.locator(".notice").first).to_be_visible()
    assert (level(), DeliveryProof.objects.latest("pk").kind) == (2, "CALL")

    # The letter is printed and handed over.
    office.sleeps()
    page.goto(f"{live_server.url}/arrears/letters/")
    page.locator("main form button").first.click()
    page.wait_for_url("**/arrears/letters/*/")
    set_letters()
    office.now += datetime.timedelta(hours=1)
    page.goto(f"{live_server.url}/arrears/deliveries/{Letter.objects.get().pk}/")
    page.locator("[name=outcome]").select_option("SIGNED")
    page.locator("[name=delivered_at]").fill(f"{timezone.localtime(office.now):%Y-%m-%dT%H:%M}")
    page.locator("[name=reference]").fill("本人签收")
    page.keyboard.press("Enter")
    page.wait_for_url("**/arrears/deliveries/")
    assert level() == 3

    # The morning's run proposes the stop; the supervisor ticks it and gives it to the worker.
    office.sleeps()
    order = SupplyOrder.objects.get()
    office.enter(office.supervisor, "/arrears/orders/")
    page.locator("[name=orders]").check()
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".notice").first).to_be_visible()
    order.refresh_from_db()
    assert order.state == "APPROVED", page.locator(".notice").first.text_content()
    page.goto(f"{live_server.url}/arrears/orders/{order.pk}/")
    page.locator("[name=worker]").select_option(str(office.collector.pk))
    page.locator("form[action$='/worker/'] button").click()
    expect(page.locator("main")).to_contain_text("赵铁柱")

    # At the door, on the telephone: the photo, and the valve.
    page.set_viewport_size({"width": 390, "height": 844})
    office.enter(office.collector, "/arrears/field/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".field-orders a").click()
    photo: FilePayload = {"name": "valve.jpg", "mimeType": "image/jpeg", "buffer": JPEG}
    page.locator("[name=meter_value]").fill("123.4")
    page.locator("[name=photo]").set_input_files(photo)
    page.locator("button.btn-destroy").click()
    page.wait_for_url("**/arrears/field/")
    order.refresh_from_db()
    assert (order.state, Account.objects.get(pk=office.debtor.pk).state) == ("DONE", "STOPPED")

    # The money comes, and the water with it.
    shift = make_shift(make_staff(branch=office.branch), at=office.now)
    pay(shift, office.debtor, list(office.debtor.bills.all()), cash("100.00"), at=office.now)
    page.goto(f"{live_server.url}/arrears/field/")
    page.locator(".field-orders a").click()
    page.locator("[name=meter_value]").fill("123.4")
    page.locator("[name=photo]").set_input_files(photo)
    page.locator("button.btn-primary").click()
    page.wait_for_url("**/arrears/field/")

    assert Account.objects.get(pk=office.debtor.pk).state == "ACTIVE"
    assert (ArrearsCase.objects.get().state, ArrearsCase.objects.get().ending) == ("CLOSED", "PAID")
    assert not CaseStep.objects.filter(state__in=CaseStep.WAITING).exists()
