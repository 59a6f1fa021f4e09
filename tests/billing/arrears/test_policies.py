import datetime
import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import AuditEntry
from billing.models import ArrearsPolicy, ArrearsPolicyVersion, PolicyStep
from billing.policy_file import SHIPPED, read_policy_file
from billing.queries.arrears.pace import Rung, days_until
from billing.queries.arrears.policies import Ladder, class_of, policy_versions_on
from billing.services.arrears.policies import (
    approve_policy_version,
    change_policy_version,
    send_back_policy_version,
    terms_of,
)
from billing.services.arrears.policy_import import import_policies
from billing.services.refusals import ArrearsRefused
from tests.counters.meeting import at_once, make_them_meet, remove_row_locks
from tests.factories.accounts import make_branch, make_staff
from tests.factories.arrears import (
    MADE_AT,
    inform,
    letter,
    make_approved_policy,
    make_draft_policy,
    make_policy,
    make_terms,
    stop,
)

pytestmark = pytest.mark.django_db
NEXT_MONTH = datetime.date(2026, 11, 1)


def refused(code: str, call: Any, *args: Any, **named: Any) -> None:
    with pytest.raises(ArrearsRefused) as refusal:
        call(*args, **named)
    assert refusal.value.code == code


class TestTheLaw:
    @pytest.mark.parametrize("service", ["HEAT", "GAS", "WATER", "ELECTRICITY"])
    def test_allows_the_plain_ladder(self, service: str) -> None:
        policy = make_policy(service=service)

        version = make_approved_policy(policy)

        stages = list(version.steps.order_by("position").values_list("stage", "needs_approval"))
        assert stages == [("INFORM", False), ("LETTER", False), ("STOP", True)]

    @pytest.mark.parametrize(
        ("service", "terms", "code"),
        [
            ("WATER", {"steps": ()}, "no_steps"),
            ("WATER", {"steps": (inform(),) * 9}, "too_many_steps"),
            ("WATER", {"threshold": Decimal("-0.01")}, "not_money"),
            ("WATER", {"threshold": Decimal("0.001")}, "not_money"),
            ("WATER", {"threshold": Decimal("NaN")}, "not_money"),
            ("WATER", {"min_overdue_days": 0}, "bad_wait"),
            ("WATER", {"min_overdue_days": 367}, "bad_wait"),
            ("WATER", {"source": " "}, "source_missing"),
            ("WATER", {"source": "x" * 201}, "source_missing"),
            ("WATER", {"steps": (letter(), inform(), stop())}, "stages_out_of_order"),
            ("WATER", {"steps": (inform(), letter(channel="SMS"), stop())}, "wrong_channel"),
            ("WATER", {"steps": (inform(), letter(), stop(channel="CALL"))}, "wrong_channel"),
            ("WATER", {"steps": (inform(367),)}, "bad_wait"),
            ("WATER", {"steps": (inform(latest_hour=25),)}, "bad_wait"),
            ("WATER", {"steps": (inform(stops_supply=True),)}, "effect_missing"),
            ("WATER", {"steps": (inform(), letter(), stop(stops_supply=False))}, "effect_missing"),
            ("WATER", {"steps": (inform(), inform(), stop(30))}, "no_letter_before"),
            ("WATER", {"steps": (inform(), letter(), stop(9))}, "too_early"),
            ("WATER", {"steps": (inform(), letter(), stop(20, notice_days=4))}, "not_announced"),
            ("WATER", {"steps": (inform(), letter(), stop(notice_valid_days=4))}, "notice_ends_too_early"),
            ("HEAT", {"steps": (inform(), letter(), stop(9))}, "too_early"),
            ("ELECTRICITY", {"steps": (inform(), letter(), stop(10))}, "too_early"),
            ("ELECTRICITY", {"steps": (inform(), letter(), stop(30, notice_days=2))}, "not_announced"),
            ("ELECTRICITY", {"steps": (inform(), letter(), stop(30, notice_days=8))}, "not_announced"),
            ("ELECTRICITY", {"steps": (inform(), letter(), stop(last_word_minutes=29))}, "no_last_word"),
            ("WATER", {"steps": (inform(), letter(), stop(forbidden=()))}, "no_forbidden_times"),
        ],
    )
    def test_refuses_and_writes_nothing(self, service: str, terms: dict[str, Any], code: str) -> None:
        policy = make_policy(service=service)

        refused(code, make_draft_policy, policy, **terms)

        assert not ArrearsPolicyVersion.objects.exists()
        assert not AuditEntry.objects.exists()

    def test_counts_the_announcement_as_part_of_the_wait(self) -> None:
        assert days_until([Rung(5, 0), Rung(10, 0), Rung(15, 5)], 5) == [5, 15, 35]
        assert days_until([Rung(3, 0), Rung(10, 0)], 7) == [7, 17]
        assert days_until([], 5) == []


