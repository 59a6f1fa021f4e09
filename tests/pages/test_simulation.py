from typing import Any

import pytest

from accounts.models import Account
from tests.billing.metering import make_tariff, make_water_account
from tests.hall import Hall, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def metered(hall: Hall) -> Account:
    make_tariff()
    return make_water_account(branch=hall.branch, readings={"2026-11-10": "170"})


def address_of(account: Account) -> str:
    return f"/accounts/{account.account_no}/simulation/"


class TestTheSimulation:
    def test_opens_with_the_keyboard_in_the_field(self, hall: Hall, metered: Account) -> None:
        answer = signed_in(hall.cashier).get(address_of(metered))

        assert answer.context["simulation"] is None
        assert answer.context["form"]["units"].as_widget().count("autofocus") == 1

    def test_answers_a_figure_and_enter(self, hall: Hall, metered: Account) -> None:
        answer = signed_in(hall.cashier).get(address_of(metered), {"units": "20", "reading": "", "on": ""})

        assert str(answer.context["simulation"].then.total) == "671.70"
        assert "会跨阶梯" in text_of(answer)
        assert "671.70" in text_of(answer)

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ({"units": "-1"}, "invalid"),
            ({"units": "1e3"}, "invalid"),
            ({"units": "NaN"}, "invalid"),
            ({"units": "２０"}, "invalid"),
            ({"units": "1234567890"}, "invalid"),
            ({"units": "20", "reading": "200"}, "one_of_two"),
            ({"units": "", "reading": ""}, "one_of_two"),
            ({"units": "20", "on": "2027-12-31"}, "too_far"),
            ({"units": "20", "on": "0001-01-01"}, "billed_later"),
            ({"units": "20", "on": "yesterday"}, "invalid"),
            ({"reading": "169"}, "reading_fell"),
            ({"reading": "100000"}, "reading_too_long"),
        ],
    )
    def test_refuses_with_what_was_typed_still_there(
        self, hall: Hall, metered: Account, asked: dict[str, Any], code: str
    ) -> None:
        answer = signed_in(hall.cashier).get(address_of(metered), asked)

        errors = answer.context["form"].errors.as_data().values()
        assert answer.status_code == 422
        assert [error.code for each in errors for error in each] == [code]
        assert all(f'value="{value}"' in text_of(answer) for value in asked.values() if value)

    def test_of_heat_says_that_there_is_nothing_to_work_out(self, hall: Hall, metered: Account) -> None:
        metered.service = "HEAT"
        metered.save()

        answer = signed_in(hall.cashier).get(address_of(metered), {"units": "20"})

        (error,) = answer.context["form"].errors.as_data()["__all__"]
        assert (answer.status_code, error.code) == (422, "not_metered")

    def test_of_another_branch_looks_like_one_that_does_not_exist(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(address_of(hall.foreign_account))

        assert answer.status_code == 404
        assert "CANARY" not in text_of(answer)
