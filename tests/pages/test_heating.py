"""The pages of the heating season: what they show, what they ask, what they refuse with the input intact."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account, AuditEntry, Staff
from billing.models import Bill, HeatingSeason, HeatSuspension, Tariff, TemperatureRefund, TemperatureTest
from tests.billing.heating import (
    LINYI,
    apply,
    bill_the_season,
    make_price_list,
    make_refund,
    make_season,
    make_shenyang,
    season_bill,
    suspend,
)
from tests.billing.metering import install, make_tariff, read
from tests.factories.accounts import make_account, make_premises, make_staff
from tests.factories.counters import MORNING, cash, pay
from tests.hall import Hall, signed_in, text_of
from tests.pages.test_no_english_left import english_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def season() -> HeatingSeason:
    make_shenyang(rules={**LINYI, "rules": {**LINYI["rules"], **RULES}})
    return make_season(suspend_by=MORNING.date())


RULES = {"suspension": {"fee_pct": "15"}, "resume_in_season": {"pct": "85", "by": "days"}}


@pytest.fixture
def household(hall: Hall, season: HeatingSeason) -> Account:
    premises = make_premises(district=hall.account.premises.district)
    return make_account(premises=premises, billed_area=Decimal("98.76"))


def person(hall: Hall, role: str) -> Staff:
    return make_staff(role=role, branch=hall.branch)


class TestTheSeasonPage:
    def test_says_that_no_season_is_announced(self, hall: Hall) -> None:
        answer = signed_in(person(hall, "adviser")).get("/heating/")

        assert answer.status_code == 200
        assert answer.context["season"] is None

    def test_counts_what_is_billed_paid_suspended_and_waits(
        self, hall: Hall, season: HeatingSeason, household: Account
    ) -> None:
        payer, asking = (make_account(branch=hall.branch, billed_area=Decimal("100")) for _ in range(2))
        suspend(household, season, MORNING)
        bill_the_season(hall.branch, at=MORNING)
        pay(hall.shift, payer, [season_bill(payer)], cash("2600.00"))
        apply(asking, season, MORNING)

        answer = signed_in(person(hall, "supervisor")).get("/heating/")

        figures = answer.context["figures"]
        assert (figures.billed, figures.billed_amount, figures.paid_amount, figures.open_amount) == (
            3, Decimal("5585.16"), Decimal("2600.00"), Decimal("2985.16"),
        )  # fmt: skip
        assert (figures.applied, figures.suspended, figures.resumed, figures.paid_pct) == (
            1, 1, 0, Decimal("46.6"),
        )  # fmt: skip
        assert [row["account_no"] for row in answer.context["page_obj"].object_list] == [asking.account_no]

    def test_does_not_count_what_a_suspension_gave_back(
        self, hall: Hall, season: HeatingSeason, household: Account
    ) -> None:
        bill_the_season(hall.branch, at=MORNING)
        suspend(household, season, MORNING)

        figures = signed_in(person(hall, "finance")).get("/heating/").context["figures"]

        assert (figures.billed_amount, figures.paid_amount) == (Decimal("385.16"), Decimal("0.00"))

    @pytest.mark.parametrize(
        "chosen", ["suspended", "resumed", "refused", "proposed", "refunded", "tests", "", "x", "%00"]
    )
    def test_opens_each_list(
        self, hall: Hall, season: HeatingSeason, household: Account, chosen: str
    ) -> None:
        suspend(household, season, MORNING)
        make_refund(make_account(branch=hall.branch), season)

        answer = signed_in(person(hall, "manager")).get(f"/heating/?list={chosen}&season=x")

        assert answer.status_code == 200
        shown = {"suspended": 1, "proposed": 1}.get(chosen, 0)
        assert len(answer.context["page_obj"].object_list) == shown

    def test_shows_the_own_branch_alone(self, hall: Hall, season: HeatingSeason) -> None:
        apply(make_account(branch=hall.stranger.branch), season, MORNING)

        assert signed_in(person(hall, "adviser")).get("/heating/").context["figures"].applied == 0
        assert signed_in(person(hall, "auditor")).get("/heating/").context["figures"].applied == 1

    def test_ends_the_suspensions_of_a_past_season(
        self, hall: Hall, household: Account, season: HeatingSeason
    ) -> None:
        suspension = suspend(household, season, MORNING)
        HeatingSeason.objects.update(
            starts_on=datetime.date(2026, 1, 1), ends_on=datetime.date(2026, 11, 22),
            due_on=datetime.date(2026, 1, 1), suspend_by=datetime.date(2026, 1, 1),
        )  # fmt: skip

        answer = signed_in(person(hall, "finance")).post(f"/heating/seasons/{season.pk}/end/")

        assert answer.status_code == 302
        suspension.refresh_from_db()
        household.refresh_from_db()
        assert (suspension.state, household.state) == ("ENDED", "ACTIVE")

    def test_does_not_end_them_before(self, hall: Hall, household: Account, season: HeatingSeason) -> None:
        suspension = suspend(household, season, MORNING)

        signed_in(person(hall, "finance")).post(f"/heating/seasons/{season.pk}/end/")

        suspension.refresh_from_db()
        assert suspension.is_in_force


class TestAnApplication:
    def test_is_entered_decided_and_resumed_by_three_pages(
        self, hall: Hall, household: Account, season: HeatingSeason
    ) -> None:
        adviser, supervisor = signed_in(person(hall, "adviser")), signed_in(person(hall, "supervisor"))
        address = f"/heating/accounts/{household.account_no}/suspension/"
        assert "385.16" in text_of(adviser.get(address))
        answer = adviser.post(address, {"note": "外出过冬"})
        suspension = HeatSuspension.objects.get()
        page = f"/heating/suspensions/{suspension.pk}/"
        assert answer.headers["Location"] == page
        assert "385.16" in text_of(supervisor.get(page))

        supervisor.post(page, {"decision": "approve"})
        quote = adviser.get(f"{page}resume/?on=2027-01-15").context["quote"]
        adviser.post(f"{page}resume/", {"resumed_on": "2027-01-15"})

        suspension.refresh_from_db()
        assert suspension.resume_bill is not None
        assert quote["total"] == suspension.resume_bill.amount
        assert suspension.state == "RESUMED"
        assert "2027-01-15" in text_of(adviser.get(page))

    def test_is_refused_for_a_reason_of_the_list(
        self, hall: Hall, household: Account, season: HeatingSeason
    ) -> None:
        suspension = apply(household, season, MORNING)
        client = signed_in(person(hall, "supervisor"))
        page = f"/heating/suspensions/{suspension.pk}/"

        without = client.post(page, {"decision": "refuse", "reason": ""})
        given = client.post(page, {"decision": "refuse", "reason": "NEIGHBOUR_DANGER"})

        assert (without.status_code, given.status_code) == (422, 302)
        suspension.refresh_from_db()
        assert suspension.reason == "NEIGHBOUR_DANGER"

    def test_that_facts_forbid_cannot_be_approved(
        self, hall: Hall, household: Account, season: HeatingSeason
    ) -> None:
        suspension = apply(household, season, MORNING)
        household.premises.has_own_valve = False
        household.premises.save()
        client = signed_in(person(hall, "supervisor"))
        page = f"/heating/suspensions/{suspension.pk}/"

        answer = client.post(page, {"decision": "approve"})

        assert answer.status_code == 422
        proposed = client.get(page).context
        assert (proposed["obstacle"] != "", proposed["form"]["reason"].value()) == (True, "NO_VALVE")
        suspension.refresh_from_db()
        assert suspension.is_applied_for

    @pytest.mark.parametrize("form", [{"note": "长" * 201}, {"note": "\x00"}, {"is_silent": "on"}])
    def test_with_bad_input_is_refused_and_kept_on_the_page(
        self, hall: Hall, household: Account, form: dict[str, str]
    ) -> None:
        answer = signed_in(person(hall, "adviser")).post(
            f"/heating/accounts/{household.account_no}/suspension/", form
        )

        assert answer.status_code == 422
        assert not HeatSuspension.objects.exists()

    @pytest.mark.parametrize("day", ["", "yesterday", "\x00", "0001-01-01", "9999-12-31", "2026-10-31"])
    def test_is_not_resumed_on_a_day_that_cannot_be(
        self, hall: Hall, household: Account, season: HeatingSeason, day: str
    ) -> None:
        suspension = suspend(household, season, MORNING)
        client = signed_in(person(hall, "adviser"))
        page = f"/heating/suspensions/{suspension.pk}/resume/"

        answer = client.post(page, {"resumed_on": day})

        assert answer.status_code == 422
        assert client.get(page, {"on": day}).status_code == 200
        suspension.refresh_from_db()
        assert suspension.is_in_force


def visit(**changes: Any) -> dict[str, Any]:
    return {
        "tested_at": "2026-11-20T20:00", "instrument": "JTRG-02", "witness": "王先生", "photo_note": "",
        "obstacle": "", "place_1": "客厅", "degrees_1": "15.5", "place_2": "卧室", "degrees_2": "15.1", **changes,
    }  # fmt: skip


class TestATemperature:
    def test_is_recorded_proposed_and_approved(self, hall: Hall, household: Account) -> None:
        bill_the_season(hall.branch, at=MORNING)
        pay(hall.shift, household, [season_bill(household)], cash("2567.76"))
        adviser, supervisor = signed_in(person(hall, "adviser")), signed_in(person(hall, "supervisor"))
        home = f"/heating/accounts/{household.account_no}"

        adviser.post(f"{home}/test/", visit())
        test = TemperatureTest.objects.get()
        days = {f"from_{test.pk}": "2026-11-20", f"days_{test.pk}": "3"}
        quote = adviser.post(f"{home}/refund/", days).context["quote"]
        answer = adviser.post(f"{home}/refund/", {**days, "propose": "1", "quoted": quote["key"]})
        refund = TemperatureRefund.objects.get()
        supervisor.post(answer.headers["Location"], {"decision": "approve"})

        refund.refresh_from_db()
        assert (test.mean, refund.amount, refund.state) == (
            Decimal("15.30"), quote["amount"], "APPROVED",
        )  # fmt: skip
        assert "15.1" in text_of(adviser.get(f"{home}/"))

    def test_changed_after_the_quote_is_quoted_again(self, hall: Hall, household: Account) -> None:
        bill_the_season(hall.branch, at=MORNING)
        pay(hall.shift, household, [season_bill(household)], cash("2567.76"))
        adviser = signed_in(person(hall, "adviser"))
        home = f"/heating/accounts/{household.account_no}"
        adviser.post(f"{home}/test/", visit())
        key = TemperatureTest.objects.get().pk
        days = {f"from_{key}": "2026-11-20", f"days_{key}": "3", "propose": "1", "quoted": "-1.00"}

        answer = adviser.post(f"{home}/refund/", days)

        assert answer.status_code == 200
        assert not TemperatureRefund.objects.exists()

    @pytest.mark.parametrize(
        "changes",
        [
            {"place_1": "", "degrees_1": "", "place_2": "", "degrees_2": ""},
            {"degrees_1": ""},
            {"place_1": ""},
            {"degrees_1": "NaN"},
            {"degrees_1": "15.55"},
            {"degrees_1": "99"},
            {"degrees_1": "十五"},
            {"tested_at": ""},
            {"tested_at": "2026-11-24T20:00"},
            {"tested_at": "2026-01-01T20:00"},
            {"instrument": ""},
            {"witness": "\x00"},
            {"obstacle": "DOG"},
        ],
    )
    def test_with_bad_input_is_refused_and_kept_on_the_page(
        self, hall: Hall, household: Account, changes: dict[str, str]
    ) -> None:
        answer = signed_in(person(hall, "adviser")).post(
            f"/heating/accounts/{household.account_no}/test/", visit(**changes)
        )

        assert answer.status_code == 422
        assert "卧室" in text_of(answer) or "place_2" in changes
        assert not TemperatureTest.objects.exists()

    @pytest.mark.parametrize(
        ("day", "days"),
        [("2026-11-20", ""), ("", "3"), ("x", "3"), ("2026-11-20", "0"), ("2026-11-20", "1e3")],
    )
    def test_with_days_that_cannot_be_is_not_refunded(
        self, hall: Hall, household: Account, day: str, days: str
    ) -> None:
        adviser = signed_in(person(hall, "adviser"))
        home = f"/heating/accounts/{household.account_no}"
        adviser.post(f"{home}/test/", visit())
        key = TemperatureTest.objects.get().pk

        answer = adviser.post(f"{home}/refund/", {f"from_{key}": day, f"days_{key}": days})

        assert answer.status_code == 422

    def test_of_an_unpaid_bill_is_not_refunded(self, hall: Hall, household: Account) -> None:
        bill_the_season(hall.branch, at=MORNING)
        adviser = signed_in(person(hall, "adviser"))
        home = f"/heating/accounts/{household.account_no}"
        adviser.post(f"{home}/test/", visit())
        key = TemperatureTest.objects.get().pk

        answer = adviser.post(f"{home}/refund/", {f"from_{key}": "2026-11-20", f"days_{key}": "3"})

        assert answer.status_code == 422

    def test_is_refused_with_a_sentence(self, hall: Hall, household: Account, season: HeatingSeason) -> None:
        refund = make_refund(household, season)
        client = signed_in(person(hall, "manager"))

        without = client.post(f"/heating/refunds/{refund.pk}/", {"decision": "refuse", "note": ""})
        given = client.post(f"/heating/refunds/{refund.pk}/", {"decision": "refuse", "note": "天数有误"})

        assert (without.status_code, given.status_code) == (422, 302)
        refund.refresh_from_db()
        assert (refund.state, refund.note) == ("REFUSED", "天数有误")


class TestAFee:
    def test_is_quoted_and_then_issued(self, hall: Hall, household: Account) -> None:
        tariff = make_price_list()
        client = signed_in(person(hall, "finance"))
        address = f"/heating/accounts/{household.account_no}/fee/"
        request_id = client.get(address).context["form"]["request_id"].value()
        form = {"fee": f"{tariff.pk}:steam", "tons": "1250.5", "request_id": str(request_id)}

        quote = client.post(address, form).context["quote"]
        assert (quote["key"], Bill.objects.count()) == ("266356.50", 2)
        form |= {"issue": "1", "quoted": quote["key"]}
        answers = [client.post(address, form) for _ in range(2)]

        bill = Bill.objects.get(account=household)
        assert [answer.headers["Location"] for answer in answers] == [f"/bills/{bill.number}/"] * 2
        assert bill.amount == Decimal("266356.50")

    def test_changed_after_the_quote_is_quoted_again(self, hall: Hall, household: Account) -> None:
        tariff = make_price_list()

        answer = signed_in(person(hall, "finance")).post(
            f"/heating/accounts/{household.account_no}/fee/",
            {"fee": f"{tariff.pk}:steam", "tons": "2", "issue": "1", "quoted": "213.00"},
        )

        assert answer.status_code == 200
        assert answer.context["quote"]["key"] == "426.00"
        assert not Bill.objects.filter(account=household).exists()

    @pytest.mark.parametrize(
        "changes",
        [
            {"fee": ""}, {"fee": "1:gold"}, {"fee": "\x00"}, {"tons": ""}, {"tons": "-1"}, {"tons": "NaN"},
            {"tons": "1e9"}, {"tons": "0.00001"}, {"tons": "", "area": "5"}, {"request_id": "abc"},
        ],
    )  # fmt: skip
    def test_with_bad_input_is_refused_and_kept_on_the_page(
        self, hall: Hall, household: Account, changes: dict[str, str]
    ) -> None:
        tariff = make_price_list()
        form = {"fee": f"{tariff.pk}:steam", "tons": "2", **changes}

        answer = signed_in(person(hall, "finance")).post(
            f"/heating/accounts/{household.account_no}/fee/", form
        )

        assert answer.status_code == 422
        assert not Bill.objects.filter(account=household).exists()

    def test_without_a_price_list_says_so(self, hall: Hall, household: Account) -> None:
        answer = signed_in(person(hall, "finance")).get(f"/heating/accounts/{household.account_no}/fee/")

        assert not answer.context["has_fees"]


class TestAConversion:
    def test_is_entered_and_its_season_settled(self, hall: Hall, household: Account) -> None:
        make_past_metered_season(household)
        client = signed_in(person(hall, "finance"))
        home = f"/heating/accounts/{household.account_no}"
        client.post(f"{home}/conversion/", {"converted_on": "2025-06-01", "method": "TWO_PART", "note": ""})
        bill_the_season(hall.branch, season="2025-26", at=MORNING.replace(year=2025, month=9))
        page = client.get(f"{home}/settlement/")
        assert page.context["quote"]["total"] == Decimal("1587.09")

        answer = client.post(f"{home}/settlement/", {"season": page.context["season"].pk})

        assert answer.status_code == 302
        assert household.season_settlements.get().refund == Decimal("980.67")
        assert "1,587.09" in text_of(client.get(f"{home}/"))
        assert client.post(f"{home}/settlement/").status_code == 422

    @pytest.mark.parametrize(
        "changes",
        [{"converted_on": ""}, {"converted_on": "2027-01-01"}, {"method": "AREA"}, {"note": "长" * 201}],
    )
    def test_with_bad_input_is_refused(self, hall: Hall, household: Account, changes: dict[str, str]) -> None:
        install(household)
        form = {"converted_on": "2026-06-01", "method": "TWO_PART", "note": "", **changes}

        answer = signed_in(person(hall, "finance")).post(
            f"/heating/accounts/{household.account_no}/conversion/", form
        )

        assert answer.status_code == 422
        assert not household.heat_conversions.exists()


def make_past_metered_season(account: Account) -> None:
    """Last winter: 26 by area; 7.3 and 42.84 a GJ by the meter, which counted 20.218 GJ."""
    usual = Tariff.objects.get(service="HEAT")
    make_tariff(
        service="HEAT",
        kind=usual.kind,
        branch=account.branch,
        rules=usual.rules,
        prices={"area_price": "26", "base_price": "7.3", "metered_price": "42.84", "metered_unit": "GJ"},
    )
    make_season(
        season="2025-26", starts_on=datetime.date(2025, 11, 1), ends_on=datetime.date(2026, 3, 31),
        due_on=datetime.date(2025, 10, 31), suspend_by=datetime.date(2025, 10, 10),
    )  # fmt: skip
    installation = install(account, on=datetime.date(2025, 6, 1), initial="100")
    read(installation, "2026-04-01", "120.218")


class TestTheAccountPage:
    def test_leads_to_the_heat_of_the_account(self, hall: Hall, household: Account) -> None:
        client = signed_in(person(hall, "adviser"))

        assert f"/heating/accounts/{household.account_no}/" in text_of(
            client.get(f"/accounts/{household.account_no}/")
        )
        assert client.get(f"/heating/accounts/{household.account_no}/").status_code == 200

    def test_of_an_account_without_heat_does_not(self, hall: Hall) -> None:
        client = signed_in(person(hall, "adviser"))

        assert "/heating/accounts/" not in text_of(client.get(f"/accounts/{hall.account.account_no}/"))
        assert client.get(f"/heating/accounts/{hall.account.account_no}/").status_code == 404

    def test_before_any_season_says_so(self, hall: Hall) -> None:
        account = make_account(branch=hall.branch)

        answer = signed_in(person(hall, "adviser")).get(f"/heating/accounts/{account.account_no}/")

        assert (answer.status_code, answer.context["season"]) == (200, None)


class TestEnteringASeason:
    ADD = "/admin/billing/heatingseason/add/"

    def form(self, **changes: str) -> dict[str, str]:
        return {
            "branch": "", "season": "2026-27", "starts_on": "2026-11-01", "ends_on": "2027-03-31",
            "due_on": "2026-10-31", "suspend_by": "2026-10-10", "early_until": "", "early_pct": "",
            "late_terms": "", "silent_user_policy": "OWES_ALL", "warranty_seasons": "2", "standard": "18.0",
            "decision": "政发〔2026〕12号", "notes": "", **changes,
        }  # fmt: skip

    def clerk(self, hall: Hall) -> Staff:
        return make_staff(role="finance", branch=hall.branch, is_staff=True)

    def test_is_done_by_finance_and_stands_in_the_trail(self, hall: Hall) -> None:
        answer = signed_in(self.clerk(hall)).post(self.ADD, self.form())

        assert answer.status_code == 302
        assert HeatingSeason.objects.get().season == "2026-27"
        assert AuditEntry.objects.filter(action="admin.add").count() == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"season": "2025-26"}, "season"),
            ({"season": "2026"}, "season"),
            ({"ends_on": "2026-10-31"}, "ends_on"),
            ({"due_on": "2027-04-01"}, "due_on"),
            ({"suspend_by": "2027-04-01"}, "suspend_by"),
            ({"early_until": "2026-10-01"}, "early_until"),
            ({"early_until": "2026-11-01", "early_pct": "2"}, "early_until"),
            ({"early_until": "2026-10-01", "early_pct": "0"}, "early_pct"),
            ({"early_until": "2026-10-01", "early_pct": "51"}, "early_pct"),
            ({"standard": "9"}, "standard"),
            ({"decision": ""}, "decision"),
        ],
    )
    def test_that_contradicts_itself_is_refused_beside_the_field(
        self, hall: Hall, changes: dict[str, str], field: str
    ) -> None:
        answer = signed_in(self.clerk(hall)).post(self.ADD, self.form(**changes))

        assert set(answer.context["adminform"].form.errors) == {field}
        assert not HeatingSeason.objects.exists()

    def test_of_which_bills_are_issued_is_not_moved(
        self, hall: Hall, household: Account, season: HeatingSeason
    ) -> None:
        bill_the_season(hall.branch, at=MORNING)
        address = f"/admin/billing/heatingseason/{season.pk}/change/"

        answer = signed_in(self.clerk(hall)).post(address, self.form(due_on="2026-10-30"))

        assert answer.context["adminform"].form.non_field_errors()
        season.refresh_from_db()
        assert season.due_on == datetime.date(2026, 10, 31)


class TestAChinesePage:
    def test_of_the_season_has_no_english_left(
        self, hall: Hall, household: Account, season: HeatingSeason
    ) -> None:
        tariff = make_price_list()
        install(household)
        asking = apply(make_account(branch=hall.branch), season, MORNING)
        refund = make_refund(make_account(branch=hall.branch), season)
        suspension = suspend(make_household_beside(hall), season, MORNING)
        home = f"/heating/accounts/{household.account_no}"
        adviser, finance, supervisor = (
            signed_in(person(hall, role)) for role in ("adviser", "finance", "supervisor")
        )
        adviser.post(f"{home}/test/", visit())
        answers = [
            *(
                supervisor.get(f"/heating/?list={one}")
                for one in ("applied", "suspended", "proposed", "tests")
            ),
            *(adviser.get(f"{home}/{page}") for page in ("", "suspension/", "test/", "refund/")),
            *(finance.get(f"{home}/{page}") for page in ("", "fee/", "conversion/", "settlement/")),
            adviser.post(f"{home}/test/", visit(degrees_1="99")),
            finance.post(f"{home}/fee/", {"fee": f"{tariff.pk}:steam", "area": "5"}),
            finance.post(f"{home}/fee/", {"fee": f"{tariff.pk}:public", "area": "5"}),
            supervisor.get(f"/heating/suspensions/{asking.pk}/"),
            supervisor.get(f"/heating/suspensions/{suspension.pk}/"),
            supervisor.get(f"/heating/suspensions/{suspension.pk}/resume/"),
            supervisor.get(f"/heating/refunds/{refund.pk}/"),
        ]

        left = {number: english_in(text_of(answer)) for number, answer in enumerate(answers)}

        assert {number: words for number, words in left.items() if words} == {}


def make_household_beside(hall: Hall) -> Account:
    return make_account(branch=hall.branch, billed_area=Decimal("100"))
