"""What the clocks do by themselves, asked again and again; and what others are told of them."""

import datetime

import pytest
from django.utils.translation import override

from accounts.services.working_calendars import SpecialDay, import_calendar
from service_quality.models import Matter, MatterPolicy
from service_quality.queries.matters.doubles import likely_doubles, likeness
from service_quality.queries.matters.figures import (
    ClockCounts,
    FirstInquiries,
    clock_counts,
    first_inquiry_kept,
    upheld_complaints,
    upheld_complaints_of,
)
from service_quality.queries.matters.time_left import time_left
from service_quality.queries.matters.workbench import LISTS, figures_of, matters_in
from service_quality.queries.office import office_at
from service_quality.services.matters.answering import answer_matter, close_matter, tell_customer
from service_quality.services.matters.extending import ask_extension, decide_extension
from service_quality.services.matters.pushing import date_matters, push_overdue
from service_quality.tasks import watch_matters
from tests.factories.accounts import make_account
from tests.factories.counters import MORNING
from tests.factories.matters import make_answered, make_matter, make_web_matter
from tests.service_quality.conftest import Office
from tests.service_quality.test_take_matter import local

pytestmark = pytest.mark.django_db
NOVEMBER = (datetime.date(2026, 11, 1), datetime.date(2026, 11, 30))


def kinds(matter: Matter) -> list[str]:
    return [event.kind for event in matter.events.all()]


