import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from service_quality.models import Matter, MatterEvent
from service_quality.services.matters.answering import (
    answer_matter,
    close_matter,
    join_matter,
    note_matter,
    tell_customer,
)
from service_quality.services.matters.attaching import File, attach_file, check_file
from service_quality.services.matters.classifying import classify_matter
from service_quality.services.matters.extending import ask_extension, decide_extension
from service_quality.services.matters.pushing import remind_matter
from service_quality.services.matters.reopening import rate_matter, reopen_matter
from service_quality.services.refusals import MatterRefused
from tests.factories.counters import MORNING
from tests.factories.matters import make_answered, make_closed, make_matter
from tests.service_quality.conftest import Office
from tests.service_quality.test_take_matter import local

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR....IEND\xaeB`\x82"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
DUE = "2026-11-25 17:30"
JUST_LATE = "2026-11-25 17:30:01"


def refused(code: str, call: Callable[[], Any]) -> None:
    before = MatterEvent.objects.count()
    with pytest.raises(MatterRefused) as refusal:
        call()
    assert refusal.value.code == code
    assert MatterEvent.objects.count() == before


class TestTheAnswer:
    @pytest.mark.parametrize(
        ("answered", "kept"), [("2026-11-23 10:00", True), (DUE, True), (JUST_LATE, False)]
    )
    def test_says_once_whether_the_promise_was_kept(self, office: Office, answered: str, kept: bool) -> None:
        matter = make_matter(office.adviser)

        matter = answer_matter(matter, text="已处理", by=office.adviser, at=local(answered))

        assert (matter.state, matter.kept_promise) == ("ANSWERED", kept)

    @pytest.mark.parametrize(
        ("told", "kept"), [("2026-11-26 17:30", True), ("2026-11-26 17:31", False), (None, False)]
    )
    def test_of_a_special_case_needs_the_word_in_between(
        self, office: Office, told: str | None, kept: bool
    ) -> None:
        matter = make_matter(office.adviser, is_special=True)
        if told:
            tell_customer(matter, text="正在等配件", by=office.adviser, at=local(told))

        matter = answer_matter(matter, text="已处理", by=office.adviser, at=local("2026-11-27 10:00"))

        assert matter.kept_promise is kept

    def test_before_the_interim_notice_is_due_needs_none(self, office: Office) -> None:
        matter = make_matter(office.adviser, is_special=True)

        assert answer_matter(
            matter, text="已处理", by=office.adviser, at=local("2026-11-26 17:30")
        ).kept_promise

    def test_is_said_by_the_handler_in_words_and_once(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        refused("not_handler", lambda: answer_matter(matter, text="好", by=office.colleague, at=MORNING))
        refused("answer_missing", lambda: answer_matter(matter, text=" ", by=office.adviser, at=MORNING))
        answer_matter(matter, text="好", by=office.adviser, at=MORNING)
        refused("answered", lambda: answer_matter(matter, text="好", by=office.adviser, at=MORNING))
        refused("answered", lambda: tell_customer(matter, text="好", by=office.adviser, at=MORNING))


class TestTheClosing:
    def test_needs_an_answer(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        refused("not_answered", lambda: close_matter(matter, by=office.adviser, at=MORNING))

    def test_of_a_complaint_needs_a_verdict_by_somebody_else(self, office: Office) -> None:
        matter = make_answered(office.adviser, kind="COMPLAINT")
        by, adviser = office.complaints, office.adviser

        refused("may_not_judge", lambda: close_matter(matter, upheld=False, by=adviser, at=MORNING))
        refused("verdict_missing", lambda: close_matter(matter, by=by, at=MORNING))
        refused("responsible_missing", lambda: close_matter(matter, upheld=True, by=by, at=MORNING))
        refused(
            "not_upheld", lambda: close_matter(matter, upheld=False, responsible=adviser, by=by, at=MORNING)
        )
        refused(
            "judges_oneself", lambda: close_matter(matter, upheld=True, responsible=by, by=by, at=MORNING)
        )

        closed = close_matter(matter, upheld=True, responsible=adviser, by=by, at=MORNING)
        assert (closed.state, closed.upheld, closed.responsible) == ("CLOSED", True, adviser)
        refused("closed", lambda: note_matter(matter, text="好", by=by, at=MORNING))

    def test_of_the_hotline_is_asked_back_the_next_working_day(self, office: Office) -> None:
        friday = local("2026-11-20 10:00")
        matter = make_closed(office.adviser, at=friday, source="HOTLINE", external_number="SY1")

        assert matter.revisit_due_on == datetime.date(2026, 11, 23)
        assert make_closed(office.adviser).revisit_due_on is None


class TestAnExtension:
    def test_is_asked_before_the_end_and_decided_by_a_second_person(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        asked = ask_extension(matter, days=3, reason="等配件", by=office.adviser, at=local(DUE))
        refused(
            "own_extension", lambda: decide_extension(matter, approve=True, by=office.adviser, at=local(DUE))
        )
        decide_extension(matter, approve=True, by=office.supervisor, at=local(JUST_LATE))

        matter.refresh_from_db()
        assert asked.old_due_at == local(DUE)
        assert matter.due_at == local("2026-11-30 17:30")
        # What takes longer than was promised is to be said by the day that was promised.
        assert (matter.interim_due_at, matter.interim_told_at) == (local(DUE), None)

    def test_counts_over_the_holiday(self, office: Office) -> None:
        matter = make_matter(office.adviser, at=local("2026-09-28 10:00"))

        asked = ask_extension(
            matter, days=1, reason="等配件", by=office.adviser, at=local("2026-09-29 10:00")
        )

        assert (asked.old_due_at, asked.new_due_at) == (local("2026-09-30 17:30"), local("2026-10-08 17:30"))

    def test_that_is_refused_changes_nothing(self, office: Office) -> None:
        matter = make_matter(office.adviser)
        ask_extension(matter, days=3, reason="等配件", by=office.adviser, at=MORNING)

        refused(
            "decision_missing",
            lambda: decide_extension(matter, approve=False, by=office.supervisor, at=MORNING),
        )
        decide_extension(matter, approve=False, decision="配件有库存", by=office.supervisor, at=MORNING)

        matter.refresh_from_db()
        assert (matter.due_at, matter.interim_due_at) == (local(DUE), None)
        refused(
            "nothing_asked", lambda: decide_extension(matter, approve=True, by=office.supervisor, at=MORNING)
        )

    def test_is_refused_when_the_time_is_over_or_it_makes_no_sense(self, office: Office) -> None:
        matter, by = make_matter(office.adviser), office.adviser

        def ask(days: int, reason: str, at: str, matter: Matter = matter) -> Callable[[], Any]:
            return lambda: ask_extension(matter, days=days, reason=reason, by=by, at=local(at))

        refused("expired", ask(3, "等配件", JUST_LATE))
        refused("reason_missing", ask(3, " ", "2026-11-24 09:00"))
        refused("too_long", ask(11, "等配件", "2026-11-24 09:00"))
        undated = make_matter(by, at=local("2026-12-30 10:00"))
        refused("no_date", ask(3, "等配件", "2026-12-30 10:00", undated))
        ask(3, "等配件", "2026-11-24 09:00")()
        refused("asked_already", ask(3, "等配件", "2026-11-24 09:00"))


class TestClassifying:
    def test_anew_moves_the_dates_from_where_they_ran(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        matter = classify_matter(
            matter, severity="SERIOUS", topic="SUPPLY", is_special=True, reason="要开挖", by=office.complaints,
            at=local("2026-11-24 09:00"),
        )  # fmt: skip

        assert (matter.due_at, matter.interim_due_at) == (
            local("2026-11-30 17:30"),
            local("2026-11-26 17:30"),
        )

    def test_does_not_help_who_is_late_already(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        def classify(at: str, by: Any = office.complaints) -> Callable[[], Any]:
            return lambda: classify_matter(
                matter,
                severity="SERIOUS",
                topic="SUPPLY",
                is_special=True,
                reason="要开挖",
                by=by,
                at=local(at),
            )

        refused("expired", classify(JUST_LATE))
        refused("may_not_classify", classify(DUE, office.adviser))


class TestReopening:
    def test_runs_the_clocks_anew(self, office: Office) -> None:
        matter = make_closed(office.adviser)
        rate_matter(matter, satisfaction=2, by=None, at=MORNING)

        matter = reopen_matter(matter, text="还是不热", by=None, at=local("2026-12-08 23:59"))

        assert (matter.state, matter.reopenings, matter.satisfaction) == ("OPEN", 1, None)
        assert matter.due_at == local("2026-12-10 17:30")
        # What was promised first was kept, and stays so.
        assert matter.kept_promise is True

    def test_is_too_late_after_the_days_of_the_policy(self, office: Office) -> None:
        matter = make_closed(office.adviser)

        refused(
            "too_late", lambda: reopen_matter(matter, text="还是不热", by=None, at=local("2026-12-09 00:00"))
        )
        refused("text_missing", lambda: reopen_matter(matter, text=" ", by=None, at=MORNING))
        open_one = make_matter(office.adviser)
        refused("not_closed", lambda: reopen_matter(open_one, text="还是不热", by=None, at=MORNING))


class TestSatisfaction:
    def test_is_said_once_in_five_levels(self, office: Office) -> None:
        matter = make_closed(office.adviser)

        refused("unknown_level", lambda: rate_matter(matter, satisfaction=6, by=None, at=MORNING))
        assert rate_matter(matter, satisfaction=5, by=None, at=MORNING).satisfaction == 5
        refused("rated_already", lambda: rate_matter(matter, satisfaction=1, by=None, at=MORNING))
        answered = make_answered(office.adviser)
        refused("not_closed", lambda: rate_matter(answered, satisfaction=5, by=None, at=MORNING))


class TestJoining:
    def test_closes_it_as_the_same_as_an_earlier_one(self, office: Office) -> None:
        first, second, third = (make_matter(office.adviser, kind="COMPLAINT") for _ in range(3))

        joined = join_matter(second, original=first, by=office.adviser, at=MORNING)

        assert (joined.state, joined.duplicate_of) == ("CLOSED", first)
        assert first.events.filter(kind="DUPLICATE", text=second.number).exists()
        refused("joined_already", lambda: join_matter(third, original=second, by=office.adviser, at=MORNING))
        refused("same_matter", lambda: join_matter(third, original=third, by=office.adviser, at=MORNING))
        refused("not_handler", lambda: join_matter(third, original=first, by=office.colleague, at=MORNING))
        elsewhere = make_matter(office.stranger)
        refused("elsewhere", lambda: join_matter(third, original=elsewhere, by=office.adviser, at=MORNING))
        refused("joined", lambda: reopen_matter(second, text="还是不热", by=None, at=MORNING))


class TestReminding:
    def test_is_counted(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        for _ in range(2):
            matter = remind_matter(matter, text="今天答复", by=office.supervisor, at=MORNING)

        assert matter.reminders == 2
        refused("text_missing", lambda: remind_matter(matter, text="", by=office.supervisor, at=MORNING))


class TestAFile:
    def test_is_kept_under_a_name_of_ours(self, office: Office, settings: Settings, tmp_path: Any) -> None:
        settings.MEDIA_ROOT = tmp_path
        matter = make_matter(office.adviser)

        for content, ending in ((PNG, ".png"), (PDF, ".pdf")):
            kept = attach_file(
                matter, file=check_file(content), caption="阀门", by=office.adviser, at=MORNING
            )
            assert kept.path.endswith(ending)
            with default_storage.open(kept.path) as file:
                assert file.read() == content

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "not_a_file"),
            (b"<script>alert(1)</script>", "not_a_file"),
            (b"GIF89a", "not_a_file"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_file"),
            (b"MZ" + PDF, "not_a_file"),
            (PNG + b"\0" * (5 * 1024 * 1024), "file_too_large"),
        ],
    )
    def test_is_judged_by_what_it_is(self, content: bytes, code: str) -> None:
        with pytest.raises(MatterRefused) as refusal:
            check_file(content)

        assert refusal.value.code == code

    def test_is_refused_when_there_are_enough(
        self, office: Office, settings: Settings, tmp_path: Any
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        matter, file = make_matter(office.adviser), File("a.png", PNG)
        refused("caption_missing", lambda: attach_file(matter, file=file, caption="", by=None, at=MORNING))
        for number in range(10):
            attach_file(matter, file=File(f"{number}.png", PNG), caption="阀门", by=None, at=MORNING)

        refused("too_many_files", lambda: attach_file(matter, file=file, caption="阀门", by=None, at=MORNING))
        assert not default_storage.exists("matters/a.png")
