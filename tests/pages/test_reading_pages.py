import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Account, Staff
from billing.models import MeterInstallation, Reading, Route, UnitCorrection
from billing.services.meter_tests import record_meter_test
from billing.services.readings import record_reading
from billing.services.routes import lay_route
from tests.billing.metering import install, make_water_account, read
from tests.billing.test_record_reading import PNG
from tests.counters.rows import all_rows
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.hall import Hall, signed_in, text_of

if TYPE_CHECKING:
    from django.http import FileResponse

pytestmark = pytest.mark.django_db

DAY = datetime.date(2026, 11, 10)


@pytest.fixture(autouse=True)
def _media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def reader(hall: Hall) -> Staff:
    return make_staff(role="collector", branch=hall.branch, name="赵强")


@pytest.fixture
def account(hall: Hall) -> Account:
    """Ten cubic metres a month."""
    return make_water_account(
        branch=hall.branch, readings={"2026-08-10": "10", "2026-09-10": "20", "2026-10-10": "30"}
    )


@pytest.fixture
def odd(account: Account, reader: Staff) -> Reading:
    return record_reading(account, read_on=DAY, value=Decimal("130"), by=reader, at=MORNING)


def foreign_reading(hall: Hall) -> Reading:
    place = install(hall.foreign_account, readings={"2026-10-10": "1"})
    return read(place, "2026-11-10", "666", state="IN_REVIEW", anomalies=["HIGH"])


def page(name: str, *args: object) -> str:
    return reverse(f"billing:{name}", args=args)


class TestReadingList:
    def test_says_in_a_sentence_what_is_odd_and_draws_the_last_uses(self, hall: Hall, odd: Reading) -> None:
        answer = signed_in(hall.supervisor).get(page("reading_list"))

        (row,) = answer.context["page_obj"]
        assert [anomaly["code"] for anomaly in row["anomalies"]] == ["HIGH"]
        assert row["anomalies"][0]["sentence"] in text_of(answer)
        assert "100" in row["anomalies"][0]["sentence"]
        assert "10.2" in row["anomalies"][0]["sentence"]
        assert [bar["height"] for bar in row["chart"]["bars"]] == [2, 2, 24]
        assert text_of(answer).count("<rect") == 3

    def test_shows_only_what_waits(self, hall: Hall, account: Account) -> None:
        assert signed_in(hall.supervisor).get(page("reading_list")).context["total"] == 0

    def test_filters_by_what_is_odd_by_service_and_by_route(
        self, hall: Hall, odd: Reading, account: Account
    ) -> None:
        route = Route.objects.create(code="S001", name="文化路", branch=hall.branch, service="WATER")
        lay_route(route, [account], by=None, at=MORNING)
        client = signed_in(hall.supervisor)

        totals = {
            query: client.get(f"{page('reading_list')}?{query}").context["total"]
            for query in ("anomaly=HIGH", "anomaly=FALLS", "service=GAS", "route=S001", "page=9&anomaly=HIGH")
        }

        assert list(totals.values()) == [1, 0, 0, 1, 1]
        assert client.get(page("reading_list")).context["counts"][0]["count"] == 1

    @pytest.mark.parametrize("query", ["anomaly=X", "service=COAL", "route=nowhere", "route=%00"])
    def test_refuses_a_filter_that_does_not_exist(self, hall: Hall, query: str) -> None:
        assert signed_in(hall.supervisor).get(f"{page('reading_list')}?{query}").status_code == 422

    def test_shows_nothing_of_another_branch(self, hall: Hall) -> None:
        foreign_reading(hall)

        answer = signed_in(hall.cashier).get(page("reading_list"))

        assert answer.context["total"] == 0
        assert "CANARY" not in text_of(answer)

    def test_costs_as_many_queries_for_twenty_as_for_one(
        self, hall: Hall, odd: Reading, reader: Staff
    ) -> None:
        client = signed_in(hall.supervisor)

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get(page("reading_list"))
            return len(captured)

        alone = queries()
        for _ in range(19):
            other = make_water_account(branch=hall.branch, readings={"2026-09-10": "1", "2026-10-10": "2"})
            record_reading(other, read_on=DAY, value=Decimal("99"), by=reader, at=MORNING)

        assert queries() == alone
        assert client.get(page("reading_list")).context["total"] == 20


