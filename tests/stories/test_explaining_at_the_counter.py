"""A customer asks why, and what if: the cashier answers with the keyboard, in a real browser."""

import datetime
from typing import TYPE_CHECKING

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Staff
from billing.services.bill_run import run_billing
from tests.billing.metering import make_tariff, make_water_account, read
from tests.factories.accounts import make_branch, make_evidence, make_staff
from tests.factories.counters import MORNING, make_shift
from tests.hall import clock

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["clock"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]

PASSWORD = "warm-window-1"


@pytest.fixture
def cashier() -> Staff:
    cashier = make_staff(
        number="1001", name="张桂兰", password=PASSWORD, branch=make_branch(name="城区分公司")
    )
    make_shift(cashier)
    return cashier


@pytest.fixture
def account(cashier: Staff) -> Account:
    """170 billed until October, 20 in November: the second tier is reached; a register that ends soon."""
    make_tariff()
    account = make_water_account(
        branch=cashier.branch, account_no="0100172364", readings={"2026-10-10": "170"}
    )
    make_evidence(account, valid_until=datetime.date(2026, 12, 1))
    read(account.installations.get(), "2026-11-10", "190")
    for period, issued_on in (("2026-10", "2026-10-16"), ("2026-11", "2026-11-16")):
        run_billing(
            service="WATER", period=period, issued_on=datetime.date.fromisoformat(issued_on), started_by=None,
            at=MORNING,
        )  # fmt: skip
    return account


@pytest.fixture
def counter(page: "Page", live_server: LiveServer, cashier: Staff, account: Account) -> "Page":
    page.goto(f"{live_server.url}/counter/?account={account.account_no}")
    page.keyboard.type("1001")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    # The script puts the keyboard there once it is ready.
    expect(page.locator("[name=method_1]:checked")).to_be_focused()
    return page


class TestExplaining:
    def test_takes_one_key_and_leaves_the_payment_as_it_was(self, counter: "Page") -> None:
        counter.keyboard.press("1")
        counter.keyboard.type("700")
        counter.keyboard.press("F4")

        sentences = counter.locator(".why.is-open .aloud li")
        expect(sentences.first).to_contain_text("583.10 元")
        expect(counter.locator("[name=amount_1]")).to_have_value("700")

        # Again closes it; on the row of another bill it explains that one.
        counter.keyboard.press("F4")
        expect(counter.locator(".why.is-open")).to_have_count(0)
        counter.locator("[name=bills]").nth(1).focus()
        counter.keyboard.press("F4")
        expect(sentences.first).to_contain_text("88.60 元")
        expect(counter.locator(".why.is-open")).to_contain_text("10 立方米进入第二阶梯")

    def test_shows_the_place_in_the_tiers_and_what_ends_soon(self, counter: "Page") -> None:
        expect(counter.locator(".tier-strip")).to_contain_text("2026 年已用 190 立方米，在第二阶梯")
        expect(counter.locator(".who-note", has_text="2026-12-01")).to_be_visible()

    def test_works_out_the_next_bill_with_three_keys(
        self, counter: "Page", live_server: LiveServer, account: Account
    ) -> None:
        with counter.context.expect_page() as opened:
            counter.locator(".tier-strip a").click()
        simulation = opened.value
        simulation.wait_for_load_state()
        simulation.keyboard.type("80")
        simulation.keyboard.press("Enter")

        # 70 are left in the second tier at 5.43, then 7.43.
        expect(simulation.locator(".owed-figure")).to_contain_text("454.40")
        expect(simulation.locator(".aloud")).to_contain_text("70 立方米在第二阶梯，10 立方米在第三阶梯")
