import datetime
import re
from typing import Any

import pytest

from counters.models import Shift, Window
from counters.services.shifts import close_shift, open_shift
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, make_window
from tests.hall import Hall, signed_in, text_of

pytestmark = pytest.mark.django_db

PAGE = "/counter/shift/open/"


@pytest.fixture
def window(hall: Hall) -> Window:
    return make_window(hall.branch, number=7)


class TestShiftOpen:
    def test_begins_the_shift_and_leads_to_the_counter(self, hall: Hall, window: Window) -> None:
        answer = signed_in(hall.colleague).post(PAGE, {"window": window.pk, "opening_float": "300.00"})

        assert (answer.status_code, answer.headers["Location"]) == (302, "/counter/")
        shift = Shift.objects.get(cashier=hall.colleague)
        assert (shift.window, str(shift.opening_float), shift.is_open) == (window, "300.00", True)

    def test_needs_one_key_when_the_float_is_the_usual_one(self, hall: Hall, window: Window) -> None:
        page = signed_in(hall.colleague).get(PAGE).content.decode()

        # Enter sends a form from one of its text fields only.
        assert re.search(r'<input [^>]*name="opening_float"[^>]* autofocus', page)

    def test_offers_the_free_windows_of_the_own_branch(self, hall: Hall, window: Window) -> None:
        make_window(hall.stranger.branch, number=9)
        Window.objects.create(hall=window.hall, number=8, takes_money=False)

        answer = signed_in(hall.colleague).get(PAGE)

        assert list(answer.context["form"].fields["window"].queryset) == [window]
        assert "CANARY" not in text_of(answer)

    def test_proposes_the_window_of_the_last_day(self, hall: Hall, window: Window) -> None:
        make_window(hall.branch, number=1)
        yesterday = MORNING - datetime.timedelta(days=1)
        shift = open_shift(
            window, cashier=hall.colleague, opening_float=hall.shift.opening_float, at=yesterday
        )
        close_shift(
            shift, pieces={}, reason="已送存银行", approved_by=hall.supervisor, closed_by=hall.colleague, at=yesterday
        )  # fmt: skip

        answer = signed_in(hall.colleague).get(PAGE)

        assert answer.context["form"]["window"].value() == window.pk

    def test_leads_to_the_counter_when_a_shift_is_open(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(PAGE)

        assert (answer.status_code, answer.headers["Location"]) == (302, "/counter/")

    def test_posted_twice_opens_one_shift(self, hall: Hall, window: Window) -> None:
        client, form = signed_in(hall.colleague), {"window": window.pk, "opening_float": "300.00"}

        answers = [client.post(PAGE, form) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [302, 302]
        assert Shift.objects.filter(cashier=hall.colleague).count() == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"window": ""}, {"window": "abc"}, {"window": "999999"}, {"window": "9" * 40}, {"window": "\x00"},
            {"opening_float": ""}, {"opening_float": "-1"}, {"opening_float": "NaN"}, {"opening_float": "1e3"},
            {"opening_float": "１００"}, {"opening_float": "500.01"}, {"opening_float": "1.005"},
            {"opening_float": "\x00"}, {"opening_float": "9" * 21},
        ],
    )  # fmt: skip
    def test_refuses_and_opens_nothing(self, hall: Hall, window: Window, changes: dict[str, Any]) -> None:
        form = {"window": window.pk, "opening_float": "300.00", **changes}

        answer = signed_in(hall.colleague).post(PAGE, form)

        assert answer.status_code == 422
        assert answer.context["form"].errors
        assert answer.context["form"]["opening_float"].value() == form["opening_float"]
        assert not Shift.objects.filter(cashier=hall.colleague).exists()

    def test_refuses_a_window_of_another_branch_as_one_that_does_not_exist(self, hall: Hall) -> None:
        window = make_window(hall.stranger.branch, number=9)

        answer = signed_in(hall.colleague).post(PAGE, {"window": window.pk, "opening_float": "0"})

        assert answer.status_code == 422
        assert "CANARY" not in text_of(answer)

    def test_offers_no_window_to_somebody_without_a_branch(self, hall: Hall, window: Window) -> None:
        answer = signed_in(make_staff(branch=None)).get(PAGE)

        assert (answer.status_code, list(answer.context["form"].fields["window"].queryset)) == (200, [])
