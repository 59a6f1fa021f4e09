import datetime
from typing import Any

import pytest

from accounts.models import Staff
from billing.models import ArrearsPolicyVersion, FlaggedDay
from billing.services.arrears.policies import terms_of
from tests.counters.rows import all_rows
from tests.factories.accounts import make_branch, make_staff
from tests.factories.arrears import (
    make_approved_policy,
    make_draft_policy,
    make_policy,
    make_terms,
    ship_calendars,
)
from tests.hall import TODAY, Hall, clock, hall, signed_in, text_of
from tests.pages.test_no_english_left import english_in

__all__ = ["clock", "hall"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance(hall: Hall) -> Staff:
    return make_staff(role="finance", branch=hall.branch, name="陈敏")


@pytest.fixture
def manager(hall: Hall) -> Staff:
    return make_staff(role="manager", branch=hall.branch, name="赵建国")


def page_of(version: ArrearsPolicyVersion, more: str = "") -> str:
    return f"/arrears/policies/versions/{version.pk}/{more}"


STEPS: list[dict[str, Any]] = [
    {"stage": "INFORM", "channel": "SMS", "template": "arrears_sms", "min_days": "5"},
    {"stage": "LETTER", "channel": "LETTER", "template": "demand_letter", "min_days": "10"},
    {
        "stage": "STOP", "channel": "ORDER", "template": "stop_notice", "min_days": "15", "notice_days": "5",
        "last_word_minutes": "30", "latest_hour": "15", "forbidden": ["WEEKEND", "HOLIDAY"],
    },
    {"stage": "", "channel": "SMS"},
]  # fmt: skip


def body(*, steps: list[dict[str, Any]] = STEPS, **changes: Any) -> dict[str, Any]:
    rows = {f"step-{place}-{name}": value for place, one in enumerate(steps) for name, value in one.items()}
    return {
        "effective_from": "2027-01-01",
        "min_overdue_days": "5",
        "threshold": "30.00",
        "source": "公司办法第 3 号",
        "step-TOTAL_FORMS": str(len(steps)),
        "step-INITIAL_FORMS": "0",
        **rows,
        **changes,
    }


class TestTheList:
    def test_puts_what_waits_first_and_says_where_each_stands(self, finance: Staff) -> None:
        policy = make_policy()
        make_approved_policy(policy)
        make_approved_policy(policy, effective_from=datetime.date(2026, 10, 2))
        make_approved_policy(policy, effective_from=datetime.date(2027, 1, 1))
        waiting = make_draft_policy(policy, effective_from=datetime.date(2027, 2, 1))

        answer = signed_in(finance).get("/arrears/policies/")

        assert [one["version"] for one in answer.context["waiting"]] == [waiting]
        (one,) = answer.context["policies"]
        assert [row.words for row in one.rows] == [
            "草稿，待审批",
            "已批准，自 2027-01-01 起",
            "执行中",
            "已被取代",
        ]

    def test_hides_the_ladder_of_another_branch_from_a_collector(self, hall: Hall) -> None:
        make_policy(name="外区水费", branch=make_branch())
        make_policy(name="本区水费", service="GAS", branch=hall.branch)

        shown = text_of(signed_in(make_staff(role="collector", branch=hall.branch)).get("/arrears/policies/"))

        assert "本区水费" in shown
        assert "外区水费" not in shown

    def test_is_empty_with_a_next_step(self, finance: Staff) -> None:
        assert "请管理员导入" in text_of(signed_in(finance).get("/arrears/policies/"))


class TestTheEditor:
    def test_begins_with_the_newest_version(self, finance: Staff) -> None:
        version = make_approved_policy()

        answer = signed_in(finance).get(f"/arrears/policies/{version.policy.code}/new/")

        assert [one.initial.get("stage") for one in answer.context["steps"]] == [
            "INFORM", "LETTER", "STOP", None, None,
        ]  # fmt: skip
        assert answer.context["form"].initial["source"] == version.source
        assert answer.context["form"].initial["effective_from"] == TODAY + datetime.timedelta(days=1)

    def test_keeps_a_draft_that_another_approves(self, finance: Staff, manager: Staff) -> None:
        policy = make_policy()

        answer = signed_in(finance).post(f"/arrears/policies/{policy.code}/new/", body())

        version = ArrearsPolicyVersion.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, page_of(version))
        last = version.steps.get(position=3)
        assert (last.stops_supply, last.limits_supply, last.needs_approval) == (True, False, True)
        assert (last.latest_hour, last.forbidden) == (15, ["WEEKEND", "HOLIDAY"])
        assert signed_in(manager).post(page_of(version, "approve/")).status_code == 302
        version.refresh_from_db()
        assert version.approved_by == manager

    @pytest.mark.parametrize(
        "changes",
        [
            {"effective_from": ""},
            {"threshold": "thirty"},
            {"min_overdue_days": "0"},
            {"step-0-channel": "LETTER", "step-1-channel": "SMS"},
            {"step-1-min_days": ""},
            {"step-2-min_days": "3"},
            {"step-2-forbidden": ["MONDAY"]},
            {"step-TOTAL_FORMS": "99"},
            {"step-TOTAL_FORMS": "x"},
        ],
    )
    def test_refuses_with_the_input_intact(self, finance: Staff, changes: dict[str, Any]) -> None:
        policy, client = make_policy(), signed_in(finance)
        before = all_rows()

        answer = client.post(f"/arrears/policies/{policy.code}/new/", body(**changes))

        assert answer.status_code == 422
        assert "公司办法第 3 号" in text_of(answer)
        assert all_rows() == before

    def test_changes_a_draft_but_no_approved_version(self, finance: Staff) -> None:
        draft, approved = make_draft_policy(), make_approved_policy(make_policy(service="GAS"))

        assert signed_in(finance).get(page_of(draft, "change/")).status_code == 200
        assert signed_in(finance).post(page_of(draft, "change/"), body()).status_code == 302
        assert signed_in(finance).post(page_of(approved, "change/"), body()).status_code == 422

        assert terms_of(draft).steps[2].latest_hour == 15
        assert terms_of(approved) == make_terms()