class TestDraftPolicyVersion:
    def test_numbers_its_steps_and_asks_approval_for_what_touches_supply(self) -> None:
        version = make_draft_policy()

        steps = list(version.steps.order_by("position"))
        assert [(one.position, one.stage, one.needs_approval) for one in steps] == [
            (1, "INFORM", False),
            (2, "LETTER", False),
            (3, "STOP", True),
        ]
        assert terms_of(version) == make_terms()
        assert AuditEntry.objects.get().action == "arrears.draft_policy"

    def test_can_be_written_anew_by_another_who_is_then_its_maker(self) -> None:
        version, other = make_draft_policy(), make_staff(role="finance")

        change_policy_version(version, make_terms(steps=(inform(7),)), changed_by=other, at=MADE_AT)

        version.refresh_from_db()
        assert version.made_by == other
        assert [one.min_days for one in version.steps.all()] == [7]


class TestApprovePolicyVersion:
    def test_puts_it_in_force_from_its_day(self) -> None:
        manager = make_staff(role="manager")
        version = make_draft_policy(effective_from=NEXT_MONTH)

        approve_policy_version(version, approved_by=manager, at=MADE_AT)

        ladder = Ladder("WATER", "RESIDENT", None)
        assert policy_versions_on(NEXT_MONTH) == {ladder: version}
        assert policy_versions_on(NEXT_MONTH - datetime.timedelta(days=1)) == {}
        assert AuditEntry.objects.latest("pk").actor == manager

    def test_refuses_its_maker(self) -> None:
        maker = make_staff(role="manager")
        version = make_draft_policy(made_by=maker)

        refused("self_approval", approve_policy_version, version, approved_by=maker, at=MADE_AT)

        assert policy_versions_on(NEXT_MONTH) == {}

    @pytest.mark.parametrize("role", ["finance", "supervisor", "collector", "auditor"])
    def test_refuses_another_post(self, role: str) -> None:
        version = make_draft_policy()

        refused("not_allowed", approve_policy_version, version, approved_by=make_staff(role=role), at=MADE_AT)

        version.refresh_from_db()
        assert version.state == "DRAFT"

    def test_refuses_what_is_approved_already(self) -> None:
        version, manager = make_approved_policy(), make_staff(role="manager")

        refused("not_draft", approve_policy_version, version, approved_by=manager, at=MADE_AT)
        refused("not_draft", change_policy_version, version, make_terms(), changed_by=manager, at=MADE_AT)

    @pytest.mark.parametrize(
        ("effective_from", "code"),
        [(datetime.date(2026, 9, 30), "in_the_past"), (datetime.date(2026, 10, 1), None)],
    )
    def test_begins_today_at_the_earliest_once_there_is_another(
        self, effective_from: datetime.date, code: str | None
    ) -> None:
        first = make_approved_policy()
        version, manager = (
            make_draft_policy(first.policy, effective_from=effective_from),
            make_staff(role="manager"),
        )

        if code:
            refused(code, approve_policy_version, version, approved_by=manager, at=MADE_AT)
        else:
            approve_policy_version(version, approved_by=manager, at=MADE_AT)

        assert version.policy.versions.filter(state="APPROVED").count() == (1 if code else 2)

    def test_refuses_a_second_one_of_the_same_day(self) -> None:
        first = make_approved_policy(effective_from=NEXT_MONTH)
        second = make_draft_policy(first.policy, effective_from=NEXT_MONTH)

        refused(
            "same_day", approve_policy_version, second, approved_by=make_staff(role="manager"), at=MADE_AT
        )

        assert policy_versions_on(NEXT_MONTH)[Ladder("WATER", "RESIDENT", None)] == first


class TestSendBackPolicyVersion:
    def test_gives_a_draft_to_its_maker_who_changes_it(self) -> None:
        draft, manager = make_draft_policy(), make_staff(role="manager")

        send_back_policy_version(draft, reason="公告天数不足", by=manager, at=MADE_AT)

        refused("sent_back", approve_policy_version, draft, approved_by=manager, at=MADE_AT)
        refused("sent_back", send_back_policy_version, draft, reason="再看", by=manager, at=MADE_AT)
        changed = change_policy_version(draft, make_terms(), changed_by=draft.made_by, at=MADE_AT)
        assert changed.sent_back_for == ""
        assert approve_policy_version(changed, approved_by=manager, at=MADE_AT).state == "APPROVED"

    def test_is_refused(self) -> None:
        manager = make_staff(role="manager")
        draft, approved = make_draft_policy(), make_approved_policy(make_policy(service="GAS"))
        own = make_draft_policy(make_policy(service="HEAT"), made_by=manager)

        refused("not_draft", send_back_policy_version, approved, reason="改", by=manager, at=MADE_AT)
        refused("self_approval", send_back_policy_version, own, reason="改", by=manager, at=MADE_AT)
        refused("reason_missing", send_back_policy_version, draft, reason=" ", by=manager, at=MADE_AT)
        finance = make_staff(role="finance")
        refused("not_allowed", send_back_policy_version, draft, reason="改", by=finance, at=MADE_AT)
        assert not ArrearsPolicyVersion.objects.exclude(sent_back_for="").exists()


