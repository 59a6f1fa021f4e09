"""What a person does on a page before it is shown."""

from typing import TYPE_CHECKING

from tests.screenshots import objects

if TYPE_CHECKING:
    from playwright.sync_api import Page


def look(page: "Page") -> None:
    """Nothing: the page as it opens."""


def open_shift_and_count_money(page: "Page") -> None:
    """The counter sends who has no shift to open one; then a visitor is called who owes, and cash is in hand."""
    page.fill("[name=opening_float]", "300.00")
    page.press("[name=opening_float]", "Enter")
    page.wait_for_url("**/counter/")
    page.keyboard.press("F3")
    page.wait_for_selector("#queue-bar .queue-number")
    _find(page)
    page.fill("[name=amount_1]", _enough(page))


def take_money(page: "Page") -> None:
    """Take it, and call the next visitor: the one before is asked by the tablet now."""
    _find(page)
    page.fill("[name=amount_1]", _enough(page))
    page.locator("[data-confirm]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#outcome .notice-done")
    page.wait_for_selector("#recent .tag-done")
    page.keyboard.press("F3")
    page.wait_for_selector("#queue-bar .queue-said")


def read_card(page: "Page") -> None:
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def count_drawer(page: "Page") -> None:
    for name, pieces in (("100.00", "21"), ("50.00", "3"), ("10.00", "7"), ("1.00", "12")):
        page.fill(f'input[data-value="{name}"]', pieces)


def simulate(page: "Page") -> None:
    page.locator("main form input[type=text], main form input[inputmode]").first.fill("20")
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def wait_to_be_asked(page: "Page") -> None:
    """The tablet finds by itself that a visit is over."""
    page.wait_for_selector("main button")


def wait_for_chart(page: "Page") -> None:
    page.wait_for_selector("canvas")
    page.wait_for_timeout(1_000)


def _find(page: "Page") -> None:
    page.keyboard.press("F2")
    page.keyboard.type(objects.debtor()["account_no"])
    page.keyboard.press("Enter")
    page.wait_for_selector("#payment")


def _enough(page: "Page") -> str:
    """The amount in whole hundreds, as somebody with notes in hand pays it."""
    to_pay = page.get_attribute("#payment", "data-to-pay") or "0"
    return f"{-(-int(float(to_pay)) // 100) * 100 + 100}.00"
