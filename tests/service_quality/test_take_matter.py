import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from service_quality.models import Matter, MatterEvent, MatterPolicy
from service_quality.services.matters.taking import claim_matter, take_matter
from service_quality.services.refusals import MatterRefused
from tests.database import as_owner
from tests.factories.accounts import make_account, make_staff
from tests.factories.counters import MORNING
from tests.factories.matters import make_matter, make_web_matter, new_matter
from tests.service_quality.conftest import Office

pytestmark = pytest.mark.django_db


def local(text: str) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.fromisoformat(text))


def written() -> tuple[int, int, int]:
    return Matter.objects.count(), MatterEvent.objects.count(), AuditEntry.objects.count()


class TestTheClocks:
    @pytest.mark.parametrize(
        ("taken", "fields", "warned", "told", "due"),
        [
            # Two working days; a special case has five, warned on the third and told by then.
            ("2026-11-23 09:30", {}, "2026-11-24", None, "2026-11-25"),
            ("2026-11-23 09:30", {"is_special": True}, "2026-11-26", "2026-11-26", "2026-11-30"),
            # The oracles of the calendar: make-up Saturday, holidays, the day after counts one.
            ("2026-02-13 16:00", {}, "2026-02-14", None, "2026-02-24"),
            ("2026-04-30 10:00", {"is_special": True}, "2026-05-08", "2026-05-08", "2026-05-11"),
            ("2026-09-24 11:00", {}, "2026-09-28", None, "2026-09-29"),
            # At lunch, at night and at midnight it is the calendar day that counts.
            ("2026-11-23 12:30", {}, "2026-11-24", None, "2026-11-25"),
            ("2026-11-23 23:59", {}, "2026-11-24", None, "2026-11-25"),
            ("2026-11-24 00:00", {}, "2026-11-25", None, "2026-11-26"),
            # Saturday: Monday is the first day.
            ("2026-11-21 10:00", {}, "2026-11-23", None, "2026-11-24"),
        ],
    )
    def test_count_working_days(
        self, office: Office, taken: str, fields: dict[str, Any], warned: str, told: str | None, due: str
    ) -> None:
        matter = make_matter(office.adviser, at=local(taken), **fields)

        assert matter.warn_at == local(f"{warned} 17:30")
        assert matter.interim_due_at == (local(f"{told} 17:30") if told else None)
        assert matter.due_at == local(f"{due} 17:30")

    @pytest.mark.parametrize(
        ("taken", "kind", "severity", "due"),
        [
            ("2026-11-23 09:30", "INQUIRY", "NORMAL", "2026-11-26"),
            ("2026-11-23 09:30", "HELP", "NORMAL", "2026-11-26"),
            ("2026-11-23 09:30", "COMPLAINT", "NORMAL", "2026-12-10"),
            ("2026-11-23 09:30", "SUGGESTION", "NORMAL", "2026-12-10"),
            # 2025-09-30 +3 over the National Day holiday, the make-up Saturday included.
            ("2025-09-30 10:00", "INQUIRY", "NORMAL", "2025-10-11"),
            # Urgent: the same day; after closing, and on a free day, the next day that is worked.
            ("2026-11-23 09:30", "COMPLAINT", "URGENT", "2026-11-23"),
            ("2026-11-23 12:15", "COMPLAINT", "URGENT", "2026-11-23"),
            ("2026-11-20 18:00", "COMPLAINT", "URGENT", "2026-11-23"),
        ],
    )
    def test_of_the_hotline_are_its_own(
        self, office: Office, taken: str, kind: str, severity: str, due: str
    ) -> None:
        matter = make_matter(
            office.complaints,
            at=local(taken),
            kind=kind,
            severity=severity,
            source="HOTLINE",
            external_number="SY2611230001",
        )

        assert matter.due_at == local(f"{due} 17:30")
        assert matter.policy.has_written_reminder

    def test_keep_the_policy_that_gave_them(self, office: Office) -> None:
        before = make_matter(office.adviser)
        MatterPolicy.objects.create(
            version=2, effective_from=MORNING.date(), days=1, special_days=3, warn_day=1, special_warn_day=1,
            interim_day=2, basis="新办法",
        )  # fmt: skip
        try:
            after = make_matter(office.adviser)
            before.refresh_from_db()
            assert (before.policy.version, before.due_at) == (1, local("2026-11-25 17:30"))
            assert (after.policy.version, after.due_at) == (2, local("2026-11-24 17:30"))
        finally:
            transaction.set_rollback(True)

    def test_have_no_date_where_the_calendar_is_missing(self, office: Office) -> None:
        matter = make_matter(office.adviser, at=local("2026-12-30 10:00"))

        assert (matter.due_at, matter.state) == (None, "OPEN")
        assert matter.lacks_a_date
        assert list(Matter.objects.waiting_for_calendar()) == [matter]