@pytest.mark.django_db(transaction=True)
class TestTwoApprovalsAtOnce:
    def approve_both(self) -> list[ArrearsPolicyVersion | Exception]:
        """Two managers, two drafts of one policy that begin on the same day."""
        first = make_draft_policy(effective_from=NEXT_MONTH)
        second = make_draft_policy(first.policy, effective_from=NEXT_MONTH)
        managers = make_staff(role="manager"), make_staff(role="manager")
        return at_once(
            lambda: approve_policy_version(first, approved_by=managers[0], at=MADE_AT),
            lambda: approve_policy_version(second, approved_by=managers[1], at=MADE_AT),
        )

    def test_put_one_version_in_force(self) -> None:
        outcomes = self.approve_both()

        assert [one.code for one in outcomes if isinstance(one, ArrearsRefused)] == ["same_day"]
        assert ArrearsPolicyVersion.objects.filter(state="APPROVED").count() == 1

    def test_run_into_the_constraint_where_nobody_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "billing.services.arrears.policies._check_date", 2, afterwards=True)

        outcomes = self.approve_both()

        assert [isinstance(one, IntegrityError) for one in outcomes].count(True) == 1
        assert ArrearsPolicyVersion.objects.filter(state="APPROVED").count() == 1


class TestTheDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE billing_arrearspolicyversion SET threshold = 1",
            "UPDATE billing_arrearspolicyversion SET state = 'DRAFT', approved_by_id = NULL, approved_at = NULL",
            "DELETE FROM billing_arrearspolicyversion",
            "UPDATE billing_policystep SET min_days = 1",
            "DELETE FROM billing_policystep",
            'INSERT INTO billing_policystep SELECT (jsonb_populate_record(s, \'{"id": -1, "position": 9}\')).*'
            " FROM billing_policystep s LIMIT 1",
        ],
    )
    def test_keeps_an_approved_version_as_it_was(self, statement: str) -> None:
        make_approved_policy()

        refusal = pytest.raises(DatabaseError, match=r"never change|permission denied")
        with refusal, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_knows_no_version_that_its_maker_approved(self) -> None:
        version = make_draft_policy()

        with pytest.raises(IntegrityError, match="approved_by_another_person"), transaction.atomic():
            ArrearsPolicyVersion.objects.filter(pk=version.pk).update(
                state="APPROVED", approved_by=version.made_by, approved_at=MADE_AT
            )


class TestPolicyVersionsOn:
    def test_take_the_newest_that_has_begun(self) -> None:
        old = make_approved_policy()
        new = make_approved_policy(old.policy, effective_from=NEXT_MONTH)
        branch = make_branch()
        own = make_approved_policy(make_policy(branch=branch))
        make_draft_policy(make_policy(service="GAS"))

        before, after = policy_versions_on(datetime.date(2026, 10, 31)), policy_versions_on(NEXT_MONTH)

        everywhere = Ladder("WATER", "RESIDENT", None)
        assert before == {everywhere: old, Ladder("WATER", "RESIDENT", branch.pk): own}
        assert after[everywhere] == new

    def test_name_the_customers_by_their_category(self) -> None:
        assert [class_of(one) for one in ("RESIDENT", "RESIDENT_SHARED")] == ["RESIDENT"] * 2
        assert [class_of(one) for one in ("RESIDENT_PRICE_UNIT", "NONRESIDENT", "SPECIAL")] == ["OTHER"] * 3


