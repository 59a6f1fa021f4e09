"""The pages of arrears: the list and the case."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Contact, District, JobRun, Staff
from billing.models import ArrearsCase, ArrearsHold, ContactAttempt, Promise
from billing.queries.arrears.limitation import limitations_of
from billing.queries.arrears.workbench import Selection, accounts_of, cases_of, figures_of
from billing.services.arrears.holds import place_hold
from billing.services.arrears.queueing import queue_step_messages
from counters.services.payments import void_payment_at_counter
from tests.factories.accounts import make_account, make_customer, make_district, make_premises, make_staff
from tests.factories.billing import make_bill
from tests.factories.cases import delivered, make_arrears_policy, morning_of, waiting_step
from tests.factories.counters import MORNING, cash, pay
from tests.hall import CANARY, TODAY, Hall, clock, hall, signed_in, text_of
from tests.pages.test_no_english_left import english_in

__all__ = ["clock", "hall"]

pytestmark = pytest.mark.django_db

LIST = "/arrears/"


def days(number: int) -> datetime.timedelta:
    return datetime.timedelta(days=number)


@pytest.fixture
def collector(hall: Hall) -> Staff:
    return make_staff(role="collector", branch=hall.branch, name="赵铁军")


@pytest.fixture
def case(hall: Hall) -> ArrearsCase:
    """The hall's 100.00, and the other branch's; the hall's owes more and longer."""
    make_arrears_policy(service="WATER")
    make_bill(hall.foreign_account, total="500.00", due_on=TODAY - days(20))
    morning_of(TODAY)
    return ArrearsCase.objects.get(account=hall.account)


def debtor(hall: Hall, name: str, total: str, age: int, **fields: Any) -> Account:
    account = make_account(
        customer=make_customer(name=name),
        premises=make_premises(district=fields.pop("district", None) or make_district(branch=hall.branch)),
        service="WATER",
        billed_area=None,
        **fields,
    )
    make_bill(account, total=total, due_on=TODAY - days(age))
    return account


def names(staff: Staff, query: str = "") -> list[str]:
    answer = signed_in(staff).get(f"{LIST}{query}")
    assert answer.status_code == 200
    return [row["name"] for row in answer.context["page_obj"].object_list]


