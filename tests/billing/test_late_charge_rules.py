import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction

from accounts.models import Account, AuditEntry, Staff
from billing.models import LateChargeRule, Tariff
from billing.queries.late_charges import debts_on
from billing.queries.price_board.late import late_charge_of
from billing.services.business_days import close_business_day
from billing.services.late_charge_rules import (
    approve_late_charge_rule,
    change_late_charge_rule,
    draft_late_charge_rule,
    refuse_late_charge_rule,
    submit_late_charge_rule,
    withdraw_late_charge_rule,
)
from billing.services.price_file_import import check_price_file, import_price_file
from billing.services.refusals import TariffRefused
from billing.services.tariff_import import TariffImportRefused
from billing.tariff_file.late_charges import read_prices
from billing.tariff_file.reading import TariffFileRefused
from tests.counters.meeting import at_once
from tests.counters.rows import all_rows
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING
from tests.factories.late_charges import (
    TERMS,
    make_late_charge_approved,
    make_late_charge_draft,
    make_late_charge_submitted,
)

pytestmark = pytest.mark.django_db

# MORNING is 23 November 2026.
NEW_YEAR = datetime.date(2027, 1, 1)


@pytest.fixture
def finance() -> Staff:
    return make_staff(role="finance")


@pytest.fixture
def manager() -> Staff:
    return make_staff(role="manager")


def code_of(refusal: Any) -> str:
    (code,) = {one.code for one in refusal.value.error_list}
    return str(code)


def charge_of(account: Account, due_on: datetime.date) -> Decimal:
    """What 100 yuan cost ten days after they were due."""
    bill = make_bill(account, total="100.00", due_on=due_on, period=f"{due_on:%Y-%m}")
    (debt,) = debts_on([bill], due_on + datetime.timedelta(days=10))
    return debt.late_charge


class TestARule:
    def test_charges_nothing_until_it_is_approved(self, account: Account, manager: Staff) -> None:
        rule = make_late_charge_submitted("2027-01-01")
        account.service = "WATER"
        account.save()
        before = charge_of(account, NEW_YEAR)

        approve_late_charge_rule(rule, approved_by=manager, at=MORNING)

        assert (before, charge_of(account, datetime.date(2027, 2, 1))) == (Decimal(0), Decimal("1.00"))

    def test_ends_the_one_before_on_the_day_before(self) -> None:
        earlier = make_late_charge_rule()

        later = make_late_charge_approved("2027-01-01")

        earlier.refresh_from_db()
        assert (earlier.effective_until, later.effective_until) == (datetime.date(2026, 12, 31), None)
        assert [str(one.state_on(NEW_YEAR)) for one in (earlier, later)] == ["ENDED", "IN_FORCE"]

    def test_between_two_others_ends_before_the_next_begins(self) -> None:
        make_late_charge_approved("2027-07-01")

        assert make_late_charge_approved("2027-01-01").effective_until == datetime.date(2027, 6, 30)

    def test_changes_nothing_for_bills_due_before_its_day(self) -> None:
        account = make_account(service="WATER")
        make_late_charge_rule()

        make_late_charge_approved("2027-01-01")

        assert charge_of(account, datetime.date(2026, 12, 31)) == Decimal("5.00")
        assert charge_of(account, NEW_YEAR) == Decimal("1.00")

    def test_of_a_branch_leaves_that_of_all_branches_alone(self) -> None:
        for_all = make_late_charge_rule()

        make_late_charge_approved("2027-01-01", branch=make_branch())

        for_all.refresh_from_db()
        assert for_all.effective_until is None

    def test_stands_on_the_price_board_only_once_it_is_approved(self) -> None:
        make_late_charge_submitted("2027-01-01")

        assert late_charge_of("WATER", None, NEW_YEAR) == ""

    def test_keeps_every_step_in_the_trail(self, finance: Staff, manager: Staff) -> None:
        rule = make_late_charge_submitted("2027-01-01", made_by=finance)
        refuse_late_charge_rule(rule, refused_by=manager, note="比例有误", at=MORNING)
        submit_late_charge_rule(rule, submitted_by=finance, at=MORNING)
        withdraw_late_charge_rule(rule, withdrawn_by=finance, at=MORNING)
        submit_late_charge_rule(rule, submitted_by=finance, at=MORNING)
        approve_late_charge_rule(rule, approved_by=manager, at=MORNING)

        trail = AuditEntry.objects.filter(object_type="billing.latechargerule", object_id=str(rule.pk))
        assert list(trail.order_by("id").values_list("action", "actor", "reason")) == [
            ("draft_late_charge", finance.pk, ""),
            ("submit_late_charge", finance.pk, ""),
            ("refuse_late_charge", manager.pk, "比例有误"),
            ("submit_late_charge", finance.pk, ""),
            ("withdraw_late_charge", finance.pk, ""),
            ("submit_late_charge", finance.pk, ""),
            ("approve_late_charge", manager.pk, ""),
        ]