class TestImport:
    def import_shipped(self) -> dict[str, int]:
        finance, manager = make_staff(role="finance"), make_staff(role="manager")
        return dict(
            import_policies(read_policy_file(SHIPPED), made_by=finance, approved_by=manager, at=MADE_AT)
        )

    def test_of_the_shipped_file_gives_every_service_two_ladders(self) -> None:
        assert self.import_shipped() == {"added": 8, "approved": 8}

        found = policy_versions_on(NEXT_MONTH)
        assert set(found) == {
            Ladder(service, who, None)
            for service in ("HEAT", "GAS", "WATER", "ELECTRICITY")
            for who in ("RESIDENT", "OTHER")
        }
        for version in found.values():
            stages = [one.stage for one in version.steps.all()]
            assert (stages[0], stages[-1]) == ("INFORM", "STOP")
            assert {"LETTER", "RESTRICT"} <= set(stages)

    def test_twice_writes_once(self) -> None:
        self.import_shipped()

        assert self.import_shipped() == {"unchanged": 8}
        assert ArrearsPolicyVersion.objects.count() == 8

    def test_stops_electricity_after_thirty_days_and_a_notice(self) -> None:
        self.import_shipped()

        for who, announced in (("RESIDENT", 7), ("OTHER", 3)):
            version = policy_versions_on(NEXT_MONTH)[Ladder("ELECTRICITY", who, None)]
            steps = list(version.steps.order_by("position"))
            days = days_until(
                [Rung(one.min_days, one.notice_days) for one in steps], version.min_overdue_days
            )
            for step, day in zip(steps, days, strict=True):
                if step.needs_approval:
                    assert day > 30
                    assert (step.notice_days, step.last_word_minutes >= 30) == (announced, True)

    def entry(self, **changes: Any) -> dict[str, Any]:
        step = {"stage": "INFORM", "channel": "SMS", "template": "arrears_sms", "min_days": 5}
        version = {
            "effective_from": "2026-01-01",
            "min_overdue_days": 5,
            "threshold": "30.00",
            "source": "办法",
            "steps": [{**step, **changes.pop("step", {})}],
        }
        return {
            "code": "water",
            "name": "水费",
            "name_en": "Water",
            "service": "WATER",
            "branch": None,
            "customer_class": "RESIDENT",
            "versions": [{**version, **changes.pop("version", {})}],
            **changes,
        }

    def read(self, folder: Path, *entries: Any) -> Any:
        file = folder / "policies.json"
        file.write_text(json.dumps({"policies": list(entries)}), encoding="utf-8")
        return read_policy_file(file)

    def import_(self, folder: Path, **changes: Any) -> dict[str, int]:
        return dict(
            import_policies(
                self.read(folder, self.entry(**changes)),
                made_by=make_staff(role="finance"),
                approved_by=None,
                at=MADE_AT,
            )
        )

    def test_without_an_approver_leaves_a_draft_that_can_come_again(self, tmp_path: Path) -> None:
        assert self.import_(tmp_path) == {"added": 1}
        assert self.import_(tmp_path) == {"unchanged": 1}
        assert self.import_(tmp_path, step={"min_days": 6}) == {"changed": 1}
        assert PolicyStep.objects.get().min_days == 6

    def test_takes_all_or_nothing(self, tmp_path: Path) -> None:
        entries = self.read(
            tmp_path, self.entry(), self.entry(code="gas", service="GAS", version={"source": ""})
        )

        refused(
            "source_missing",
            import_policies,
            entries,
            made_by=make_staff(role="finance"),
            approved_by=None,
            at=MADE_AT,
        )

        assert not ArrearsPolicy.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"service": "GAS"}, "other_policy"),
            ({"branch": "NOWHERE"}, "no_branch"),
            ({"step": {"min_days": 6}}, "approved_differs"),
        ],
    )
    def test_refuses_what_contradicts_the_books(
        self, tmp_path: Path, changes: dict[str, Any], code: str
    ) -> None:
        self.import_(tmp_path)
        approve_policy_version(
            ArrearsPolicyVersion.objects.get(), approved_by=make_staff(role="manager"), at=MADE_AT
        )

        refused(code, self.import_, tmp_path, **changes)

        assert PolicyStep.objects.get().min_days == 5

    @pytest.mark.parametrize(
        "changes",
        [
            {"service": "STEAM"},
            {"customer_class": "ALL"},
            {"name": ""},
            {"code": "x" * 41},
            {"version": {"threshold": "much"}},
            {"version": {"effective_from": "soon"}},
            {"version": {"min_overdue_days": "5"}},
            {"step": {"stage": "SHOUT"}},
            {"step": {"forbidden": ["MONDAY"]}},
            {"step": {"min_days": -1}},
            {"step": {"stops_supply": 1}},
            {"step": {"colour": "red"}},
        ],
    )
    def test_refuses_another_form(self, tmp_path: Path, changes: dict[str, Any]) -> None:
        refused("bad_form", self.read, tmp_path, self.entry(**changes))

    def test_refuses_an_empty_file(self, tmp_path: Path) -> None:
        refused("no_policies", self.read, tmp_path)
        refused("unreadable", read_policy_file, tmp_path / "nowhere.json")

    def test_by_the_command_needs_two_persons(self) -> None:
        finance, manager = make_staff(role="finance"), make_staff(role="manager")
        command = "import_arrears_policies"

        for by, approver in ((manager, finance), (finance, finance)):
            with pytest.raises(CommandError):
                call_command(command, "--by", by.number, "--approved-by", approver.number)
        assert not ArrearsPolicy.objects.exists()
        call_command(command, "--by", finance.number, "--approved-by", manager.number, stdout=StringIO())

        assert set(ArrearsPolicyVersion.objects.values_list("made_by", "approved_by")) == {
            (finance.pk, manager.pk)
        }