class TestTheWorkbench:
    def test_shows_the_own_branch_alone(self, hall: Hall, case: ArrearsCase, collector: Staff) -> None:
        page = text_of(signed_in(collector).get(LIST))

        assert "王淑英" in page
        assert CANARY not in page
        assert english_in(page) == []

    def test_orders_by_amount_age_contact_and_place(
        self, hall: Hall, case: ArrearsCase, collector: Staff
    ) -> None:
        debtor(hall, "大户", "900.00", 3)
        old = debtor(hall, "老户", "50.00", 400)
        morning_of(TODAY)
        ContactAttempt.objects.create(
            account=old, way="CALL", result="NO_ANSWER", request_id=uuid4(), at=MORNING, by=collector
        )

        assert names(collector) == ["大户", "王淑英", "老户"]
        assert names(collector, "?sort=age") == ["老户", "王淑英", "大户"]
        assert names(collector, "?sort=lapse") == ["老户", "王淑英", "大户"]
        assert names(collector, "?sort=contact")[-1] == "老户"
        assert names(collector, "?sort=nonsense&age=x&tab=y&least=abc&district=0") == [
            "大户",
            "王淑英",
            "老户",
        ]

    def test_opens_every_figure(self, hall: Hall, case: ArrearsCase, collector: Staff) -> None:
        debtor(hall, "老户", "50.00", 400)
        held = debtor(hall, "病户", "60.00", 1200)
        morning_of(TODAY)
        place_hold(held.pk, kind="MEDICAL", reason="透析", by=collector, at=MORNING)

        context = signed_in(collector).get(LIST).context

        ages = {one["figure"].code: one["figure"].cases for one in context["ages"]}
        assert ages == {"30": 1, "90": 0, "180": 0, "365": 0, "1095": 1, "old": 1}
        tabs = {one["figure"].code: one["figure"].cases for one in context["tabs"]}
        assert tabs == {"all": 3, "approval": 0, "silent": 3, "promised": 0, "held": 1, "lapsing": 1}
        for kind in ("tabs", "ages"):
            for one in context[kind]:
                assert len(names(collector, one["url"])) == one["figure"].cases, one["url"]

    def test_shows_a_collector_the_own_districts_first(
        self, hall: Hall, case: ArrearsCase, collector: Staff
    ) -> None:
        District.objects.filter(premises__accounts=hall.account).update(owner=collector)
        debtor(hall, "别片", "900.00", 3)
        morning_of(TODAY)

        assert names(collector) == ["王淑英"]
        assert names(collector, "?whose=all") == ["别片", "王淑英"]

    def test_filters_by_amount_and_district(self, hall: Hall, case: ArrearsCase, collector: Staff) -> None:
        district = make_district(branch=hall.branch)
        debtor(hall, "大户", "900.00", 3, district=district)
        morning_of(TODAY)

        assert names(collector, "?least=100.01") == ["大户"]
        assert names(collector, f"?district={district.pk}") == ["大户"]
        assert names(collector, "?service=HEAT") == []

    def test_asks_no_oftener_for_twenty_than_for_one(
        self, hall: Hall, case: ArrearsCase, collector: Staff
    ) -> None:
        client = signed_in(collector)
        client.get(LIST)
        with CaptureQueriesContext(connection) as one:
            client.get(LIST)
        for number in range(25):
            debtor(hall, f"户{number}", "30.00", 3)
        morning_of(TODAY)

        with CaptureQueriesContext(connection) as many:
            answer = client.get(LIST)

        assert len(answer.context["page_obj"].object_list) == 20
        assert names(collector, "?page=2")[-1] not in names(collector)
        assert len(many) == len(one)

    def test_says_what_is_missing_when_there_is_nothing(self, hall: Hall, collector: Staff) -> None:
        answer = signed_in(collector).get(LIST)

        assert "晨间" in text_of(answer) or "morning" in text_of(answer)
        assert list(answer.context["page_obj"].object_list) == []

    def test_gives_the_accounts_of_a_mailing_in_their_order(
        self, hall: Hall, case: ArrearsCase, collector: Staff
    ) -> None:
        big = debtor(hall, "大户", "900.00", 3)
        morning_of(TODAY)
        selection = Selection(branch_id=hall.branch.pk)

        assert accounts_of(selection, TODAY) == [big.pk, hall.account.pk]
        assert len(list(cases_of(selection, TODAY, figures_of(selection, TODAY)))) == 2

    def test_lets_a_supervisor_do_the_run(self, hall: Hall) -> None:
        make_arrears_policy(service="WATER")
        client = signed_in(hall.supervisor)

        first, second = client.post(f"{LIST}run/"), client.post(f"{LIST}run/")

        assert (first.status_code, second.status_code) == (302, 302)
        assert JobRun.objects.get().attempts == 1
        assert ArrearsCase.objects.filter(account=hall.account).count() == 1