class TestReadingReview:
    def test_shows_the_story_and_what_can_be_done(self, hall: Hall, odd: Reading) -> None:
        answer = signed_in(hall.supervisor).get(page("reading_review", odd.pk))

        assert [row["value"] for row in answer.context["history"]] == ["30", "20"]
        assert answer.context["suggestion"] == "40"
        assert all(f'data-key="{key}"' in text_of(answer) for key in "are")

    def test_accepts_and_goes_on_to_the_next(self, hall: Hall, odd: Reading, reader: Staff) -> None:
        other = make_water_account(branch=hall.branch, readings={"2026-09-10": "1", "2026-10-10": "2"})
        following = record_reading(other, read_on=DAY, value=Decimal("99"), by=reader, at=MORNING)
        client = signed_in(hall.supervisor)

        first = client.post(page("reading_review", odd.pk), {"decision": "accept"})
        last = client.post(page("reading_review", following.pk), {"decision": "reject", "note": "看错了"})

        assert first["Location"] == page("reading_review", following.pk)
        assert last["Location"] == page("reading_list")
        states = Reading.objects.filter(read_on=DAY).order_by("pk").values_list("state", flat=True)
        assert list(states) == ["ACCEPTED", "REJECTED"]

    def test_proposes_an_estimate_instead(self, hall: Hall, odd: Reading) -> None:
        signed_in(hall.supervisor).post(
            page("reading_review", odd.pk), {"decision": "estimate", "note": "表盘模糊", "value": "41"}
        )

        estimate = Reading.objects.get(kind="ESTIMATED")
        assert (estimate.state, estimate.value, estimate.reason) == ("IN_REVIEW", Decimal("41"), "表盘模糊")
        own = signed_in(hall.supervisor).get(page("reading_review", estimate.pk))
        assert own.context["is_own_estimate"] is True
        assert 'value="accept"' not in text_of(own)

    @pytest.mark.parametrize(
        "data", [{}, {"decision": "burn"}, {"decision": "reject"}, {"decision": "estimate", "note": ""}]
    )
    def test_says_why_it_refuses_and_writes_nothing(
        self, hall: Hall, odd: Reading, data: dict[str, str]
    ) -> None:
        client = signed_in(hall.supervisor)
        before = all_rows()

        answer = client.post(page("reading_review", odd.pk), data)

        assert answer.status_code == 422
        assert all_rows() == before

    def test_is_only_looked_at_by_those_who_may_not_decide(self, hall: Hall, odd: Reading) -> None:
        client = signed_in(hall.cashier)

        assert client.get(page("reading_review", odd.pk)).context["may_decide"] is False
        assert client.post(page("reading_review", odd.pk), {"decision": "accept"}).status_code == 403
        odd.refresh_from_db()
        assert odd.is_in_review

    def test_of_another_branch_is_not_there(self, hall: Hall) -> None:
        foreign = foreign_reading(hall)

        for name in ("reading_review", "reading_photo"):
            assert signed_in(hall.cashier).get(page(name, foreign.pk)).status_code == 404