class TestTakeMatter:
    def test_makes_who_hears_it_the_first_responder(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        assert (matter.first_responder, matter.handler, matter.state) == (
            office.adviser,
            office.adviser,
            "OPEN",
        )
        assert matter.number == "261123-0001"
        assert [event.kind for event in matter.events.all()] == ["TAKEN"]

    def test_closes_what_is_answered_at_once_but_not_a_complaint(self, office: Office) -> None:
        asked = make_matter(office.adviser, answer="十一月一日起供暖。", phone="")
        complained = make_matter(office.adviser, answer="马上去看。", kind="COMPLAINT")

        assert (asked.state, asked.kept_promise) == ("CLOSED", True)
        assert complained.state == "ANSWERED"

    def test_takes_it_once_when_asked_twice(self, office: Office) -> None:
        new = new_matter(office.branch)

        first = take_matter(new, by=office.adviser, at=MORNING)
        again = take_matter(new, by=office.adviser, at=MORNING)

        assert first == again
        assert Matter.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"kind": "COMPLAINT", "phone": ""}, "contact_missing"),
            ({"kind": "COMPLAINT", "phone": "", "answer": "马上去看。"}, "contact_missing"),
            ({"phone": ""}, "contact_missing"),
            ({"phone": "not known"}, "not_a_phone"),
            ({"text": " \x00 "}, "text_missing"),
            ({"kind": "ANGER"}, "unknown_word"),
            ({"source": "HOTLINE"}, "hotline_number_missing"),
        ],
    )
    def test_refuses_and_takes_nothing(self, office: Office, fields: dict[str, Any], code: str) -> None:
        before = written()

        with pytest.raises(MatterRefused) as refusal:
            make_matter(office.adviser, **fields)

        assert refusal.value.code == code
        assert written() == before

    def test_refuses_a_number_of_the_hotline_that_is_known(self, office: Office) -> None:
        make_matter(office.complaints, source="HOTLINE", external_number="SY1")

        with pytest.raises(MatterRefused) as refusal:
            make_matter(office.complaints, source="HOTLINE", external_number="SY1")

        assert refusal.value.code == "hotline_number_known"

    def test_refuses_an_account_of_another_branch(self, office: Office) -> None:
        account = make_account()

        with pytest.raises(MatterRefused) as refusal:
            make_matter(office.adviser, account=account)

        assert refusal.value.code == "account_elsewhere"


class TestWhatTheCustomerWroteItself:
    def test_belongs_to_whoever_takes_it_up(self, office: Office) -> None:
        matter = make_web_matter(office.branch)
        assert (matter.state, matter.first_responder) == ("NEW", None)

        matter = claim_matter(matter, by=office.adviser, at=MORNING)

        assert (matter.state, matter.first_responder, matter.handler) == (
            "OPEN",
            office.adviser,
            office.adviser,
        )

    def test_is_taken_up_once(self, office: Office) -> None:
        matter = claim_matter(make_web_matter(office.branch), by=office.adviser, at=MORNING)

        with pytest.raises(MatterRefused) as refusal:
            claim_matter(matter, by=office.colleague, at=MORNING)

        assert refusal.value.code == "taken_already"

    def test_needs_a_telephone_even_with_an_account(self, office: Office) -> None:
        with pytest.raises(MatterRefused) as refusal:
            make_web_matter(office.branch, phone="", account=make_account(branch=office.branch))

        assert refusal.value.code == "contact_missing"


class TestTheFirstResponder:
    def test_cannot_be_changed_by_the_application(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        for value in (office.colleague.pk, None):
            with pytest.raises(DatabaseError, match="first responder"), transaction.atomic():
                Matter.objects.filter(pk=matter.pk).update(first_responder=value)

    @pytest.mark.django_db(transaction=True)
    def test_cannot_be_changed_by_the_owner_of_the_table(self, office: Office) -> None:
        make_matter(office.adviser)

        with as_owner() as owner, pytest.raises(Exception, match="first responder"):
            owner.execute("UPDATE service_quality_matter SET first_responder_id = first_responder_id + 1")


class TestTheRow:
    @pytest.mark.parametrize(
        ("change", "wall"),
        [
            ("upheld = true", "upheld_names_the_person_responsible"),
            ("responsible_id = handler_id", "only_upheld_names_a_person"),
            ("state = 'CLOSED', closed_at = now()", "matter_is_closed_with_an_answer"),
            ("satisfaction = 6, satisfaction_at = now()", "satisfaction_has_five_levels"),
            ("handler_id = NULL", "matter_has_a_first_responder_and_a_handler"),
            ("duplicate_of_id = id", "matter_is_not_its_own_double"),
        ],
    )
    def test_cannot_be_wrong(self, office: Office, change: str, wall: str) -> None:
        matter = make_matter(office.adviser)

        with pytest.raises(DatabaseError, match=wall), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE service_quality_matter SET {change} WHERE id = %s", [matter.pk])

    @pytest.mark.parametrize("column", ["text", "phone", "opened_at", "policy_id", "number", "kind"])
    def test_keeps_what_was_written(self, office: Office, column: str) -> None:
        make_matter(office.adviser)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE service_quality_matter SET {column} = {column}")

    @pytest.mark.parametrize(
        "statement",
        ["UPDATE service_quality_matterevent SET text = ''", "DELETE FROM service_quality_matterevent"],
    )
    def test_keeps_its_story(self, office: Office, statement: str) -> None:
        make_matter(office.adviser)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


class TestWhoSees:
    def test_a_clerk_no_complaint_of_another_and_nobody_what_is_elsewhere(self, office: Office) -> None:
        asked, complained = make_matter(office.adviser), make_matter(office.adviser, kind="COMPLAINT")
        manager = make_staff(role="manager", branch=None)

        def seen(by: Any) -> set[Matter]:
            return set(Matter.objects.visible_to(by, MORNING))

        assert seen(office.adviser) == seen(office.complaints) == seen(manager) == {asked, complained}
        assert seen(office.colleague) == {asked}
        assert seen(office.stranger) == set()

    def test_numbers_follow_each_other_and_codes_do_not(self, office: Office) -> None:
        matters = [make_matter(office.adviser, request_id=uuid4()) for _ in range(3)]

        assert [one.number[-4:] for one in matters] == ["0001", "0002", "0003"]
        assert len({one.code for one in matters}) == 3
        assert all(len(one.code) == 8 for one in matters)