class TestTheVersion:
    def test_shows_the_earliest_day_of_each_step(self, finance: Staff) -> None:
        answer = signed_in(finance).get(page_of(make_draft_policy()))

        assert [one.earliest for one in answer.context["steps"]] == [5, 15, 35]
        assert "第 35 天" in text_of(answer)

    def test_offers_approval_to_another_person_only(self, finance: Staff, manager: Staff) -> None:
        version = make_draft_policy(made_by=manager)
        other = make_staff(role="manager")

        own_page, other_page = (signed_in(one).get(page_of(version)) for one in (manager, other))

        assert "approve/" not in text_of(own_page)
        assert "approve/" in text_of(other_page)
        refused = signed_in(manager).post(page_of(version, "approve/"))
        assert refused.status_code == 422
        assert "须由他人批准" in text_of(refused)
        version.refresh_from_db()
        assert version.state == "DRAFT"


class TestAChinesePage:
    def test_of_a_ladder_has_no_english_left(self, hall: Hall, finance: Staff, manager: Staff) -> None:
        approved = make_approved_policy()
        draft = make_draft_policy(approved.policy, made_by=manager, effective_from=TODAY)
        FlaggedDay.objects.create(day=TODAY, kind="EXAM", branch=hall.branch)
        addresses = ["/arrears/policies/", "/arrears/flagged-days/"]
        addresses += [page_of(one, more) for one in (approved, draft) for more in ("", "simulation/")]

        left = {
            (one.post, address): english_in(text_of(signed_in(one).get(address)))
            for one in (finance, manager)
            for address in addresses
        }
        left["editor", "refused"] = english_in(text_of(signed_in(finance).post(page_of(draft, "change/"))))
        left["maker", "refused"] = english_in(text_of(signed_in(manager).post(page_of(draft, "approve/"))))

        # The manager may choose the other branch in the form: its name is data.
        assert {place: words for place, words in left.items() if words} == {
            ("MANAGER", "/arrears/flagged-days/"): [hall.foreign_account.branch.name]
        }


class TestTheSimulation:
    def test_counts_the_accounts_of_the_books(self, hall: Hall, finance: Staff) -> None:
        answer = signed_in(finance).get(page_of(make_draft_policy(), "simulation/"))

        found = answer.context["simulation"]
        # One account owes 100.00 since eight days, the other falls due today.
        assert {place: crowd.accounts for place, crowd in found.moves.items()} == {(0, 1): 1}
        assert hall.account.customer.name in text_of(answer)

    @pytest.mark.parametrize("on", ["2026-11-24", "soon"])
    def test_asks_for_a_day_that_the_books_know(self, finance: Staff, on: str) -> None:
        answer = signed_in(finance).get(page_of(make_draft_policy(), "simulation/"), {"on": on})

        assert answer.status_code == 422
        assert answer.context["simulation"] is None

    def test_is_empty_where_nobody_owed(self, finance: Staff) -> None:
        answer = signed_in(finance).get(page_of(make_draft_policy(), "simulation/"), {"on": "2020-01-01"})

        assert answer.status_code == 200
        assert answer.context["simulation"].everybody.accounts == 0


class TestDaysWithoutCutOffs:
    def test_are_entered_and_taken_off(self, manager: Staff) -> None:
        client = signed_in(manager)

        entered = client.post(
            "/arrears/flagged-days/",
            {"first": "2027-06-07", "last": "2027-06-09", "kind": "EXAM", "note": "高考"},
        )
        assert entered.status_code == 302
        shown = text_of(client.get("/arrears/flagged-days/"))
        assert shown.count("高考") >= 3
        day = FlaggedDay.objects.get(day="2027-06-08")
        assert client.post(f"/arrears/flagged-days/{day.pk}/remove/").status_code == 302
        assert client.post(f"/arrears/flagged-days/{day.pk}/remove/").status_code == 422

        assert FlaggedDay.objects.count() == 2

    def test_of_the_past_are_refused(self, manager: Staff) -> None:
        answer = signed_in(manager).post(
            "/arrears/flagged-days/", {"first": "2026-11-01", "kind": "EXAM", "note": "太晚"}
        )

        assert answer.status_code == 422
        assert "太晚" in text_of(answer)
        assert not FlaggedDay.objects.exists()

    def test_are_only_looked_at_by_a_cashier(self, hall: Hall) -> None:
        FlaggedDay.objects.create(day=TODAY, kind="WEATHER", note="寒潮橙色预警")

        shown = text_of(signed_in(hall.cashier).get("/arrears/flagged-days/"))

        assert "寒潮橙色预警" in shown
        assert '<form method="post" action="/arrears' not in shown

    def test_warn_of_a_year_without_calendar(self, manager: Staff) -> None:
        assert signed_in(manager).get("/arrears/flagged-days/").context["years_missing"] == [2026, 2027]

        ship_calendars()

        assert signed_in(manager).get("/arrears/flagged-days/").context["years_missing"] == [2027]
