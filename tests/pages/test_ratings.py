"""Tablet, receipt's code, figures and follow-ups, as people see them."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from counters.queries.visit_code import visit_code
from service_quality.models import FollowUp, Rating, RatingRequest, RatingTablet
from service_quality.queries.own_figures import own_figures
from tests.counters.rows import all_rows
from tests.factories.accounts import make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.counters import MORNING, make_shift
from tests.factories.quality import make_done_ticket, make_payment, make_rating, make_tablet
from tests.hall import PASSWORD, Hall, signed_in, text_of

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
LAST_MONTH = MORNING - 24 * DAY


@pytest.fixture
def tablet(hall: Hall) -> RatingTablet:
    return make_tablet(hall.shift.window)


def address_of(tablet: RatingTablet, what: str = "tablet") -> str:
    return reverse(f"service_quality:{what}", args=[tablet.key])


class TestTheTablet:
    def test_greets_while_nobody_is_there(self, tablet: RatingTablet) -> None:
        text = text_of(Client().get(address_of(tablet)))

        assert "every 2s" in text
        assert 'name="level"' not in text

    def test_asks_by_itself_when_a_visit_is_over_and_takes_one_touch(
        self, hall: Hall, tablet: RatingTablet
    ) -> None:
        make_done_ticket(hall.shift)
        client = Client()
        now = text_of(client.get(address_of(tablet, "tablet_now")))
        assert address_of(tablet, "tablet_ask") in now
        assert not RatingRequest.objects.exists()

        asking = text_of(client.post(address_of(tablet, "tablet_ask"), headers={"HX-Request": "true"}))
        assert asking.count('name="level"') == 5
        request = RatingRequest.objects.get()
        thanks = client.post(
            address_of(tablet, "tablet_rate"),
            {"request": request.pk, "level": "5"},
            headers={"HX-Request": "true"},
        )

        assert thanks.status_code == 200
        assert Rating.objects.get().level == 5
        assert 'name="level"' not in text_of(client.get(address_of(tablet, "tablet_now")))

    def test_works_without_a_script(self, hall: Hall, tablet: RatingTablet) -> None:
        make_payment(hall.shift)
        client = Client()

        assert client.post(address_of(tablet, "tablet_ask")).status_code == 302
        request = RatingRequest.objects.get()
        answer = client.post(address_of(tablet, "tablet_rate"), {"request": request.pk, "level": "2"})

        assert (answer.status_code, answer["Location"]) == (302, address_of(tablet))
        assert Rating.objects.get().level == 2

    @pytest.mark.parametrize("level", ["", "6", "x", "٥"])
    def test_refuses_what_is_no_level(self, hall: Hall, tablet: RatingTablet, level: str) -> None:
        make_payment(hall.shift)
        Client().post(address_of(tablet, "tablet_ask"))
        before = all_rows()

        answer = Client().post(
            address_of(tablet, "tablet_rate"), {"request": RatingRequest.objects.get().pk, "level": level}
        )

        assert answer.status_code == 422
        assert all_rows() == before

    def test_refuses_the_clerk_who_is_signed_in(self, hall: Hall, tablet: RatingTablet) -> None:
        make_payment(hall.shift)
        Client().post(address_of(tablet, "tablet_ask"))

        answer = signed_in(hall.cashier).post(
            address_of(tablet, "tablet_rate"), {"request": RatingRequest.objects.get().pk, "level": "5"}
        )

        assert answer.status_code == 422
        assert not Rating.objects.exists()

    def test_rates_no_visit_of_another_window(self, hall: Hall, tablet: RatingTablet) -> None:
        make_payment(hall.shift)
        Client().post(address_of(tablet, "tablet_ask"))
        other = make_tablet(make_shift(make_staff(branch=hall.branch)).window)

        answer = Client().post(
            address_of(other, "tablet_rate"), {"request": RatingRequest.objects.get().pk, "level": "5"}
        )

        assert answer.status_code == 404

    def test_shows_nothing_at_an_address_that_was_replaced(self, hall: Hall, tablet: RatingTablet) -> None:
        old = address_of(tablet)
        renew = reverse("service_quality:tablet_renew", args=[tablet.window_id])
        assert signed_in(hall.supervisor).post(renew).status_code == 302

        assert Client().get(old).status_code == 404
        fresh = RatingTablet.objects.get(pk=tablet.pk)
        assert Client().get(address_of(fresh)).status_code == 200
        assert fresh.key in text_of(signed_in(hall.supervisor).get("/ratings/tablets/"))


class TestTheReceipt:
    @pytest.mark.parametrize("paper", ["80mm", "a4"])
    def test_has_a_code_that_opens_the_page_to_rate(self, hall: Hall, paper: str) -> None:
        payment = make_payment(hall.shift)

        text = text_of(
            signed_in(hall.cashier).get(f"/counter/receipts/{payment.receipt.number}/?paper={paper}")
        )

        assert text.count('class="receipt-qr"') == 2


class TestThePageOfTheCode:
    def address(self, hall: Hall) -> str:
        receipt = make_payment(hall.shift).receipt
        return reverse("service_quality:rate_receipt", args=[visit_code(receipt)])

    def test_takes_the_rating_once_and_offers_a_card(self, hall: Hall) -> None:
        address = self.address(hall)
        assert text_of(Client().get(address)).count('name="level"') == 5

        answer = Client().post(address, {"level": "1", "comment": "等了很久"})

        assert answer.status_code == 302
        rating = Rating.objects.get()
        assert (rating.level, rating.comment, rating.channel) == (1, "等了很久", "QR")
        again = text_of(Client().get(address))
        assert 'name="level"' not in again
        assert "/cards/give/" in again

    def test_keeps_what_was_written_when_no_level_was_chosen(self, hall: Hall) -> None:
        answer = Client().post(self.address(hall), {"comment": "等了很久"})

        assert answer.status_code == 422
        assert "等了很久" in text_of(answer)

    def test_says_no_to_the_clerk_and_after_a_second_tap(self, hall: Hall) -> None:
        address = self.address(hall)
        assert signed_in(hall.cashier).post(address, {"level": "5"}).status_code == 422

        Client().post(address, {"level": "5"})
        assert Client().post(address, {"level": "1"}).status_code == 422

        assert list(Rating.objects.values_list("level", flat=True)) == [5]

    def test_is_for_nobody_who_guesses(self, hall: Hall) -> None:
        number = make_payment(hall.shift).receipt.number

        for code in (number, f"{number}:", f"{number}:AAAA", f"{number}\x00:x"):
            address = reverse("service_quality:rate_receipt", args=[code])
            assert Client().get(address).status_code == 404


class TestTheFigures:
    def test_open_the_rows_behind_each_number(self, hall: Hall) -> None:
        make_rating(hall.shift, level=5)
        make_rating(hall.shift, level=2, comment="说不清楚")
        make_payment(hall.shift)
        client = signed_in(hall.supervisor)

        figures = text_of(client.get("/ratings/"))
        bad = text_of(client.get("/ratings/rows/?show=bad"))
        unrated = text_of(client.get("/ratings/rows/?show=none"))

        assert "66.67 %" in figures
        assert "65.00" in figures
        assert "说不清楚" in bad
        assert bad.count("<tr>") == 2
        assert unrated.count("<tr>") == 2

    def test_count_a_payment_with_its_ticket_once(self, hall: Hall) -> None:
        make_done_ticket(hall.shift, make_payment(hall.shift), make_payment(hall.shift))

        text = text_of(signed_in(hall.supervisor).get("/ratings/rows/"))

        assert text.count("A017") == 1
        assert text.count("<tr>") == 2

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("first=x", 422),
            ("first=2026-12-01&last=2026-11-01", 422),
            ("hall=999999", 422),
            ("page=7", 200),
            ("page=x", 200),
            ("show=1&person=nobody", 200),
            ("person=%00", 422),
        ],
    )
    def test_answer_whatever_stands_in_the_address(self, hall: Hall, query: str, status: int) -> None:
        make_rating(hall.shift)

        assert signed_in(hall.supervisor).get(f"/ratings/rows/?{query}").status_code == status


class TestWhoSeesWhat:
    """A clerk sees sums of the own ratings, and never who gave which."""

    @pytest.fixture
    def rated(self, hall: Hall) -> list[Rating]:
        shift = make_shift(make_staff(branch=hall.branch, password=PASSWORD), at=LAST_MONTH)
        return [
            make_rating(shift, level=level, at=LAST_MONTH, comment="某某说的") for level in (5, 5, 4, 2, 1)
        ]

    def test_the_clerk_sees_sums_of_whole_months_and_no_words(self, rated: list[Rating]) -> None:
        clerk = rated[0].staff

        text = text_of(signed_in(clerk).get("/ratings/own/"))

        assert "60.00 %" in text
        assert "某某说的" not in text
        for rating in rated:
            assert rating.payment is not None
            assert rating.payment.receipt.number not in text

    def test_the_clerk_sees_nothing_before_there_are_enough_to_hide_in(self, hall: Hall) -> None:
        shift = make_shift(make_staff(branch=hall.branch, password=PASSWORD), at=LAST_MONTH)
        for _ in range(4):
            make_rating(shift, level=1, at=LAST_MONTH)

        assert "0.00 %" not in text_of(signed_in(shift.cashier).get("/ratings/own/"))

    def test_the_clerk_sees_nothing_of_a_month_that_is_not_over(self, hall: Hall) -> None:
        for _ in range(6):
            make_rating(hall.shift, level=1)

        assert "0.00 %" not in text_of(signed_in(hall.cashier).get("/ratings/own/"))

    @pytest.mark.parametrize(
        ("today", "latest"), [("2026-11-07", "2026-09-01"), ("2026-11-08", "2026-10-01")]
    )
    def test_the_clerk_sees_a_month_once_nobody_can_rate_it_any_more(
        self, rated: list[Rating], today: str, latest: str
    ) -> None:
        figures = own_figures(rated[0].staff, datetime.date.fromisoformat(today))

        assert str(figures["months"][0]["first"]) == latest
        assert [one["first"].day for one in figures["months"]] == [1] * 6
        assert [one["is_shown"] for one in figures["months"]].count(True) == (latest == "2026-10-01")

    @pytest.mark.parametrize(
        "page", ["/ratings/", "/ratings/rows/", "/ratings/follow-ups/", "/ratings/tablets/"]
    )
    def test_the_clerk_gets_no_page_with_single_ratings(self, rated: list[Rating], page: str) -> None:
        assert signed_in(rated[0].staff).get(page).status_code == 403

    def test_the_supervisor_sees_them(self, hall: Hall, rated: list[Rating]) -> None:
        assert "某某说的" in text_of(signed_in(hall.supervisor).get("/ratings/rows/?show=bad"))


class TestFollowUps:
    def test_are_listed_by_the_time_that_is_left(self, hall: Hall) -> None:
        ship_calendars()
        late = make_rating(
            make_shift(make_staff(branch=hall.branch), at=MORNING - 5 * DAY), level=1, at=MORNING - 5 * DAY
        )
        new = make_rating(hall.shift, level=2)

        text = text_of(signed_in(hall.supervisor).get("/ratings/follow-ups/"))

        assert text.index(f"/ratings/follow-ups/{late.follow_up.pk}/") < text.index(
            f"/ratings/follow-ups/{new.follow_up.pk}/"
        )
        assert "tag-late" in text

    def test_say_that_the_calendar_is_missing(self, hall: Hall) -> None:
        make_rating(hall.shift, level=1)

        text = text_of(signed_in(hall.supervisor).get("/ratings/follow-ups/"))

        assert 'role="alert"' in text
        assert "2026" in text

    def test_tell_the_story_and_take_the_finding(self, hall: Hall, calendar: None) -> None:
        payment = make_payment(hall.shift)
        make_done_ticket(hall.shift, payment)
        Client().post(
            reverse("service_quality:rate_receipt", args=[visit_code(payment.receipt)]),
            {"level": "2", "comment": "让我跑了两趟"},
        )
        follow_up = FollowUp.objects.get()
        client, address = signed_in(hall.supervisor), f"/ratings/follow-ups/{follow_up.pk}/"
        story = text_of(client.get(address))
        assert all(word in story for word in ("让我跑了两趟", "A017", payment.receipt.number))

        refused = client.post(address, {"finding": "材料没说清", "measure": "", "done": "1"})
        kept = client.post(address, {"finding": "材料没说清", "measure": "", "save": "1"})
        done = client.post(address, {"finding": "材料没说清", "measure": "一次性告知单", "done": "1"})

        assert (refused.status_code, kept.status_code, done.status_code) == (422, 302, 302)
        assert "材料没说清" in text_of(refused)
        follow_up.refresh_from_db()
        assert (follow_up.state, follow_up.done_by) == ("DONE", hall.supervisor)

    @pytest.fixture
    def calendar(self) -> None:
        ship_calendars()