class TestWhatIsOverdue:
    def test_comes_before_the_supervisor_and_a_working_day_later_before_the_manager(
        self, office: Office
    ) -> None:
        matter = make_matter(office.adviser)

        taken = [
            push_overdue(local(at))
            for at in (
                "2026-11-25 17:30", "2026-11-25 17:31", "2026-11-25 17:31", "2026-11-26 17:30",
                "2026-11-26 17:31", "2026-11-30 09:00",
            )
        ]  # fmt: skip

        assert taken == [0, 1, 0, 0, 1, 0]
        assert kinds(matter) == ["TAKEN", "ESCALATED", "ESCALATED"]
        assert [one.level for one in matter.events.filter(kind="ESCALATED")] == [1, 2]

    def test_catches_up_when_nobody_asked_for_days(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        assert (push_overdue(local("2026-12-10 09:00")), push_overdue(local("2026-12-10 09:00"))) == (2, 0)
        matter.refresh_from_db()
        assert matter.escalation == 2

    def test_of_the_hotline_is_reminded_in_writing_the_day_after(self, office: Office) -> None:
        # Asked on Tuesday, three working days: due on Friday, so the reminder comes on Monday.
        matter = make_matter(
            office.complaints, at=local("2026-11-17 10:00"), source="HOTLINE", external_number="SY1"
        )
        assert matter.due_at == local("2026-11-20 17:30")

        for at in ("2026-11-20 18:00", "2026-11-22 12:00", "2026-11-23 08:29"):
            push_overdue(local(at))
        assert "WRITTEN_REMINDER" not in kinds(matter)
        for at in ("2026-11-23 08:30", "2026-11-23 08:35", "2026-11-24 08:30"):
            push_overdue(local(at))

        assert kinds(matter).count("WRITTEN_REMINDER") == 1
        matter.refresh_from_db()
        assert (matter.written_reminder_at, matter.reminders) == (local("2026-11-23 08:30"), 1)

    def test_is_also_the_word_in_between_that_the_customer_did_not_get(self, office: Office) -> None:
        # Special case, taken on Monday: told by Thursday evening, answered by the next Monday.
        matter = make_matter(office.adviser, is_special=True)
        assert (matter.interim_due_at, matter.due_at) == (
            local("2026-11-26 17:30"),
            local("2026-11-30 17:30"),
        )

        taken = [
            push_overdue(local(at))
            for at in ("2026-11-26 17:30", "2026-11-26 17:31", "2026-11-27 17:30", "2026-11-27 17:31")
        ]

        assert taken == [0, 1, 0, 1]
        assert [one.level for one in matter.events.filter(kind="ESCALATED")] == [1, 2]

    def test_climbs_anew_for_the_answer_once_the_customer_was_told(self, office: Office) -> None:
        matter = make_matter(office.adviser, is_special=True)
        push_overdue(local("2026-11-26 17:31"))

        tell_customer(matter, text="配件明天到", by=office.adviser, at=local("2026-11-27 09:00"))

        taken = [push_overdue(local(at)) for at in ("2026-11-30 17:30", "2026-11-30 17:31")]
        assert taken == [0, 1]
        assert [one.level for one in matter.events.filter(kind="ESCALATED")] == [1, 1]

    def test_is_left_alone_once_it_is_answered_or_has_more_time(self, office: Office) -> None:
        make_answered(office.adviser)
        extended = make_matter(office.adviser)
        ask_extension(extended, days=3, reason="等配件", by=office.adviser, at=MORNING)
        decide_extension(extended, approve=True, by=office.supervisor, at=MORNING)
        tell_customer(extended, text="配件下周到", by=office.adviser, at=MORNING)

        assert push_overdue(local("2026-11-30 17:30")) == 0


class TestAMatterWithoutADate:
    def test_gets_one_when_the_calendar_comes(self, office: Office) -> None:
        matter = make_matter(office.adviser, at=local("2026-12-30 10:00"))
        assert date_matters(local("2026-12-30 11:00")) == 0

        import_calendar(
            2027, source="国办通知", days=[SpecialDay(datetime.date(2027, 1, 1), "元旦", is_working=False)], by=office.manager,
            at=local("2026-12-30 12:00"),
        )  # fmt: skip
        assert (date_matters(local("2026-12-30 13:00")), date_matters(local("2026-12-30 13:00"))) == (1, 0)

        matter.refresh_from_db()
        assert matter.due_at == local("2027-01-04 17:30")
        assert kinds(matter) == ["TAKEN", "DATED"]

    def test_is_listed_and_says_so(self, office: Office) -> None:
        at = local("2026-12-30 10:00")
        matter = make_matter(office.adviser, at=at)

        assert list(matters_in("undated", office.adviser, at)) == [matter]
        assert time_left(matter, at, office_at(at)).tone == "wait"


class TestTheTask:
    @pytest.mark.usefixtures("clock")
    def test_does_all_of_it_and_may_run_twice(self, office: Office) -> None:
        late = make_matter(office.adviser, at=local("2026-11-10 10:00"))

        watch_matters()
        watch_matters()

        assert kinds(late) == ["TAKEN", "ESCALATED", "ESCALATED"]


class TestTheWorkbench:
    def test_shows_first_what_has_the_least_time_left(self, office: Office) -> None:
        later = make_matter(office.adviser, at=local("2026-11-20 10:00"))
        special = make_matter(office.adviser, is_special=True, at=local("2026-11-18 10:00"))
        overdue = make_matter(office.adviser, at=local("2026-11-16 10:00"))
        undated = make_matter(office.adviser, at=local("2026-12-30 10:00"))

        rows = list(matters_in("mine", office.adviser, MORNING))

        # The special case has to tell its customer by today, a day before `later` is due.
        assert rows == [undated, overdue, special, later]

    def test_says_how_much_working_time_is_left(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        def words(at: str) -> tuple[str, str]:
            with override("en"):
                left = time_left(matter, local(at), office_at(local(at)))
            return left.words, left.tone

        assert words("2026-11-23 09:30") == ("2 d 6 h left", "")
        assert words("2026-11-24 17:30") == ("1 d 0 h left", "wait")
        # Lunch is no working time.
        assert words("2026-11-25 12:45") == ("4 h 0 min left", "wait")
        assert words("2026-11-25 17:10") == ("20 min left", "wait")
        assert words("2026-11-26 09:00") == ("late by 30 min", "late")

    def test_counts_what_its_lists_hold(self, office: Office) -> None:
        at = local("2026-11-25 10:00")
        make_matter(office.adviser)
        make_matter(office.adviser, at=local("2026-11-10 10:00"), is_special=True)
        make_web_matter(office.branch)
        make_answered(office.adviser)
        make_matter(office.stranger)

        for figure in figures_of(office.complaints, at):
            assert figure.count == matters_in(figure.code, office.complaints, at).count(), figure.code
        assert {one.code for one in figures_of(office.complaints, at)} == set(LISTS)
        assert {one.code: one.count for one in figures_of(office.complaints, at)} == {
            "mine": 0, "first": 0, "new": 1, "open": 3, "today": 2, "warned": 2, "overdue": 1, "interim": 1, "undated": 0,
            "answered": 1, "revisit": 0, "closed": 0,
        }  # fmt: skip


class TestDoubles:
    def test_are_found_by_telephone_account_and_words(self, office: Office) -> None:
        account = make_account(branch=office.branch)
        by_phone = make_matter(office.adviser, phone="13900000001", text="想问一下")
        by_account = make_matter(office.adviser, account=account, phone="", text="账单多了")
        by_words = make_matter(office.adviser, phone="13900000002", text="五号楼二单元暖气一直不热，请来看看")
        make_matter(office.adviser, phone="13900000003", text="办理过户要带什么材料")
        make_matter(office.adviser, at=local("2026-10-01 10:00"), phone="13900000001")

        found = likely_doubles(
            staff=office.adviser, at=MORNING, text="五号楼二单元暖气不热，请来看看", phone="13900000001",
            account=account,
        )  # fmt: skip

        assert {double.matter for double in found} == {by_phone, by_account, by_words}

    def test_are_alike_by_pairs_of_characters(self) -> None:
        assert likeness("暖气不热", "暖气不热！") == 1.0
        assert likeness("暖气不热", "办理过户") == 0.0
        assert likeness("", "暖气不热") == 0.0


class TestTheFiguresForOthers:
    def test_count_upheld_complaints_when_received_by_the_person_responsible(self, office: Office) -> None:
        def complaint(at: str, *, upheld: bool) -> Matter:
            made = make_answered(office.complaints, at=local(at), kind="COMPLAINT")
            responsible = office.adviser if upheld else None
            return close_matter(
                made,
                upheld=upheld,
                responsible=responsible,
                by=office.supervisor,
                at=local("2026-12-02 09:00"),
            )

        first = complaint("2026-11-01 00:00", upheld=True)
        last = complaint("2026-11-30 23:59", upheld=True)
        complaint("2026-10-31 23:59", upheld=True)
        complaint("2026-12-01 00:00", upheld=True)
        complaint("2026-11-15 10:00", upheld=False)

        assert upheld_complaints([office.adviser.pk, office.colleague.pk], *NOVEMBER) == {
            office.adviser.pk: 2
        }
        assert upheld_complaints_of(office.adviser.pk, *NOVEMBER) == [first, last]

    def test_count_promises_of_first_responders(self, office: Office) -> None:
        make_answered(office.adviser)
        late = make_matter(office.adviser, at=local("2026-11-10 10:00"))
        answer_matter(late, text="已处理", by=office.adviser, at=MORNING)
        # Overdue and not answered; not yet due; without a promise.
        make_matter(office.adviser, at=local("2026-11-24 10:00"))
        make_matter(office.adviser, at=local("2026-11-30 10:00"))
        make_matter(office.colleague, at=local("2026-10-10 10:00"))

        kept = first_inquiry_kept([office.adviser.pk, office.colleague.pk], *NOVEMBER)

        assert kept == {office.adviser.pk: FirstInquiries(taken=3, kept=1)}

    def test_count_the_clocks_of_branches(self, office: Office) -> None:
        at = local("2026-11-25 10:00")
        make_matter(office.adviser)
        make_matter(office.adviser, at=local("2026-11-10 10:00"))
        told = make_matter(office.adviser, at=local("2026-11-20 10:00"), is_special=True)
        make_matter(office.adviser, at=local("2026-11-20 10:00"), is_special=True)
        tell_customer(told, text="等配件", by=office.adviser, at=MORNING)
        make_matter(office.stranger)

        assert clock_counts([office.branch.pk], at) == ClockCounts(
            due_today=1, overdue=1, interim_due=1, without_a_date=0
        )
        assert clock_counts(None, at).due_today == 2
        assert clock_counts([], at) == ClockCounts(0, 0, 0, 0)


class TestTheShippedLimits:
    def test_are_those_of_the_company_and_the_hotline(self) -> None:
        rows = MatterPolicy.objects.values_list("source", "kind", "days", "special_days", "interim_day")

        assert sorted(rows, key=str) == sorted(
            [
                ("", "", 2, 5, 3),
                ("HOTLINE", "", 3, 3, None),
                ("HOTLINE", "COMPLAINT", 13, 13, 5),
                ("HOTLINE", "SUGGESTION", 13, 13, 5),
            ],
            key=str,
        )