class TestReadingNew:
    def form(self, account: Account, **changes: Any) -> dict[str, Any]:
        meter = account.installations.get().meter
        return {
            "serial_no": meter.serial_no,
            "read_on": "2026-11-10",
            "value": "41",
            "kind": "ACTUAL",
            **changes,
        }

    def test_keeps_the_reading(self, account: Account, reader: Staff) -> None:
        answer = signed_in(reader).post(page("reading_new", account.account_no), self.form(account))

        assert answer.status_code == 302
        assert Reading.objects.get(read_on=DAY).value == Decimal("41")

    def test_takes_a_photo_and_shows_it_to_who_may_see_the_reading(
        self, hall: Hall, account: Account, reader: Staff
    ) -> None:
        sent = SimpleUploadedFile("../../evil.svg", PNG, content_type="image/svg+xml")

        signed_in(reader).post(
            page("reading_new", account.account_no), self.form(account, kind="SELF_REPORTED", photo=sent)
        )

        reading = Reading.objects.get(read_on=DAY)
        shown = signed_in(hall.supervisor).get(page("reading_photo", reading.pk))
        assert cast("FileResponse", shown).getvalue() == PNG
        assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")
        assert "evil" not in str(reading.photo)
        assert signed_in(hall.stranger).get(page("reading_photo", reading.pk)).status_code == 404
        assert page("reading_photo", reading.pk) in text_of(
            signed_in(hall.supervisor).get(page("reading_review", reading.pk))
        )

    def test_refuses_a_file_that_is_no_photo(self, account: Account, reader: Staff) -> None:
        sent = SimpleUploadedFile("photo.png", b"<script>alert(1)</script>", content_type="image/png")

        answer = signed_in(reader).post(
            page("reading_new", account.account_no), self.form(account, kind="SELF_REPORTED", photo=sent)
        )

        assert answer.status_code == 422
        assert answer.context["form"].has_error("photo", "not_a_photo")
        assert not Reading.objects.filter(read_on=DAY).exists()

    def test_proposes_an_estimate_without_a_figure(self, account: Account, reader: Staff) -> None:
        signed_in(reader).post(
            page("reading_new", account.account_no),
            self.form(account, kind="ESTIMATED", value="", reason="家中无人"),
        )

        assert Reading.objects.get(read_on=DAY).value == Decimal("40")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"value": ""}, "required"),
            ({"value": "NaN"}, "invalid"),
            ({"value": "29"}, "falls"),
            ({"read_on": "2030-01-01"}, "future_date"),
            ({"read_on": "2026-10-10"}, "twice"),
            ({"serial_no": "OTHER"}, "invalid_choice"),
        ],
    )
    def test_keeps_what_was_typed_when_it_refuses(
        self, account: Account, reader: Staff, changes: dict[str, str], code: str
    ) -> None:
        answer = signed_in(reader).post(
            page("reading_new", account.account_no), self.form(account, **changes)
        )

        codes = {
            error.code for errors in answer.context["form"].errors.as_data().values() for error in errors
        }
        assert (answer.status_code, codes) == (422, {code})

    def test_says_that_there_is_no_meter(self, hall: Hall, reader: Staff) -> None:
        answer = signed_in(reader).get(page("reading_new", hall.account.account_no))

        assert answer.context["account"]["has_meter"] is False


class TestMeterPages:
    def test_replace_a_meter(self, hall: Hall, account: Account) -> None:
        adviser = make_staff(role="adviser", branch=hall.branch)
        old = account.installations.get().meter.serial_no

        answer = signed_in(adviser).post(
            page("meter_replace", account.account_no),
            {
                "serial_no": old, "replaced_on": "2026-11-05", "final": "38", "new_serial_no": "NEW-1",
                "new_initial": "0", "digits": "5", "multiplier": "1",
            },
        )  # fmt: skip

        assert answer.status_code == 302
        assert MeterInstallation.objects.get(account=account, removed_on=None).meter.serial_no == "NEW-1"

    def test_take_a_meter_down_and_keep_what_was_typed_where_they_cannot(
        self, hall: Hall, account: Account
    ) -> None:
        clerk = signed_in(make_staff(role="adviser", branch=hall.branch))
        address = page("meter_remove", account.account_no)
        form = {
            "serial_no": account.installations.get().meter.serial_no, "removed_on": "2026-11-05",
            "final": "1", "reason": "CLOSED", "note": "销户",
        }  # fmt: skip

        refused = clerk.post(address, form)
        done = clerk.post(address, {**form, "final": "38"})

        assert (refused.status_code, refused.context["form"]["note"].value()) == (422, "销户")
        assert done.status_code == 302
        assert account.installations.get().final == Decimal("38")

    def test_keep_a_test_and_leave_the_units_to_correct(self, hall: Hall, account: Account) -> None:
        adviser = make_staff(role="adviser", branch=hall.branch)
        finance = make_staff(role="finance", branch=hall.branch)

        signed_in(adviser).post(
            page("meter_test", account.account_no),
            {
                "serial_no": account.installations.get().meter.serial_no, "tested_on": "2026-11-20",
                "laboratory": "计量所", "certificate_no": "JL-1", "error_percent": "25", "tolerance_percent": "2",
            },
        )  # fmt: skip

        correction = UnitCorrection.objects.get()
        assert correction.units == Decimal("2")
        listed = signed_in(finance).get(page("unit_correction_list"))
        assert [one.pk for one in listed.context["page_obj"]] == [correction.pk]
        settled = {"correction": str(correction.pk), "note": "更正单 0001"}
        assert signed_in(adviser).post(page("unit_correction_list"), settled).status_code == 403
        assert signed_in(finance).post(page("unit_correction_list"), settled).status_code == 302
        assert signed_in(finance).post(page("unit_correction_list"), settled).status_code == 422

    def test_show_the_corrections_of_the_own_branch_alone(self, hall: Hall) -> None:
        install(hall.foreign_account, readings={"2026-09-10": "1", "2026-10-10": "22"})
        record_meter_test(
            hall.foreign_account, tested_on=DAY, laboratory="计量所", certificate_no="JL-1",
            error_percent=Decimal("5"), tolerance_percent=Decimal("2"),
            by=make_staff(role="supervisor", branch=hall.branch), at=MORNING,
        )  # fmt: skip

        answer = signed_in(hall.cashier).get(page("unit_correction_list"))

        assert list(answer.context["page_obj"]) == []