Verb = Callable[[LateChargeRule], object]


def edit(rule: LateChargeRule) -> object:
    return change_late_charge_rule(
        rule, effective_from=NEW_YEAR, terms=TERMS, changed_by=make_staff(role="finance"), at=MORNING
    )


def submit(rule: LateChargeRule) -> object:
    return submit_late_charge_rule(rule, submitted_by=make_staff(role="finance"), at=MORNING)


def withdraw(rule: LateChargeRule) -> object:
    return withdraw_late_charge_rule(rule, withdrawn_by=make_staff(role="finance"), at=MORNING)


def approve(rule: LateChargeRule) -> object:
    return approve_late_charge_rule(rule, approved_by=make_staff(role="manager"), at=MORNING)


def refuse(rule: LateChargeRule) -> object:
    return refuse_late_charge_rule(rule, refused_by=make_staff(role="manager"), note="不对", at=MORNING)


class TestEveryVerbAgainstEveryState:
    @pytest.mark.parametrize(
        ("make", "verb", "code"),
        [
            (make_late_charge_submitted, edit, "not_draft"),
            (make_late_charge_submitted, submit, "not_draft"),
            (make_late_charge_approved, edit, "not_draft"),
            (make_late_charge_approved, submit, "not_draft"),
            (make_late_charge_draft, withdraw, "not_waiting"),
            (make_late_charge_draft, approve, "not_waiting"),
            (make_late_charge_draft, refuse, "not_waiting"),
            (make_late_charge_approved, withdraw, "not_waiting"),
            (make_late_charge_approved, approve, "not_waiting"),
            (make_late_charge_approved, refuse, "not_waiting"),
        ],
    )
    def test_that_does_not_fit_is_refused(
        self, make: Callable[[str], LateChargeRule], verb: Verb, code: str
    ) -> None:
        rule = make("2027-01-01")
        rows = list(LateChargeRule.objects.values_list())

        with pytest.raises(TariffRefused) as refusal:
            verb(rule)

        assert code_of(refusal) == code
        assert list(LateChargeRule.objects.values_list()) == rows


class TestApproval:
    def test_by_the_maker_is_refused(self) -> None:
        both = make_staff(role="finance")
        both.groups.add(*make_staff(role="manager").groups.all())
        rule = make_late_charge_submitted(made_by=both)
        before = all_rows()

        with pytest.raises(TariffRefused) as refusal:
            approve_late_charge_rule(rule, approved_by=both, at=MORNING)

        assert code_of(refusal) == "self_approval"
        assert all_rows() == before

    @pytest.mark.parametrize("role", ["finance", "cashier", "auditor"])
    def test_needs_the_right_to_approve(self, role: str) -> None:
        rule = make_late_charge_submitted()
        person = make_staff(role=role)

        with pytest.raises(TariffRefused) as refusal:
            approve_late_charge_rule(rule, approved_by=person, at=MORNING)

        assert code_of(refusal) == "not_allowed"

    def test_is_refused_once_a_bill_is_late_under_the_rule_before(self, manager: Staff) -> None:
        make_late_charge_rule()
        rule = make_late_charge_submitted("2026-11-20")
        make_bill(make_account(service="WATER"), due_on=datetime.date(2026, 11, 20))

        with pytest.raises(TariffRefused) as refusal:
            approve_late_charge_rule(rule, approved_by=manager, at=MORNING)

        assert code_of(refusal) == "closed_period"
        rule.refresh_from_db()
        assert rule.is_waiting


