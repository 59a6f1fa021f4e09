"""Gas at the counter, as a browser without scripts sees it: read, sell, write, and what to do when it fails."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from billing.card_content import CardCode, CardContent
from billing.models import CardWrite, GasCard, GasPurchase, Payment
from counters.models import CardHandover, ReaderJob, Window
from counters.readers.file_reader import FileReader
from tests.factories.accounts import make_staff
from tests.gas import (
    give_reader,
    make_gas_account,
    make_gas_card,
    make_gas_tariff,
    make_unwritten_card,
    open_write,
    put_into_meter,
    sell,
    write,
)
from tests.hall import PASSWORD, Hall, books, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.CARD_FOLDER = str(tmp_path)
    return tmp_path


@pytest.fixture
def card(hall: Hall, folder: Path) -> GasCard:
    make_gas_tariff()
    return make_gas_card(make_gas_account(hall.branch), hall.shift, folder)


@pytest.fixture
def browser(hall: Hall) -> Client:
    return signed_in(hall.cashier)


def page_of(card: GasCard) -> str:
    return reverse("counters:gas_sale", args=[card.account.account_no])


def read(browser: Client, card: GasCard) -> str:
    """Press the key; answers the address of the page that shows what was read."""
    answer = browser.post(reverse("counters:gas_read", args=[card.account.account_no]))
    assert answer.status_code == 302
    return str(answer.url)  # type: ignore[attr-defined]


def form(browser: Client, card: GasCard, **changes: Any) -> dict[str, Any]:
    return {
        "request_id": str(uuid4()),
        "account": card.account.account_no,
        "read": read(browser, card).partition("read=")[2],
        "volume": "300",
        "due": "957.40",
        "method_1": "CASH",
        "amount_1": "1000.00",
        "reference_1": "",
        "method_2": "",
        "amount_2": "",
        "reference_2": "",
        **changes,
    }


class TestThePageOfASale:
    def test_leads_from_the_reader_to_the_price_to_the_card(
        self, browser: Client, card: GasCard, folder: Path
    ) -> None:
        address = read(browser, card)
        read_page = text_of(browser.get(address))
        priced = text_of(browser.get(f"{address}&volume=300"))
        sold = browser.post(page_of(card), form(browser, card), follow=True)

        content = FileReader(folder, card.card_no).read()
        assert "40000012" in read_page
        assert "957.40" in priced
        assert "第一阶梯 280 立方米 × 3.16 元" in priced
        assert "¥ 42.60" in text_of(sold)
        assert (content.purchase_count, content.volume) == (1, 300)
        assert Payment.objects.get().allocated.to_eng_string() == "957.40"

    def test_takes_the_exact_sum_where_no_amount_is_typed(self, browser: Client, card: GasCard) -> None:
        browser.post(page_of(card), form(browser, card, amount_1=""))

        payment = Payment.objects.get()
        assert (str(payment.tendered), str(payment.change_given)) == ("957.40", "0.00")

    def test_works_out_the_volume_for_an_amount(self, browser: Client, card: GasCard) -> None:
        priced = text_of(browser.get(f"{read(browser, card)}&money=1000"))

        # 280 × 3.16 + 31 × 3.63; one more would cost 1,000.96.
        assert 'name="volume" value="311"' in priced
        assert "997.33" in priced
        assert 'value="1000.00"' in priced

    def test_sells_once_when_the_form_is_sent_twice(self, browser: Client, card: GasCard) -> None:
        filled = form(browser, card)

        first, second = (browser.post(page_of(card), filled) for _ in range(2))

        assert first.url == second.url  # type: ignore[attr-defined]
        assert GasPurchase.objects.count() == 1

    def test_keeps_what_was_typed_when_it_is_refused(self, browser: Client, card: GasCard) -> None:
        filled = form(browser, card, amount_1="900.00")
        before = books()

        answer = browser.post(page_of(card), filled)

        assert (answer.status_code, books()) == (422, before)
        assert 'value="900.00"' in text_of(answer)
        assert filled["request_id"] in text_of(answer)
        assert 'name="volume" value="300"' in text_of(answer)

    @pytest.mark.parametrize("volume", ["", "0", "-1", "1.5", "abc", "9" * 30, "2000"])
    def test_refuses_a_volume_that_is_none(self, browser: Client, card: GasCard, volume: str) -> None:
        asked = browser.get(f"{read(browser, card)}&volume={volume}")
        posted = browser.post(page_of(card), form(browser, card, volume=volume))

        assert asked.status_code in (200, 422)
        assert "data-gas-sale" not in text_of(asked)
        assert (posted.status_code, GasPurchase.objects.count()) == (422, 0)

    def test_says_why_the_card_cannot_be_read(self, browser: Client, card: GasCard, folder: Path) -> None:
        (folder / "40000012.json").unlink()

        page = text_of(browser.get(read(browser, card)))

        assert "notice-late" in page
        assert "data-gas-sale" not in page

    def test_offers_no_gas_on_a_card_that_is_not_as_the_books_say(
        self, browser: Client, card: GasCard, folder: Path
    ) -> None:
        FileReader(folder, card.card_no).write(CardContent("40000012", "SMALL", 0, 55))

        page = text_of(browser.get(f"{read(browser, card)}&volume=10"))

        assert "55 m³" in page
        assert "data-gas-sale" not in page

    def test_leads_to_the_first_card_and_to_an_open_task(
        self, browser: Client, hall: Hall, card: GasCard, folder: Path
    ) -> None:
        cardless = make_gas_account(hall.branch)
        purchase = sell(card, hall.shift, folder, 10)

        first = text_of(browser.get(reverse("counters:gas_sale", args=[cardless.account_no])))
        waiting = text_of(browser.get(page_of(card)))

        assert reverse("counters:gas_card_issue", args=[cardless.account_no]) in first
        assert reverse("counters:gas_write", args=[open_write(purchase).pk]) in waiting

    def test_waits_for_the_program_at_the_window(self, browser: Client, hall: Hall, card: GasCard) -> None:
        Window.objects.update(card_reader=Window.CardReader.AGENT)

        page = text_of(browser.get(read(browser, card)))

        assert ReaderJob.objects.filter(state=ReaderJob.State.WAITING).count() == 1
        assert 'http-equiv="refresh"' in page

    def test_says_that_the_window_has_no_reader(self, browser: Client, card: GasCard) -> None:
        Window.objects.update(card_reader="")

        answer = browser.post(reverse("counters:gas_read", args=[card.account.account_no]))

        assert answer.status_code == 422

    def test_is_not_there_for_water_or_another_branch(self, browser: Client, hall: Hall) -> None:
        for account in (hall.account, hall.foreign_account):
            assert browser.get(reverse("counters:gas_sale", args=[account.account_no])).status_code == 404

    def test_is_one_key_away_from_the_counter(self, browser: Client, hall: Hall, card: GasCard) -> None:
        gas = text_of(browser.get(reverse("counters:panel", args=[card.account.account_no])))
        water = text_of(browser.get(reverse("counters:panel", args=[hall.account.account_no])))

        assert f'href="{page_of(card)}"' in gas
        assert "data-gas-card" not in water


class TestThePageOfAWrite:
    def test_of_a_sale_without_a_card_in_the_reader_says_paid_and_not_written(
        self, browser: Client, card: GasCard, folder: Path
    ) -> None:
        filled = form(browser, card)
        kept = (folder / "40000012.json").rename(folder / "in the pocket")

        page = text_of(browser.post(page_of(card), filled, follow=True))
        task = CardWrite.objects.get(kind="LOAD")
        counter = text_of(browser.get(reverse("counters:counter")))
        kept.rename(folder / "40000012.json")
        again = browser.post(reverse("counters:gas_write_again", args=[task.pk]), follow=True)

        task.refresh_from_db()
        assert reverse("counters:gas_write_again", args=[task.pk]) in page
        assert reverse("counters:gas_write", args=[task.pk]) in counter
        assert (task.state, again.status_code) == ("WRITTEN", 200)
        assert reverse("counters:gas_write", args=[task.pk]) not in text_of(
            browser.get(reverse("counters:counter"))
        )

    def test_leads_through_the_card_to_the_undo(
        self, browser: Client, hall: Hall, card: GasCard, folder: Path
    ) -> None:
        purchase = sell(card, hall.shift, folder, 10)
        done = write(purchase, folder)
        number = Payment.objects.get().receipt.number
        undo = {"request_id": str(uuid4()), "reason": "CUSTOMER_REQUEST", "note": ""}

        early = browser.post(reverse("counters:undo", args=[number]), undo)
        cleared = browser.post(reverse("counters:gas_clear", args=[done.pk]), follow=True)
        late = browser.post(reverse("counters:undo", args=[number]), undo)

        purchase.refresh_from_db()
        assert (early.status_code, late.status_code, purchase.state) == (422, 302, "REVERSED")
        assert reverse("counters:gas_write", args=[done.pk]) in text_of(early)
        assert f"{reverse('counters:payment', args=[number])}#undo" in text_of(cleared)

    def test_says_that_the_meter_has_the_gas(
        self, browser: Client, hall: Hall, card: GasCard, folder: Path
    ) -> None:
        done = write(sell(card, hall.shift, folder, 10), folder)
        put_into_meter(card, folder)

        browser.post(reverse("counters:gas_clear", args=[done.pk]))

        tried = CardWrite.objects.get(kind="CLEAR")
        assert (tried.state, tried.last_code) == ("ABANDONED", CardCode.GAS_USED)
        assert "#undo" not in text_of(browser.get(reverse("counters:gas_write", args=[tried.pk])))

    def test_lets_an_adviser_choose_a_reader(self, hall: Hall, folder: Path) -> None:
        give_reader(hall.shift.window)
        card = make_unwritten_card(hall.branch)
        browser = signed_in(make_staff(role="adviser", branch=hall.branch))
        address = reverse("counters:gas_write_again", args=[card.writes.get().pk])

        unchosen = browser.post(address)
        browser.post(address, {"window": hall.shift.window_id})

        assert unchosen.status_code == 422
        assert card.writes.get().state == CardWrite.State.WRITTEN


class TestTheCloseOfAShift:
    def test_lists_the_cards_and_takes_the_handover(
        self, browser: Client, hall: Hall, card: GasCard, folder: Path
    ) -> None:
        sell(card, hall.shift, folder, 10)
        close = reverse("counters:shift_close")

        listed, counted = browser.get(close), browser.post(close, {"pieces_10000": "2"})
        wrong = browser.post(reverse("counters:gas_hand_over"), {"number": "nobody\x00"})
        right = browser.post(reverse("counters:gas_hand_over"), {"number": hall.supervisor.number})

        assert "40000012" in text_of(listed)
        assert (counted.status_code, wrong.status_code, right.status_code) == (422, 422, 302)
        assert "40000012" not in text_of(browser.get(close))
        assert CardHandover.objects.get().handed_to == hall.supervisor


class TestTheCards:
    def test_are_one_step_from_the_page_of_their_account(self, hall: Hall, card: GasCard) -> None:
        cardless = make_gas_account(hall.branch)
        adviser = signed_in(make_staff(role="adviser", branch=hall.branch))
        auditor = signed_in(make_staff(role="auditor", branch=hall.branch))

        def page(browser: Client, account_no: str) -> str:
            return text_of(browser.get(reverse("accounts:account_detail", args=[account_no])))

        issue = reverse("counters:gas_card_issue", args=[cardless.account_no])
        assert reverse("counters:gas_card", args=[card.card_no]) in page(auditor, card.account.account_no)
        assert issue in page(adviser, cardless.account_no)
        assert issue not in page(auditor, cardless.account_no)
        assert "/gas/" not in page(adviser, hall.account.account_no).split("<main")[1]

    def test_are_found_by_number_and_account(self, browser: Client, hall: Hall, card: GasCard) -> None:
        other = make_unwritten_card(hall.branch)
        foreign = make_unwritten_card(hall.stranger.branch)
        address = reverse("counters:gas_card_list")

        by_number = text_of(browser.get(address, {"q": card.card_no}))
        by_account = text_of(browser.get(address, {"q": other.account.account_no}))
        everything = text_of(browser.get(address))

        assert reverse("counters:gas_card", args=[card.card_no]) in by_number
        assert reverse("counters:gas_card", args=[other.card_no]) in by_account
        assert reverse("counters:gas_card", args=[card.card_no]) not in by_account
        assert foreign.card_no not in everything
        assert reverse("counters:gas_write", args=[other.writes.get().pk]) in everything

    def test_are_issued_lost_and_replaced(self, browser: Client, hall: Hall, folder: Path) -> None:
        give_reader(hall.shift.window)
        account = make_gas_account(hall.branch)

        browser.post(
            reverse("counters:gas_card_issue", args=[account.account_no]),
            {"card_no": "40000090", "meter_kind": "SMALL", "register": "7"},
        )
        card = GasCard.objects.get(account=account)
        browser.post(reverse("counters:gas_write_again", args=[card.writes.get().pk]))
        browser.post(
            reverse("counters:gas_card_state", args=["40000090"]), {"to": "LOST", "reason": "用户挂失"}
        )
        replaced = browser.post(
            reverse("counters:gas_card_replace", args=["40000090"]), {"card_no": "40000091"}, follow=True
        )
        browser.post(reverse("counters:gas_card_safety", args=["40000091"]), {"valid_until": "2027-01-31"})

        card.refresh_from_db()
        new = GasCard.objects.get(replaces=card)
        assert (card.state, new.state, str(new.safe_until)) == ("REPLACED", "ACTIVE", "2027-01-31")
        assert "40000091" in text_of(replaced)

    def test_show_what_was_refused(self, browser: Client, card: GasCard) -> None:
        for name, body in (
            ("gas_card_state", {"to": "REPLACED", "reason": "x"}),
            ("gas_card_state", {"to": "ACTIVE", "reason": "x"}),
            ("gas_card_replace", {"card_no": "12"}),
            ("gas_card_safety", {"valid_until": "tomorrow"}),
            ("gas_card_reading", {"register": "NaN"}),
        ):
            assert browser.post(reverse(f"counters:{name}", args=[card.card_no]), body).status_code == 422
        card.refresh_from_db()
        assert card.state == "ACTIVE"

    def test_are_settled_by_the_register_with_a_second_person(
        self, browser: Client, hall: Hall, card: GasCard, folder: Path
    ) -> None:
        write(sell(card, hall.shift, folder, 100), folder)
        put_into_meter(card, folder)
        body = {"request_id": str(uuid4()), "register": "30", "shown": "50", "unread": "0"}
        address = reverse("counters:gas_card_reading", args=[card.card_no])

        alone = browser.post(address, body)
        signed = browser.post(
            address, {**body, "second_number": hall.supervisor.number, "second_password": PASSWORD}
        )

        made = GasPurchase.objects.get(kind="MAKE_GOOD")
        assert (alone.status_code, signed.status_code) == (422, 302)
        assert (made.volume, made.approved_by) == (20, hall.supervisor)

    def test_get_what_was_left_on_the_old_meter_once(
        self, browser: Client, hall: Hall, card: GasCard, folder: Path
    ) -> None:
        write(sell(card, hall.shift, folder, 100), folder)
        put_into_meter(card, folder)
        body = {
            "request_id": str(uuid4()),
            "final": "30",
            "unread": "0",
            "beginning": "0",
            "second_number": hall.supervisor.number,
            "second_password": PASSWORD,
        }
        address = reverse("counters:gas_card_meter", args=[card.card_no])

        first, second = browser.post(address, body), browser.post(address, body)

        card.refresh_from_db()
        assert (first.status_code, second.status_code) == (302, 302)
        assert GasPurchase.objects.get(kind="MAKE_GOOD").volume == 70
        assert card.used_before == 30