class TestRoutes:
    @pytest.fixture
    def route(self, hall: Hall, account: Account, reader: Staff) -> Route:
        """Three doors: the first has been read in November, the second waits for a review, nobody saw the third."""
        route = Route.objects.create(
            code="S001", name="文化路", branch=hall.branch, service="WATER", reader=reader
        )
        doubtful = make_water_account(branch=hall.branch, readings={"2026-10-10": "10"})
        unseen = make_water_account(branch=hall.branch, readings={"2026-10-10": "10"})
        lay_route(route, [account, doubtful, unseen], by=None, at=MORNING)
        read(account.installations.get(), "2026-11-10", "41")
        read(doubtful.installations.get(), "2026-11-10", "500", state="IN_REVIEW", anomalies=["HIGH"])
        return route

    def test_tell_how_far_the_round_is(self, hall: Hall, route: Route) -> None:
        client = signed_in(hall.supervisor)

        def told(month: str) -> tuple[int, ...]:
            (row,) = client.get(f"{page('route_list')}?month={month}").context["page_obj"]
            progress = row["progress"]
            return progress.meters, progress.read, progress.in_review, progress.missed

        assert told("2026-11") == (3, 1, 1, 1)
        assert told("2026-10") == (3, 3, 0, 0)
        assert told("2026-12") == (3, 0, 0, 3)

    def test_of_card_meters_are_due_twice_a_year(self, hall: Hall, route: Route) -> None:
        Route.objects.update(every_months=6)

        (row,) = signed_in(hall.supervisor).get(f"{page('route_list')}?month=2027-04").context["page_obj"]

        assert (row["progress"].missed, row["progress"].read) == (1, 1)

    def test_lead_the_reader_from_door_to_door(self, hall: Hall, route: Route, reader: Staff) -> None:
        client = signed_in(reader)
        sheet = client.get(page("route_sheet", route.code))
        stop = sheet.context["current"]
        assert (stop["position"], sheet.context["done"], sheet.context["total"]) == (3, 2, 3)

        entered = client.post(
            page("route_sheet", route.code), {"installation": stop["installation"], "value": "15"}
        )

        assert entered.status_code == 302
        assert client.get(entered["Location"]).context["current"] is None
        reading = Reading.objects.get(installation=stop["installation"], value="15")
        assert (reading.read_by, reading.read_on) == (reader, MORNING.date())

    def test_stay_at_the_door_whose_figure_is_refused(self, hall: Hall, route: Route, reader: Staff) -> None:
        client = signed_in(reader)
        stop = client.get(page("route_sheet", route.code)).context["current"]

        answer = client.post(
            page("route_sheet", route.code), {"installation": stop["installation"], "value": "9"}
        )

        assert (answer.status_code, answer.context["current"]["position"]) == (422, 3)
        assert answer.context["form"].has_error("__all__", "falls")
        assert 'value="9"' in text_of(answer)

    def test_take_no_figure_for_a_meter_of_another_route(
        self, hall: Hall, route: Route, reader: Staff
    ) -> None:
        other = make_water_account(branch=hall.branch).installations.get()

        answer = signed_in(reader).post(
            page("route_sheet", route.code), {"installation": other.pk, "value": "9"}
        )

        assert answer.status_code == 404

    @pytest.mark.parametrize("number", ["1", "99999999999999999999999", "x"])
    def test_take_anything_for_an_address(self, hall: Hall, route: Route, reader: Staff, number: str) -> None:
        client = signed_in(reader)

        query = f"month={number}&stop={number}&page={number}"
        assert client.get(f"{page('route_sheet', route.code)}?{query}").status_code == 200
        assert client.get(f"{page('route_list')}?{query}").status_code == 200

    def test_of_another_branch_are_not_there(self, hall: Hall, route: Route) -> None:
        client = signed_in(hall.stranger)

        assert list(client.get(page("route_list")).context["page_obj"]) == []
        assert client.get(page("route_sheet", route.code)).status_code == 404

    def test_cost_as_many_queries_for_many_doors_as_for_few(self, hall: Hall, route: Route) -> None:
        client = signed_in(hall.supervisor)

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                client.get(page("route_sheet", route.code))
            return len(captured)

        few = queries()
        more = [make_water_account(branch=hall.branch) for _ in range(10)]
        accounts = [stop.account for stop in route.stops.order_by("position")]
        lay_route(route, [*accounts, *more], by=None, at=MORNING)

        assert queries() == few


