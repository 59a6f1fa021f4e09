from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import Route, RouteStop
from billing.queries.route_order import accounts_without_route
from billing.services.routes import RouteRefused, lay_route
from tests.billing.metering import make_water_account
from tests.counters.rows import all_rows
from tests.factories.accounts import make_account, make_branch, make_district, make_premises, make_staff
from tests.factories.counters import MORNING
from tests.hall import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def route(branch: Branch) -> Route:
    return Route.objects.create(code="S001", name="文化路", branch=branch, service="WATER")


@pytest.fixture
def doors(branch: Branch) -> list[Account]:
    return [make_water_account(branch=branch) for _ in range(3)]


def way(route: Route) -> list[Account]:
    return [stop.account for stop in route.stops.order_by("position")]


class TestLayRoute:
    def test_gives_it_its_accounts_in_the_order_of_the_way(
        self, route: Route, doors: list[Account], supervisor: Staff
    ) -> None:
        lay_route(route, doors, by=supervisor, at=MORNING)
        lay_route(route, [doors[2], doors[0]], by=supervisor, at=MORNING)

        assert way(route) == [doors[2], doors[0]]
        entries = AuditEntry.objects.filter(action="lay_route").order_by("id")
        assert [entry.details for entry in entries] == [{"stops": 3}, {"stops": 2}]

    def test_refuses_and_changes_nothing(
        self, route: Route, doors: list[Account], branch: Branch, supervisor: Staff
    ) -> None:
        other = Route.objects.create(code="S002", name="别处", branch=branch, service="WATER")
        lay_route(other, [doors[2]], by=None, at=MORNING)
        wrong: list[tuple[list[Account], str]] = [
            ([doors[0], doors[0]], "twice"),
            ([make_water_account(branch=make_branch())], "other_branch"),
            ([make_account(branch=branch, service="GAS")], "other_service"),
            ([doors[0], doors[2]], "on_another_route"),
        ]
        before = all_rows()

        for accounts, code in wrong:
            with pytest.raises(RouteRefused) as refusal:
                lay_route(route, accounts, by=supervisor, at=MORNING)
            assert refusal.value.code == code

        assert all_rows() == before

    def test_refuses_a_person_of_another_branch(self, route: Route) -> None:
        stranger = make_staff(role="collector", branch=make_branch())

        with pytest.raises(RouteRefused) as refusal:
            lay_route(route, [], by=stranger, at=MORNING)

        assert refusal.value.code == "unknown_route"


class TestTheWay:
    def test_of_a_district_goes_from_building_to_building(self, route: Route, branch: Branch) -> None:
        district = make_district(branch=branch)
        rooms = [
            make_water_account(
                branch=branch, premises=make_premises(district=district, building=building, room=room)
            )
            for building, room in (("12", "101"), ("5", "1201"), ("5", "301"))
        ]
        make_water_account(branch=branch)
        make_account(branch=branch, service="WATER", premises=make_premises(district=district))

        assert accounts_without_route(route, district) == rooms[::-1]
        lay_route(route, [rooms[0]], by=None, at=MORNING)
        assert accounts_without_route(route, district) == [rooms[2], rooms[1]]


class TestThePage:
    def test_lays_what_stands_in_the_field(
        self, route: Route, doors: list[Account], supervisor: Staff
    ) -> None:
        client, where = signed_in(supervisor), reverse("billing:route_way", args=[route.code])
        numbers = "\r\n".join(door.account_no for door in doors[::-1])

        answer = client.post(where, {"account_nos": numbers})

        assert (answer.status_code, way(route)) == (302, doors[::-1])
        assert client.get(where).context["form"].initial["account_nos"].split() == numbers.split()

    def test_adds_a_district(self, route: Route, doors: list[Account], supervisor: Staff) -> None:
        district = doors[0].premises.district_id

        answer = signed_in(supervisor).get(
            reverse("billing:route_way", args=[route.code]), {"district": district}
        )

        assert answer.context["form"].initial["account_nos"] == doors[0].account_no
        assert not RouteStop.objects.exists()

    @pytest.mark.parametrize("numbers", ["", " ", "0199999999", "x\x00y"])
    def test_keeps_what_was_typed_when_it_refuses(
        self, route: Route, doors: list[Account], supervisor: Staff, numbers: str
    ) -> None:
        answer = signed_in(supervisor).post(
            reverse("billing:route_way", args=[route.code]), {"account_nos": numbers}
        )

        assert (answer.status_code, RouteStop.objects.count()) == (422, 0)

    def test_shows_no_account_of_another_branch(self, route: Route, supervisor: Staff) -> None:
        foreign = make_water_account(branch=make_branch())

        answer: Any = signed_in(supervisor).post(
            reverse("billing:route_way", args=[route.code]), {"account_nos": foreign.account_no}
        )

        assert answer.context["form"].has_error("account_nos", "unknown_account")
