"""The keys of the queue on the cashier's page, in a real browser, with the board beside it."""

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.models import Staff
from counters.models import Shift, Ticket
from tests.factories.accounts import make_branch, make_staff
from tests.factories.queue import make_open_window, make_queue_hall, take_ticket

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "warm-window-1"


@pytest.fixture
def shift() -> Shift:
    branch = make_branch(name="城区分公司")
    cashier: Staff = make_staff(number="1001", name="张桂兰", password=PASSWORD, branch=branch)
    hall = make_queue_hall(branch)
    for _ in range(3):
        take_ticket(hall, at=timezone.now())
    return make_open_window(hall, "A", number=3, cashier=cashier, at=timezone.now())


def test_one_key_for_each_step_and_the_board_follows(
    page: "Page", live_server: LiveServer, shift: Shift
) -> None:
    page.goto(live_server.url)
    page.fill("[name=username]", "1001")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("#search-box")).to_be_visible()
    board = page.context.new_page()
    board.goto(f"{live_server.url}/queue/board/{shift.window.hall.public_key}/")
    page.goto(f"{live_server.url}/counter/")
    number, said = page.locator(".queue-number"), page.locator(".queue-said")

    page.keyboard.press("F3")
    expect(number).to_have_text("A001")
    expect(page.locator("#search-box")).to_be_focused()
    expect(board.locator(".board-call")).to_contain_text("A001")

    page.keyboard.press("F7")
    expect(number).to_have_count(0)
    expect(board.locator(".board-missed")).to_contain_text("A001")
    page.keyboard.press("F3")
    expect(number).to_have_text("A002")
    page.keyboard.press("F1")
    expect(number).to_have_count(0)
    page.keyboard.press("Shift+F1")
    expect(number).to_have_text("A002")
    with page.expect_response("**/queue/window/recall/"):
        page.keyboard.press("F4")
    expect(page.locator("#queue-bar form.htmx-request")).to_have_count(0)
    expect(said).to_be_visible()
    page.keyboard.press("Shift+F3")
    expect(number).to_have_count(0)
    page.keyboard.press("F8")
    expect(page.locator(".queue-said-late")).to_be_visible()

    states = dict(Ticket.objects.values_list("number", "state"))
    assert states == {1: "NO_SHOW", 2: "DONE", 3: "WAITING"}
    assert Ticket.objects.get(number=2).calls == 3