class TestReaders:
    @pytest.fixture
    def route(self, hall: Hall, reader: Staff) -> Route:
        """One missed, one estimated, one read too low: 10, 10, then 2 and 19."""
        route = Route.objects.create(
            code="S001", name="文化路", branch=hall.branch, service="WATER", reader=reader
        )
        missed = make_water_account(branch=hall.branch, readings={"2026-09-10": "10"})
        estimated = make_water_account(branch=hall.branch, readings={"2026-09-10": "10"})
        read(estimated.installations.get(), "2026-10-10", "20", kind="ESTIMATED")
        low = make_water_account(
            branch=hall.branch,
            readings={"2026-08-10": "10", "2026-09-10": "20", "2026-10-10": "22", "2026-11-10": "41"},
        )
        good = make_water_account(
            branch=hall.branch,
            readings={"2026-08-10": "10", "2026-09-10": "20", "2026-10-10": "22", "2026-11-10": "24"},
        )
        lay_route(route, [missed, estimated, low, good], by=None, at=MORNING)
        return route

    def test_are_told_what_they_missed_estimated_and_read_too_low(
        self, hall: Hall, route: Route, reader: Staff
    ) -> None:
        (row,) = signed_in(hall.supervisor).get(f"{page('reader_list')}?month=2026-10").context["rows"]

        assert (row["reader"], row["counts"].meters) == (reader, 4)
        assert (row["counts"].missed, row["counts"].estimated, row["too_low"]) == (1, 1, 1)

    @pytest.mark.parametrize(("show", "position"), [("missed", 1), ("estimated", 2), ("low", 3)])
    def test_open_the_rows_behind_each_number(
        self, hall: Hall, route: Route, reader: Staff, show: str, position: int
    ) -> None:
        answer = signed_in(hall.supervisor).get(
            f"{page('reader_month', reader.number)}?month=2026-10&show={show}"
        )

        (row,) = answer.context["page_obj"]
        assert row["account_no"] == route.stops.get(position=position).account.account_no

    def test_have_rows_of_three_kinds_and_no_other(self, hall: Hall, route: Route, reader: Staff) -> None:
        client = signed_in(hall.supervisor)

        assert client.get(f"{page('reader_month', reader.number)}?show=all").status_code == 404
        assert client.get(page("reader_month", hall.cashier.number)).status_code == 404

    def test_of_another_branch_are_not_there(self, hall: Hall, route: Route, reader: Staff) -> None:
        client = signed_in(hall.stranger)

        assert client.get(page("reader_list")).context["rows"] == []
        assert client.get(page("reader_month", reader.number)).status_code == 404
