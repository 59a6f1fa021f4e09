"""5P cards on the pages: a customer's thanks, ours, those on paper, the stars and the wall."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from counters.queries.visit_code import visit_code
from service_quality.models import CardBook, PraiseCard, PromotionLevel
from service_quality.services.card_books import make_card_book
from service_quality.services.cards import give_card_for_receipt
from tests.counters.rows import all_rows
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.factories.quality import make_card, make_payment
from tests.hall import TODAY, Hall, signed_in, text_of

pytestmark = pytest.mark.django_db


class TestACustomer:
    def typed(self, hall: Hall, **changes: Any) -> dict[str, Any]:
        payment = make_payment(hall.shift)
        return {
            "receipt": payment.receipt.number,
            "account_end": payment.account.account_no[-4:],
            "kind": "PATIENT",
            "text": "讲了三遍",
            **changes,
        }

    def test_gives_a_card_with_the_number_of_the_receipt(self, hall: Hall) -> None:
        answer = Client().post("/cards/give/", self.typed(hall))

        assert (answer.status_code, answer["Location"]) == (302, "/cards/give/thanks/")
        card = PraiseCard.objects.get()
        assert (card.receiver, card.kind, card.text) == (hall.cashier, "PATIENT", "讲了三遍")

    def test_does_not_try_all_ends_of_account_numbers(self, hall: Hall) -> None:
        body = self.typed(hall)
        end = body["account_end"]
        wrong = ["zzz1" for _ in range(20)]

        # From as many addresses as they like: the receipt is counted too.
        told = [
            Client(REMOTE_ADDR=f"10.9.8.{place}")
            .post("/cards/give/", body | {"account_end": one})
            .status_code
            for place, one in enumerate([*wrong, end])
        ]

        assert told == [422] * 20 + [429]
        assert not PraiseCard.objects.exists()

    def test_gives_a_card_by_the_code_of_the_receipt_once(self, hall: Hall) -> None:
        code = visit_code(make_payment(hall.shift).receipt)
        address = reverse("service_quality:give_card_of", args=[code])

        assert Client().post(address, {"kind": "POLITE"}).status_code == 302
        assert Client().post(address, {"kind": "POLITE"}).status_code == 422
        assert address not in text_of(Client().get(reverse("service_quality:rate_receipt", args=[code])))

    @pytest.mark.parametrize(
        "changes",
        [
            {"receipt": "9-99-000000A-0001"},
            {"account_end": "0000x"},
            {"account_end": "zzzz"},
            {"kind": ""},
            {"receipt": "a\x00b"},
        ],
    )
    def test_is_told_what_does_not_fit_and_loses_no_words(self, hall: Hall, changes: dict[str, str]) -> None:
        body = self.typed(hall, **changes)
        before = all_rows()

        answer = Client().post("/cards/give/", body)

        assert answer.status_code == 422
        assert "讲了三遍" in text_of(answer)
        assert all_rows() == before

    def test_is_not_the_clerk(self, hall: Hall) -> None:
        assert signed_in(hall.cashier).post("/cards/give/", self.typed(hall)).status_code == 422
        assert not PraiseCard.objects.exists()


class TestOneOfUs:
    def test_thanks_a_colleague_by_number_or_by_what_the_list_offers(self, hall: Hall) -> None:
        client = signed_in(hall.cashier)
        page = text_of(client.get("/cards/new/"))
        assert f"{hall.colleague.number} {hall.colleague.name}" in page
        assert hall.stranger.number not in page

        answer = client.post(
            "/cards/new/", {"receiver": f"{hall.colleague.number} {hall.colleague.name}", "kind": "POSITIVE"}
        )

        assert (answer.status_code, answer["Location"]) == (302, "/cards/wall/")
        assert PraiseCard.objects.get().receiver == hall.colleague

    @pytest.mark.parametrize("receiver", ["", "0000", "oneself"])
    def test_is_told_what_does_not_fit(self, hall: Hall, receiver: str) -> None:
        body = {"receiver": hall.cashier.number if receiver == "oneself" else receiver, "kind": "POLITE"}

        answer = signed_in(hall.cashier).post("/cards/new/", body)

        assert answer.status_code == 422
        assert not PraiseCard.objects.exists()


class TestPaper:
    @pytest.fixture
    def book(self, hall: Hall) -> CardBook:
        return make_card_book(hall.shift.window.hall, sheets=1, by=hall.supervisor, at=MORNING)

    def test_is_printed_with_a_number_on_every_card(self, hall: Hall) -> None:
        client = signed_in(hall.supervisor)

        answer = client.post("/cards/books/", {"hall": hall.shift.window.hall_id, "sheets": "2"})

        assert answer.status_code == 302
        paper = text_of(client.get(answer["Location"]))
        assert paper.count('class="paper-card"') == 16
        assert all(f"5P26-{number:06}" in paper for number in range(1, 17))

    def test_is_entered_card_after_card(self, hall: Hall, book: CardBook) -> None:
        client, payment = signed_in(hall.supervisor), make_payment(hall.shift)
        from_customer = {
            "serial": "3", "source": "CUSTOMER", "receipt": payment.receipt.number, "kind": "POLITE",
            "given_on": TODAY,
        }  # fmt: skip
        from_us = {
            "serial": "4", "source": "STAFF", "giver": hall.cashier.number, "receiver": hall.colleague.number,
            "kind": "PATIENT", "given_on": TODAY,
        }  # fmt: skip

        answers = [client.post("/cards/enter/", body) for body in (from_customer, from_us, from_us)]

        assert [answer.status_code for answer in answers] == [302, 302, 422]
        received = dict(PraiseCard.objects.values_list("serial", "receiver"))
        assert received == {"5P26-000003": hall.cashier.pk, "5P26-000004": hall.colleague.pk}
        assert '<td class="number">2</td>' in text_of(client.get("/cards/books/"))

    @pytest.mark.parametrize(
        "changes", [{"receipt": "nobody's"}, {"source": "STAFF"}, {"given_on": ""}, {"serial": "999"}]
    )
    def test_is_refused_when_it_does_not_fit(
        self, hall: Hall, book: CardBook, changes: dict[str, str]
    ) -> None:
        body = {
            "serial": "3", "source": "CUSTOMER", "receipt": make_payment(hall.shift).receipt.number,
            "kind": "POLITE", "given_on": TODAY,
        }  # fmt: skip

        answer = signed_in(hall.supervisor).post("/cards/enter/", {**body, **changes})

        assert answer.status_code == 422
        assert not PraiseCard.objects.exists()


class TestACard:
    def test_is_voided_with_a_reason_once(self, hall: Hall) -> None:
        card = make_card(hall.colleague, hall.cashier)
        client, address = signed_in(hall.supervisor), f"/cards/{card.serial}/"

        answers = [client.post(f"{address}void/", {"reason": reason}) for reason in ("", "互换", "又一次")]

        assert [answer.status_code for answer in answers] == [422, 302, 422]
        assert "互换" in text_of(client.get(address))
        assert card.serial not in text_of(client.get("/cards/"))
        assert card.serial in text_of(client.get("/cards/?state=void"))

    def test_of_another_branch_does_not_exist_for_a_clerk(self, hall: Hall) -> None:
        card = make_card(hall.stranger, make_staff(branch=hall.stranger.branch))

        assert signed_in(hall.cashier).get(f"/cards/{card.serial}/").status_code == 404


class TestTheWall:
    def test_shows_the_words_of_a_customer_after_somebody_has_read_them(self, hall: Hall) -> None:
        card = give_card_for_receipt(make_payment(hall.shift), kind="POLITE", text="像自家人", at=MORNING)
        client = signed_in(hall.supervisor)
        walls = ("/cards/wall/", "/cards/wall/screen/")
        assert all("像自家人" not in text_of(client.get(wall)) for wall in walls)
        assert "像自家人" in text_of(client.get("/cards/?state=words"))

        answers = [client.post(f"/cards/{card.serial}/show/") for _ in range(2)]

        assert [answer.status_code for answer in answers] == [302, 422]
        assert all("像自家人" in text_of(client.get(wall)) for wall in walls)
        assert "像自家人" in text_of(Client().get("/cards/wall/screen/"))

    def test_waits_for_the_first_card(self, hall: Hall) -> None:
        assert text_of(Client().get("/cards/wall/screen/")).count("praise-for") == 0


class TestTheStars:
    def test_open_the_cards_behind_them(self, hall: Hall) -> None:
        PromotionLevel.objects.create(name="新星", cards=5, each=1)
        kinds = ("POLITE", "PATIENT", "POSITIVE", "PASSIONATE", "PROFESSIONAL")
        for kind in kinds:
            make_card(hall.cashier, make_staff(branch=hall.branch), kind=kind)
        client = signed_in(hall.colleague)

        stars = text_of(client.get("/cards/promotions/?year=2026"))
        behind = text_of(client.get(f"/cards/?year=2026&person={hall.cashier.number}"))

        assert f"?year=2026&amp;person={hall.cashier.number}" in stars
        assert "新星" in stars
        assert behind.count("5E26-") == 10

    @pytest.mark.parametrize("year", ["0", "x", "99999999999999999999", "-1", ""])
    def test_take_the_running_year_for_nonsense(self, hall: Hall, year: str) -> None:
        assert "2026" in text_of(signed_in(hall.cashier).get("/cards/promotions/", {"year": year}))
