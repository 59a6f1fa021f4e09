"""A cashier's day, in a real browser and with the keyboard alone."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, Staff
from billing.models import Bill, Payment, Receipt, ReceiptPrint, Reversal
from counters.models import Shift
from tests.factories.accounts import (
    make_account,
    make_branch,
    make_customer,
    make_district,
    make_premises,
    make_staff,
)
from tests.factories.billing import make_bill
from tests.factories.counters import make_window

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "warm-window-1"

# New number, old number, scan, end of the phone, whole phone, name, half a name, place and door, initials.
KEYS = (
    "0100172364",
    "72364001",
    "NC:0100172364",
    "1234",
    "13800001234",
    "王淑英",
    "王淑",
    "阳光家园 5-2-301",
    "ygjy5-2-301",
)


@pytest.fixture
def cashier() -> Staff:
    return make_staff(number="1001", name="张桂兰", password=PASSWORD, branch=make_branch(name="城区分公司"))


@pytest.fixture
def account(cashier: Staff) -> Account:
    """王淑英 of 阳光家园 5-2-301, who owes for two heating seasons; the older one is not yet overdue today."""
    district = make_district(branch=cashier.branch)
    account = make_account(
        account_no="0100172364",
        old_account_no="72364001",
        customer=make_customer(name="王淑英", phones=["13800001234"]),
        premises=make_premises(district=district, community="阳光家园", building="5", unit="2", room="301"),
    )
    today = timezone.localdate()
    make_bill(account, total="1164.80", due_on=today, period="2024-25", kind=Bill.Kind.HEATING)
    make_bill(
        account,
        total="1040.00",
        due_on=today + datetime.timedelta(days=20),
        period="2025-26",
        kind=Bill.Kind.HEATING,
    )
    return account


@pytest.fixture
def counter(page: "Page", live_server: LiveServer, cashier: Staff, account: Account) -> "Page":
    """Signed in, the shift open with a float of 200.00, the cursor in the search box."""
    assert cashier.branch is not None
    make_window(cashier.branch, number=3, hall_number=1)
    page.goto(live_server.url)
    page.keyboard.type("1001")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/counter/shift/open/")
    page.get_by_role("button", name="开班").click()
    page.wait_for_url("**/counter/")
    return page


def find(page: "Page", text: str) -> None:
    """Type into the search box as a clerk does; one result opens by itself."""
    page.keyboard.press("F2")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_selector("#payment")


def scan(page: "Page", code: str) -> None:
    """A scanner types the code at once and ends it with Enter."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def wait_for(page: "Page", condition: Callable[[], bool]) -> None:
    """Let the browser go on until something is true outside of it."""
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(100)
    assert condition()


def close_with(page: "Page", live_server: LiveServer, **pieces: str) -> None:
    page.goto(live_server.url + reverse("counters:shift_close"))
    for name, count in pieces.items():
        page.fill(f"[name={name}]", count)
    page.locator("[data-cash-count] button").click()


class TestADayAtTheCounter:
    def test_finds_the_customer_by_every_kind_of_key(self, counter: "Page") -> None:
        for key in KEYS:
            find(counter, key)

            assert counter.locator(".who h2").inner_text() == "王淑英", key
            assert "2,204.80" in counter.locator("[data-due]").inner_text()

    def test_takes_cash_and_pos_voids_takes_again_and_closes(
        self, counter: "Page", live_server: LiveServer, account: Account, prints: list[str]
    ) -> None:
        # Two bills, part of it cash, the rest by card.
        find(counter, "0100172364")
        counter.keyboard.press("5")
        counter.fill("[name=amount_1]", "1000")
        counter.select_option("[name=method_2]", "POS")
        counter.fill("[name=reference_2]", "032611220001")
        expect(counter.locator("[name=amount_2]")).to_have_value("1204.80")
        counter.locator("[data-confirm]").focus()
        counter.keyboard.press("Enter")
        counter.wait_for_selector("#outcome .notice-done")
        first = Payment.objects.get()
        assert sorted(first.tenders.values_list("method", "amount")) == [
            ("CASH", Decimal("1000.00")),
            ("POS", Decimal("1204.80")),
        ]
        assert not Bill.objects.open().filter(account=account).exists()
        expect(counter.locator("#recent .tag-done")).to_be_visible()
        wait_for(counter, lambda: prints == [reverse("counters:receipt", args=[first.receipt.number])])
        assert ReceiptPrint.objects.filter(receipt=first.receipt).count() == 1

        # The wrong account: void it, the bills are owed again.
        counter.goto(live_server.url + reverse("counters:payment", args=[first.receipt.number]))
        counter.select_option("[name=reason]", "WRONG_ACCOUNT")
        counter.locator("#undo button, #reverse button").last.click()
        counter.wait_for_load_state()
        assert Reversal.objects.get().payment == first
        assert Bill.objects.open().filter(account=account).count() == 2

        # Again, in cash: 2,204.80 owed, 2,300 handed over.
        counter.goto(live_server.url + reverse("counters:counter"))
        find(counter, "0100172364")
        counter.fill("[name=amount_1]", "2300")
        expect(counter.locator("output[data-change]")).to_have_text("95.20")
        counter.keyboard.press("Enter")
        counter.wait_for_selector("#outcome .notice-done")
        assert "95.20" in counter.locator("#outcome").inner_text()
        assert [receipt.serial for receipt in Receipt.objects.order_by("serial")] == [1, 2]
        expect(counter.locator("#search-box")).to_be_focused()

        # 200.00 float + 2,204.80: the count is right.
        close_with(counter, live_server, pieces_10000="24", pieces_100="4", pieces_50="1", pieces_10="3")
        counter.wait_for_url("**/counter/shifts/*/")
        shift = Shift.objects.get()
        assert (shift.counted, shift.expected) == (Decimal("2404.80"), Decimal("2404.80"))

    def test_closes_short_with_a_reason_and_a_second_person(
        self, counter: "Page", live_server: LiveServer, cashier: Staff
    ) -> None:
        make_staff(role="supervisor", number="2001", name="李建国", password=PASSWORD, branch=cashier.branch)

        close_with(counter, live_server, pieces_10000="1", pieces_5000="1")
        counter.wait_for_url("**/explain/")
        assert "50.00" in counter.locator(".balance-difference").inner_text()
        counter.fill("[name=reason]", "找零时多给了一张五十")
        counter.fill("[name=second_number]", "2001")
        counter.fill("[name=second_password]", PASSWORD)
        counter.locator("main form button.btn-primary").click()
        counter.wait_for_url("**/counter/shifts/*/")

        shift = Shift.objects.get()
        assert (shift.difference, shift.approved_by and shift.approved_by.number) == (
            Decimal("-50.00"),
            "2001",
        )


