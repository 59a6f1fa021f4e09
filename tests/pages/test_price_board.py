import re

import pytest
from django.test import Client

from tests.billing.metering import make_heating_tariff, make_tariff
from tests.factories.accounts import make_staff
from tests.factories.tariffs import make_approved, make_submitted, water_prices
from tests.hall import Hall, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tariffs(hall: Hall) -> None:
    make_approved(make_tariff(name="居民水价"), "2027-01-01", prices=water_prices("2.3742"))
    make_heating_tariff(name="供热价格")


class TestThePriceBoard:
    def test_shows_what_is_in_force_and_from_when_it_changes(self, hall: Hall) -> None:
        page = text_of(signed_in(hall.cashier).get("/prices/"))

        assert "2.07" in page
        assert "2.3742" in page
        assert "自 2020-01-01 起执行" in page
        assert "自 2027-01-01 起" in page
        assert page.index("2.07") < page.index("2.3742")

    def test_shows_another_day(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get("/prices/", {"on": "2027-01-01"})

        water = next(board for board in answer.context["boards"] if board.tariff.service == "WATER")
        assert str(water.now.effective_from) == "2027-01-01"
        assert not answer.context["is_today"]

    def test_shows_one_service(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get("/prices/", {"service": "HEAT"})

        assert [board.tariff.service for board in answer.context["boards"]] == ["HEAT"]

    def test_leads_to_the_prices_of_before(self, hall: Hall) -> None:
        page = text_of(signed_in(hall.cashier).get("/prices/", {"on": "2027-02-01"}))

        assert "?service=WATER&amp;on=2020-01-01" in page

    @pytest.mark.parametrize(
        "asked", [{"on": "soon"}, {"on": "2026-02-30"}, {"service": "COAL"}, {"on": "\x00"}]
    )
    def test_says_beside_the_field_what_it_does_not_understand(
        self, hall: Hall, asked: dict[str, str]
    ) -> None:
        answer = signed_in(hall.cashier).get("/prices/", asked)

        assert answer.status_code == 422
        assert "field-error" in text_of(answer)
        assert answer.context["boards"]

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_knows_every_day(self, hall: Hall, day: str) -> None:
        assert signed_in(hall.cashier).get("/prices/", {"on": day}).status_code == 200

    @pytest.mark.parametrize("role", ["adviser", "collector", "finance", "auditor", "administrator", ""])
    def test_is_open_to_everybody_at_work(self, hall: Hall, role: str) -> None:
        assert signed_in(make_staff(role=role, branch=hall.branch)).get("/prices/").status_code == 200


class TestThePoster:
    @pytest.mark.parametrize(("asked", "paper"), [("", "a3"), ("a3", "a3"), ("a4", "a4"), ("a0", "a3")])
    def test_comes_in_two_papers(self, hall: Hall, asked: str, paper: str) -> None:
        answer = signed_in(hall.cashier).get("/prices/poster/", {"paper": asked, "service": "WATER"})

        assert f"paper-{paper}" in text_of(answer)
        assert text_of(answer).count('class="poster"') == 1
        assert "2.07" in text_of(answer)


class TestTheScreenOfTheLobby:
    def test_needs_nobody_and_shows_one_table_after_the_other(self, hall: Hall) -> None:
        client, address, seen = Client(), "/prices/screen/", list[str]()
        for _ in range(3):
            page = text_of(client.get(address))
            seen.append(page)
            found = re.search(r'content="20;url=([^"]+)"', page)
            assert found is not None
            address = found[1]

        assert ["供热价格" in page for page in seen] == [True, False, False]
        assert ["2.07" in page for page in seen] == [False, True, False]
        assert ["2.3742" in page for page in seen] == [False, False, True]
        assert address == "/prices/screen/?slide=0"

    @pytest.mark.parametrize("slide", ["99999999", "-1", "x", "²", "9999"])
    def test_begins_anew_whatever_stands_in_the_address(self, hall: Hall, slide: str) -> None:
        assert Client().get("/prices/screen/", {"slide": slide}).status_code == 200

    def test_shows_nothing_that_waits_for_approval(self, hall: Hall) -> None:
        make_submitted(make_tariff(service="GAS", code="GAS"), "2027-01-01", prices=water_prices("8.88"))

        pages = [text_of(Client().get("/prices/screen/", {"slide": str(one)})) for one in range(5)]

        assert not [page for page in pages if "8.88" in page]


class TestAHallWithoutPrices:
    def test_has_a_board_that_says_so(self, hall: Hall) -> None:
        answers = [
            signed_in(hall.cashier).get(address, {"service": "GAS"})
            for address in ("/prices/", "/prices/poster/")
        ]

        assert ["尚未公示价格" in text_of(answer) for answer in answers] == [True, True]