class TestDraft:
    @pytest.mark.parametrize(
        ("day", "terms", "code"),
        [
            ("2000-01-01", TERMS, "overlaps"),
            ("2027-03-01", TERMS, "duplicate"),
            ("2027-01-01", {}, "bad_tariff"),
            ("2027-01-01", {"rate": "NaN"}, "bad_tariff"),
            ("2027-01-01", {"rate": "-0.001"}, "bad_tariff"),
            ("2027-01-01", {"rate": "0.001", "compound": True}, "bad_tariff"),
            ("2027-01-01", {"rate": "0.001", "grace": 3}, "bad_tariff"),
            ("2026-11-20", TERMS, "closed_period"),
        ],
    )
    def test_that_cannot_be_charged_or_kept_is_refused(
        self, finance: Staff, day: str, terms: dict[str, Any], code: str
    ) -> None:
        make_late_charge_rule()
        make_late_charge_draft("2027-03-01")
        close_business_day(datetime.date(2026, 11, 20), closed_by=finance, at=MORNING)
        before = all_rows()

        with pytest.raises(TariffRefused) as refusal:
            draft_late_charge_rule(
                service="WATER",
                branch=None,
                effective_from=datetime.date.fromisoformat(day),
                terms=terms,
                made_by=finance,
                at=MORNING,
            )

        assert code_of(refusal) == code
        assert all_rows() == before

    def test_that_was_sent_back_says_why_until_it_is_submitted_again(
        self, manager: Staff, finance: Staff
    ) -> None:
        rule = make_late_charge_submitted()

        with pytest.raises(TariffRefused) as refusal:
            refuse_late_charge_rule(rule, refused_by=manager, note=" ", at=MORNING)
        sent_back = refuse_late_charge_rule(rule, refused_by=manager, note="比例有误", at=MORNING)

        assert code_of(refusal) == "note_missing"
        assert (sent_back.is_draft, sent_back.sent_back) == (True, "比例有误")
        assert submit_late_charge_rule(rule, submitted_by=finance, at=MORNING).sent_back == ""


class TestTheDatabase:
    def test_keeps_an_approved_rule_as_it_is(self) -> None:
        rule = make_late_charge_approved()

        for change in ({"terms": {"rate": "0.009"}}, {"effective_from": datetime.date(2028, 1, 1)}):
            with pytest.raises(Error, match="never edited"), transaction.atomic():
                LateChargeRule.objects.filter(pk=rule.pk).update(**change)

    def test_lets_no_two_approved_rules_overlap(self) -> None:
        make_late_charge_rule()

        with pytest.raises(IntegrityError, match="late_charge_rules_do_not_overlap"), transaction.atomic():
            make_late_charge_rule(effective_from=datetime.date(2010, 1, 1))

    def test_takes_no_rule_without_a_maker(self) -> None:
        with pytest.raises(Error, match="has a maker"), transaction.atomic():
            LateChargeRule.objects.create(service="GAS", effective_from=NEW_YEAR, terms=TERMS)

    def test_takes_no_approval_by_the_maker(self, finance: Staff) -> None:
        with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
            make_late_charge_rule(made_by=finance, approved_by=finance)