class TestTheKeyboard:
    """domain.md 5, P1: how many keys a payment may cost once the customer is on the screen; a scan is one."""

    def test_cash_takes_at_most_eight_keys(self, counter: "Page") -> None:
        find(counter, "0100172364")

        keys = ["1", "2", "3", "0", "0", "Enter"]
        for key in keys:
            counter.keyboard.press(key)

        counter.wait_for_selector("#outcome .notice-done")
        assert Payment.objects.get().change_given == Decimal("95.20")
        assert len(keys) <= 8

    def test_a_payment_code_takes_a_digit_and_a_scan(self, counter: "Page") -> None:
        find(counter, "0100172364")

        counter.keyboard.press("2")
        scan(counter, "4200002026112200000000000001")

        counter.wait_for_selector("#outcome .notice-done")
        tender = Payment.objects.get().tenders.get()
        assert (tender.method, tender.amount) == ("WECHAT", Decimal("2204.80"))

    def test_a_card_takes_a_digit_and_its_reference(self, counter: "Page") -> None:
        find(counter, "0100172364")

        counter.keyboard.press("4")
        scan(counter, "032611220007")

        counter.wait_for_selector("#outcome .notice-done")
        assert Payment.objects.get().tenders.get().reference == "032611220007"


class TestAClumsyHand:
    def test_enter_twice_takes_the_money_once(self, counter: "Page") -> None:
        find(counter, "0100172364")
        counter.fill("[name=amount_1]", "2204.80")
        counter.locator("[data-confirm]").focus()

        for _ in range(3):
            counter.keyboard.press("Enter")
        counter.wait_for_selector("#outcome .notice-done")

        assert Payment.objects.count() == 1

    def test_back_and_reload_show_the_page_and_take_nothing(self, counter: "Page") -> None:
        find(counter, "0100172364")
        counter.fill("[name=amount_1]", "2204.80")
        counter.keyboard.press("Enter")
        counter.wait_for_selector("#outcome .notice-done")

        counter.reload()
        counter.go_back()
        counter.go_forward()

        assert Payment.objects.count() == 1

    def test_a_lost_reply_is_found_out_by_its_request(self, counter: "Page") -> None:
        find(counter, "0100172364")
        counter.fill("[name=amount_1]", "2204.80")

        def lose_the_reply(route: object) -> None:
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]

        counter.route("**/api/v1/payments/", lose_the_reply)
        counter.keyboard.press("Enter")

        counter.wait_for_selector("#outcome .notice-done")
        payment = Payment.objects.get()
        assert payment.receipt.number in counter.locator("#outcome").inner_text()

    def test_two_tabs_with_one_customer_take_the_money_once(
        self, counter: "Page", live_server: LiveServer
    ) -> None:
        other = counter.context.new_page()
        other.goto(live_server.url + reverse("counters:counter") + "?account=0100172364")
        find(counter, "0100172364")

        for tab in (counter, other):
            tab.bring_to_front()
            tab.fill("[name=amount_1]", "2204.80")
            tab.keyboard.press("Enter")
            tab.wait_for_timeout(1500)

        assert Payment.objects.count() == 1
        assert "已" in other.locator("[data-refusal]").inner_text()
