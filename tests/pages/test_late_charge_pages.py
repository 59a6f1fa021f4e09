import pytest

from accounts.models import Staff
from billing.models import LateChargeRule
from tests.counters.rows import all_rows
from tests.factories.accounts import make_staff
from tests.factories.billing import make_late_charge_rule
from tests.factories.late_charges import make_late_charge_draft, make_late_charge_submitted
from tests.hall import Hall, signed_in

pytestmark = pytest.mark.django_db

NEW = "/tariffs/late-charges/new/"
TYPED = {
    "service": "GAS",
    "effective_from": "2027-01-01",
    "mode": "per_day",
    "rate": "0.1",
    "other_rate": "0.2",
    "later_rate": "0.3",
    "cap": "amount",
    "cap_amount": "50",
    "note": "供气合同",
}


@pytest.fixture
def finance(hall: Hall) -> Staff:
    return make_staff(role="finance", branch=hall.branch, name="陈敏")


@pytest.fixture
def manager(hall: Hall) -> Staff:
    return make_staff(role="manager", branch=hall.branch, name="赵建国")


def does(staff: Staff, rule: LateChargeRule, step: str, note: str = "") -> int:
    return signed_in(staff).post(f"{rule.get_absolute_url()}{step}/", {"note": note}).status_code


class TestTheForm:
    def test_writes_the_terms_that_were_typed(self, finance: Staff) -> None:
        answer = signed_in(finance).post(NEW, TYPED)

        rule = LateChargeRule.objects.get(service="GAS")
        assert (answer.status_code, answer["Location"]) == (302, rule.get_absolute_url())
        assert rule.terms == {
            "resident_rate": "0.001",
            "other_rate_same_year": "0.002",
            "other_rate_cross_year": "0.003",
            "cap": "50.00",
            "note": "供气合同",
        }
        assert rule.made_by == finance

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"rate": ""}, "rate"),
            ({"rate": "NaN"}, "rate"),
            ({"rate": "101"}, "rate"),
            ({"cap_amount": ""}, "cap_amount"),
            ({"other_rate": ""}, "other_rate"),
            ({"effective_from": "soon"}, "effective_from"),
        ],
    )
    def test_refuses_what_is_not_said_and_keeps_the_rest(
        self, finance: Staff, change: dict[str, str], field: str
    ) -> None:
        client = signed_in(finance)
        before = all_rows()

        answer = client.post(NEW, {**TYPED, **change})

        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
        assert answer.context["form"]["note"].value() == "供气合同"
        assert all_rows() == before

    def test_shows_a_draft_as_it_was_typed_and_writes_it_anew(self, finance: Staff) -> None:
        signed_in(finance).post(NEW, TYPED)
        rule = LateChargeRule.objects.get(service="GAS")
        address = f"{rule.get_absolute_url()}edit/"

        form = signed_in(finance).get(address).context["form"]
        shown = {
            name: form[name].value() for name in ("rate", "other_rate", "later_rate", "cap", "cap_amount")
        }
        signed_in(finance).post(address, {**TYPED, "rate": "0.05"})

        assert shown == {
            "rate": "0.1", "other_rate": "0.2", "later_rate": "0.3", "cap": "amount", "cap_amount": "50.00"
        }  # fmt: skip
        rule.refresh_from_db()
        assert rule.terms["resident_rate"] == "0.0005"

    def test_leaves_a_rule_alone_that_says_more_than_it_can_show(self, finance: Staff) -> None:
        rule = make_late_charge_draft(terms={"rate": "0.001", "grace_days": 5})

        answer = signed_in(finance).post(f"{rule.get_absolute_url()}edit/", TYPED)

        assert answer.status_code == 302
        rule.refresh_from_db()
        assert rule.terms == {"rate": "0.001", "grace_days": 5}


class TestThePage:
    def test_compares_what_being_late_costs(self, finance: Staff) -> None:
        make_late_charge_rule(service="GAS")

        answer = signed_in(finance).get(make_late_charge_draft(service="GAS").get_absolute_url())

        found = {
            (str(one["row"].amount), one["row"].days): (str(one["row"].before), str(one["row"].after))
            for one in answer.context["examples"]
        }
        assert found["100.00", 30] == ("15.00", "3.00")
        assert found["1000.00", 400] == ("1000.00", "400.00")

    def test_takes_a_rule_through_its_life(self, finance: Staff, manager: Staff) -> None:
        rule = make_late_charge_draft(made_by=finance)

        assert does(finance, rule, "submit") == 302
        assert does(manager, rule, "refuse", "比例有误") == 302
        assert does(finance, rule, "submit") == 302
        assert does(finance, rule, "withdraw") == 302
        assert does(finance, rule, "submit") == 302
        assert does(manager, rule, "approve") == 302

        rule.refresh_from_db()
        assert (rule.approved_by, rule.is_approved) == (manager, True)

    def test_shows_the_refusal_beside_the_rule(self, manager: Staff) -> None:
        rule = make_late_charge_draft()

        answer = signed_in(manager).post(f"{rule.get_absolute_url()}approve/", {"note": "同意"})

        assert answer.status_code == 422
        assert answer.context["form"]["note"].value() == "同意"


class TestTheList:
    def test_shows_every_rule_and_what_waits(self, finance: Staff) -> None:
        in_force = make_late_charge_rule(service="GAS")
        waiting = make_late_charge_submitted(service="GAS")

        answer = signed_in(finance).get("/tariffs/")

        assert list(answer.context["waiting_rules"]) == [waiting]
        gas = [row.rule for row in answer.context["late_charges"] if row.rule.service == "GAS"]
        assert gas == [waiting, in_force]
