"""Gas on a card with the keyboard alone, and a card that was pulled out too soon."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Staff
from billing.models import CardWrite, GasCard, Payment
from counters.readers.file_reader import FileReader
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import make_window
from tests.gas import give_reader, make_gas_tariff, make_unwritten_card, write_new_card

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "warm-window-1"


@pytest.fixture
def cashier() -> Staff:
    return make_staff(number="1001", name="张桂兰", password=PASSWORD, branch=make_branch())


@pytest.fixture
def card(cashier: Staff, settings: Settings, tmp_path: Path) -> GasCard:
    settings.CARD_FOLDER = str(tmp_path)
    make_gas_tariff()
    card = make_unwritten_card(cashier.branch)
    write_new_card(card, tmp_path)
    return card


@pytest.fixture
def counter(page: "Page", live_server: LiveServer, cashier: Staff, card: GasCard) -> "Page":
    """Signed in, the shift open, the account of the card on the screen."""
    give_reader(make_window(cashier.branch))
    page.goto(live_server.url)
    page.keyboard.type("1001")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/counter/shift/open/")
    page.locator("main button").click()
    page.wait_for_url("**/counter/")
    page.keyboard.type(card.account.account_no)
    page.keyboard.press("Enter")
    page.wait_for_selector("#payment")
    return page


def price(page: "Page", volume: str) -> None:
    """F10, Enter, the volume, Enter. A page that has come to the eye has its focus; to a program it may come first."""
    page.keyboard.press("F10")
    page.wait_for_url("**/gas/sell/**")
    expect(page.locator("button[autofocus]")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**read=**")
    expect(page.locator("#id_volume")).to_be_focused()
    page.keyboard.type(volume)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-gas-sale]")
    expect(page.locator("#amount_1")).to_be_focused()


class TestGasAtTheCounter:
    def test_is_read_sold_written_and_verified_in_eight_keys(
        self, counter: "Page", card: GasCard, tmp_path: Path
    ) -> None:
        price(counter, "100")
        counter.keyboard.press("Enter")
        counter.wait_for_url("**/gas/writes/**")

        expect(counter.locator(".notice-done")).to_be_visible()
        content = FileReader(tmp_path, card.card_no).read()
        assert (content.purchase_count, content.volume) == (1, 100)
        assert str(Payment.objects.get().tendered) == "316.00"

    def test_is_a_task_until_the_card_is_back_in_the_reader(
        self, counter: "Page", card: GasCard, tmp_path: Path, live_server: LiveServer
    ) -> None:
        price(counter, "100")
        pulled = (tmp_path / f"{card.card_no}.json").rename(tmp_path / "in the pocket")
        counter.keyboard.press("Enter")
        counter.wait_for_url("**/gas/writes/**")
        expect(counter.locator(".notice-late")).to_be_visible()
        counter.goto(live_server.url + reverse("counters:counter"))
        expect(counter.locator(".card-tasks")).to_contain_text(card.card_no)

        pulled.rename(tmp_path / f"{card.card_no}.json")
        counter.locator(".card-tasks a").click()
        counter.wait_for_url("**/gas/writes/**")
        expect(counter.locator("button[autofocus]").first).to_be_focused()
        counter.keyboard.press("Enter")

        expect(counter.locator(".notice-done")).to_be_visible()
        assert CardWrite.objects.get(kind="LOAD").state == CardWrite.State.WRITTEN