class TestTheCase:
    def test_shows_the_ladder_the_bills_and_the_proofs(
        self, hall: Hall, case: ArrearsCase, collector: Staff
    ) -> None:
        delivered(waiting_step(hall.account), TODAY, by=collector)

        answer = signed_in(collector).get(f"{LIST}cases/{case.pk}/")

        page = text_of(answer)
        assert english_in(page) == []
        assert [rung.is_done for rung in answer.context["rungs"]] == [True, False, False, False]
        assert answer.context["rungs"][1].not_before == TODAY + days(10)
        # 100.00, eight days late at 5 per mille.
        assert answer.context["total"] == Decimal("104.00")
        assert hall.bill.title in page

    def test_says_why_a_step_by_sms_was_not_written(
        self, hall: Hall, case: ArrearsCase, collector: Staff
    ) -> None:
        Contact.objects.filter(customer=hall.account.customer).delete()
        queue_step_messages(at=MORNING)

        answer = signed_in(collector).get(f"{LIST}cases/{case.pk}/")

        (row,) = answer.context["rungs"][0].steps[0].messages
        assert (row.message.text, row.reason) == ("", "没有手机号码")
        assert row.reason in text_of(answer)

    def test_is_one_step_from_the_account_while_it_is_open(
        self, hall: Hall, case: ArrearsCase, collector: Staff
    ) -> None:
        client, address = signed_in(collector), f"/accounts/{hall.account.account_no}/"
        assert f"{LIST}cases/{case.pk}/" in text_of(client.get(address))

        pay(hall.shift, hall.account, [hall.bill], cash("104.00"))

        assert f"{LIST}cases/{case.pk}/" not in text_of(client.get(address))

    def test_of_another_branch_does_not_exist(self, hall: Hall, case: ArrearsCase, collector: Staff) -> None:
        foreign = ArrearsCase.objects.get(account=hall.foreign_account)

        assert signed_in(collector).get(f"{LIST}cases/{foreign.pk}/").status_code == 404

    def test_takes_a_promise(self, hall: Hall, case: ArrearsCase, collector: Staff) -> None:
        form = {"promise-amount": "100.00", "promise-due_on": (TODAY + days(3)).isoformat()}

        answer = signed_in(collector).post(f"{LIST}cases/{case.pk}/promise/", form)

        assert (answer.status_code, answer["Location"]) == (302, f"{LIST}cases/{case.pk}/")
        assert Promise.objects.get().amount == Decimal("100.00")
        page = text_of(signed_in(collector).get(f"{LIST}cases/{case.pk}/"))
        assert english_in(page) == []
        assert names(collector, "?tab=promised") == ["王淑英"]

    @pytest.mark.parametrize(
        ("door", "form", "kept"),
        [
            ("promise", {"promise-amount": "200.01", "promise-due_on": "2026-11-30"}, "200.01"),
            (
                "hold",
                {"hold-kind": "DISPUTE", "hold-ends_on": "2026-01-01", "hold-reason": "有争议"},
                "有争议",
            ),
            ("hold", {"hold-kind": "PROMISE", "hold-reason": "随便"}, "随便"),
            ("instalments", {"instalments-parts": "明天 一百"}, "明天 一百"),
            ("instalments", {"instalments-parts": "2026-12-01 60.00\n2026-12-20 50.00"}, "2026-12-20 50.00"),
        ],
    )
    def test_keeps_what_was_typed_when_it_refuses(
        self, hall: Hall, case: ArrearsCase, door: str, form: dict[str, str], kept: str
    ) -> None:
        answer = signed_in(hall.supervisor).post(f"{LIST}cases/{case.pk}/{door}/", form)

        assert answer.status_code == 422
        assert kept in text_of(answer)
        assert english_in(text_of(answer)) == []
        assert not ArrearsHold.objects.exists()

    def test_takes_instalments_and_holds_and_lifts_them(self, hall: Hall, case: ArrearsCase) -> None:
        client, address = signed_in(hall.supervisor), f"{LIST}cases/{case.pk}/"
        parts = "2026-12-01 40.00\n2026-12-20 60.00\n"
        client.post(f"{address}instalments/", {"instalments-parts": parts})
        assert [str(one.amount) for one in Promise.objects.all()] == ["40.00", "60.00"]
        client.post(f"{address}hold/", {"hold-kind": "SCHOOL", "hold-reason": "在校学生"})
        hold = ArrearsHold.objects.get(kind="SCHOOL")

        empty = client.post(f"{LIST}holds/{hold.pk}/lift/", {})
        lifted = client.post(f"{LIST}holds/{hold.pk}/lift/", {f"lift-{hold.pk}-reason": "已放假"})

        hold.refresh_from_db()
        assert (empty.status_code, lifted.status_code) == (422, 302)
        assert hold.lifted_by == hall.supervisor


class TestLimitation:
    def limit(self, account: Account, on: datetime.date = TODAY) -> datetime.date:
        (found,) = limitations_of([account.pk], on).values()
        return found.lapses_on

    def test_is_three_years_after_the_due_date(self, hall: Hall) -> None:
        assert self.limit(hall.account) == hall.bill.due_on.replace(year=hall.bill.due_on.year + 3)

    def test_begins_again_with_a_demand_that_can_be_proved(self, hall: Hall, case: ArrearsCase) -> None:
        later = TODAY + days(30)

        delivered(waiting_step(hall.account), later)

        assert self.limit(hall.account, later) == later.replace(year=later.year + 3)

    def test_does_not_begin_again_with_a_notice_at_the_door_or_for_another_bill(
        self, hall: Hall, case: ArrearsCase
    ) -> None:
        later = TODAY + days(30)
        delivered(waiting_step(hall.account), TODAY)
        other = make_bill(hall.account, total="1.00", due_on=TODAY - days(1))
        morning_of(later)
        delivered(waiting_step(hall.account), later, kind="DOOR_PHOTO")

        found = limitations_of([hall.account.pk], later)

        assert found[hall.bill.pk].demanded_on == TODAY
        assert found[other.pk].demanded_on is None

    def test_begins_again_with_a_part_paid_unless_it_was_undone(self, hall: Hall) -> None:
        payment = pay(hall.shift, hall.account, [hall.bill], cash("5.00"))
        assert self.limit(hall.account) == TODAY.replace(year=TODAY.year + 3)

        void_payment_at_counter(
            payment, shift=hall.shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="", voided_by=hall.cashier,
            at=MORNING,
        )  # fmt: skip

        assert self.limit(hall.account) == hall.bill.due_on.replace(year=hall.bill.due_on.year + 3)