@pytest.mark.django_db(transaction=True)
class TestTwoApprovalsAtOnce:
    def test_leave_rules_that_follow_each_other(self) -> None:
        first = make_late_charge_submitted("2027-01-01")
        second = make_late_charge_submitted("2027-07-01")
        managers = [make_staff(role="manager"), make_staff(role="manager")]

        at_once(
            lambda: approve_late_charge_rule(first, approved_by=managers[0], at=MORNING),
            lambda: approve_late_charge_rule(second, approved_by=managers[1], at=MORNING),
        )

        rules = LateChargeRule.objects.order_by("effective_from")
        assert [rule.effective_until for rule in rules] == [datetime.date(2027, 6, 30), None]


RULE = {"service": "water", "effective_from": "2027-01-01", "terms": TERMS}


def read(*rules: Any, **beside: Any) -> Any:
    return read_prices(json.dumps({"late_charges": rules, **beside}))


class TestImport:
    def test_writes_drafts_and_is_repeated_without_effect(self, finance: Staff) -> None:
        file = read(RULE, {**RULE, "branch": make_branch().code})

        first = import_price_file(file, made_by=finance, submit=True, at=MORNING)
        before = all_rows()
        again = import_price_file(file, made_by=finance, submit=True, at=MORNING)

        assert (first.late_charges, again.late_charges) == ((2, 0, 0), (0, 0, 2))
        assert [rule.is_waiting for rule in LateChargeRule.objects.all()] == [True, True]
        assert all_rows() == before

    def test_writes_a_changed_draft_anew(self, finance: Staff) -> None:
        import_price_file(read(RULE), made_by=finance, at=MORNING)

        outcome = import_price_file(read({**RULE, "terms": {"rate": "0.002"}}), made_by=finance, at=MORNING)

        assert outcome.late_charges == (0, 1, 0)
        assert LateChargeRule.objects.get().terms == {"rate": "0.002"}

    @pytest.mark.parametrize(
        ("change", "field", "code"),
        [
            ({"service": "phone"}, "service", "unknown_service"),
            ({"branch": "XX"}, "branch", "unknown_branch"),
            ({"effective_from": "soon"}, "effective_from", "not_a_date"),
            ({"terms": {"rate": "NaN"}}, "terms", "bad_tariff"),
            ({"terms": None}, "terms", "missing"),
            ({"effective_from": "2000-01-01"}, "effective_from", "duplicate"),
            ({"effective_form": "2027-01-01"}, "effective_form", "unknown_rule"),
        ],
    )
    def test_names_every_fault_and_writes_nothing(self, change: Any, field: str, code: str) -> None:
        make_late_charge_rule()
        tariff = {"code": "T", "service": "WATER", "kind": "metered", "versions": []}
        before = all_rows()

        with pytest.raises(TariffImportRefused) as refusal:
            import_price_file(
                read(RULE, {**RULE, "effective_from": "2028-01-01", **change}, tariffs=[tariff]),
                made_by=make_staff(role="finance"),
                at=MORNING,
            )

        found = [(one.tariff, one.field, one.code) for one in refusal.value.problems]
        assert ("late_charges[1]", field, code) in found
        assert any(tariff_code == "T" for tariff_code, _field, _code in found)
        assert not Tariff.objects.exists()
        assert all_rows()["billing_latechargerule"] == before["billing_latechargerule"]

    def test_refuses_two_rules_from_one_day(self) -> None:
        with pytest.raises(TariffImportRefused) as refusal:
            check_price_file(read(RULE, RULE), at=MORNING)

        assert [one.code for one in refusal.value.problems] == ["duplicate"]

    @pytest.mark.parametrize("text", ['{"late_charges": []}', '{"late_charges": {}}', "{}"])
    def test_of_nothing_is_refused(self, text: str) -> None:
        with pytest.raises(TariffFileRefused) as refusal:
            read_prices(text)

        assert refusal.value.code == "no_tariffs"
