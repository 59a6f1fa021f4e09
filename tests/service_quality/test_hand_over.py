import datetime

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Staff
from service_quality.models import HandOver, Matter, MatterEvent
from service_quality.services.leaves import cancel_leave, record_leave
from service_quality.services.matters.answering import answer_matter
from service_quality.services.matters.handing_over import (
    accept_matter,
    lapse_hand_overs,
    offer_matter,
    return_matter,
)
from service_quality.services.refusals import LeaveRefused, MatterRefused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.factories.matters import make_matter, make_web_matter
from tests.service_quality.conftest import Office
from tests.service_quality.test_take_matter import local

pytestmark = pytest.mark.django_db
TODAY = MORNING.date()
A_DAY = datetime.timedelta(days=1)


def offer(
    matter: Matter, to: Staff, by: Staff, *, at: datetime.datetime = MORNING, reason: str = "归供热组"
) -> HandOver:
    return offer_matter(matter, to=to, reason=reason, by=by, at=at)


class TestAHandOver:
    def test_changes_the_handler_when_accepted_and_never_the_first_responder(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        offer(matter, office.colleague, office.adviser)
        matter.refresh_from_db()
        assert matter.handler == office.adviser
        matter = accept_matter(matter, by=office.colleague, at=MORNING)

        assert (matter.handler, matter.first_responder) == (office.colleague, office.adviser)
        assert [one.kind for one in matter.events.all()] == ["TAKEN", "OFFERED", "ACCEPTED"]

    def test_leaves_it_where_it_was_when_returned(self, office: Office) -> None:
        matter = make_matter(office.adviser)
        offer(matter, office.colleague, office.adviser)

        matter = return_matter(matter, reason="不是燃气的事", by=office.colleague, at=MORNING)

        assert matter.handler == office.adviser
        assert matter.hand_overs.get().return_reason == "不是燃气的事"
        # And it may be offered to somebody else.
        offer(matter, office.complaints, office.adviser)

    @pytest.mark.parametrize(
        ("offered", "by"),
        [
            ("2026-11-23 09:30", "2026-11-23 11:30"),
            ("2026-11-23 11:00", "2026-11-23 14:30"),
            ("2026-11-23 22:00", "2026-11-24 10:30"),
            ("2026-11-24 00:00", "2026-11-24 10:30"),
            ("2026-02-13 17:00", "2026-02-14 10:00"),
            ("2026-09-30 17:00", "2026-10-08 10:00"),
        ],
    )
    def test_is_answered_within_two_working_hours(self, office: Office, offered: str, by: str) -> None:
        at = local(offered)
        hand_over = offer(make_matter(office.adviser, at=at), office.colleague, office.adviser, at=at)

        assert hand_over.answer_by == local(by)

    def test_has_no_time_that_is_guessed(self, office: Office) -> None:
        at = local("2026-12-31 17:00")

        assert (
            offer(make_matter(office.adviser, at=at), office.colleague, office.adviser, at=at).answer_by
            is None
        )

    def test_goes_back_when_nobody_answered_in_time(self, office: Office) -> None:
        matter = make_matter(office.adviser)
        hand_over = offer(matter, office.colleague, office.adviser)
        assert hand_over.answer_by is not None

        assert lapse_hand_overs(hand_over.answer_by) == 0
        late = hand_over.answer_by + datetime.timedelta(seconds=1)
        with pytest.raises(MatterRefused) as refusal:
            accept_matter(matter, by=office.colleague, at=late)
        assert refusal.value.code == "offer_lapsed"
        assert (lapse_hand_overs(late), lapse_hand_overs(late)) == (1, 0)

        matter.refresh_from_db()
        assert matter.handler == office.adviser
        assert matter.events.filter(kind="LAPSED").count() == 1

    def test_is_over_when_the_matter_is_answered_meanwhile(self, office: Office) -> None:
        matter = make_matter(office.adviser)
        offer(matter, office.colleague, office.adviser)
        answer_matter(matter, text="已处理", by=office.adviser, at=MORNING)

        with pytest.raises(MatterRefused) as refusal:
            accept_matter(matter, by=office.colleague, at=MORNING)

        assert refusal.value.code == "not_offered"


class TestWhoMayBeOfferedAMatter:
    def refuses(self, matter: Matter, to: Staff, by: Staff, code: str) -> None:
        before = MatterEvent.objects.count()
        with pytest.raises(MatterRefused) as refusal:
            offer(matter, to, by)
        assert refusal.value.code == code
        assert (HandOver.objects.count(), MatterEvent.objects.count()) == (0, before)

    @pytest.mark.parametrize(("first", "last"), [(0, 0), (-3, 0), (0, 3)])
    def test_is_nobody_on_leave(self, office: Office, first: int, last: int) -> None:
        record_leave(
            office.colleague, first_day=TODAY + first * A_DAY, last_day=TODAY + last * A_DAY, reason="年假",
            by=office.supervisor, at=MORNING,
        )  # fmt: skip

        self.refuses(make_matter(office.adviser), office.colleague, office.adviser, "on_leave")

    @pytest.mark.parametrize(("first", "last"), [(-3, -1), (1, 3)])
    def test_is_somebody_back_or_not_yet_gone(self, office: Office, first: int, last: int) -> None:
        record_leave(
            office.colleague, first_day=TODAY + first * A_DAY, last_day=TODAY + last * A_DAY, reason="年假",
            by=office.supervisor, at=MORNING,
        )  # fmt: skip

        assert offer(make_matter(office.adviser), office.colleague, office.adviser).state == "OFFERED"

    def test_is_somebody_whose_leave_was_cancelled(self, office: Office) -> None:
        leave = record_leave(
            office.colleague, first_day=TODAY, last_day=TODAY, reason="年假", by=office.supervisor, at=MORNING
        )
        cancel_leave(leave, by=office.supervisor, at=MORNING)

        assert offer(make_matter(office.adviser), office.colleague, office.adviser).state == "OFFERED"

    def test_is_nobody_who_left_or_may_not_sign_in(self, office: Office) -> None:
        matter = make_matter(office.adviser)
        Staff.objects.filter(pk=office.colleague.pk).update(is_active=False)
        office.colleague.refresh_from_db()

        self.refuses(matter, office.colleague, office.adviser, "gone")

    def test_is_nobody_of_another_branch_without_the_right_or_the_handler(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        self.refuses(matter, office.stranger, office.adviser, "elsewhere")
        self.refuses(
            matter, make_staff(role="auditor", branch=office.branch), office.adviser, "cannot_handle"
        )
        self.refuses(matter, office.adviser, office.adviser, "same_person")

    def test_is_one_person_at_a_time(self, office: Office) -> None:
        matter = make_matter(office.adviser)
        offer(matter, office.colleague, office.adviser)

        with pytest.raises(MatterRefused) as refusal:
            offer(matter, office.complaints, office.adviser)

        assert refusal.value.code == "offered_already"

    def test_is_said_by_the_handler_or_who_dispatches(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        self.refuses(matter, office.complaints, office.colleague, "not_handler")
        assert offer(matter, office.colleague, office.supervisor).offered_by == office.supervisor

    def test_needs_a_reason_and_a_matter_in_hand(self, office: Office) -> None:
        with pytest.raises(MatterRefused) as refusal:
            offer(make_matter(office.adviser), office.colleague, office.adviser, reason=" ")
        assert refusal.value.code == "reason_missing"
        self.refuses(make_web_matter(office.branch), office.colleague, office.adviser, "new")


class TestALeave:
    def test_refuses_what_makes_no_sense(self, office: Office) -> None:
        def refuse(
            code: str, first: int = 0, last: int = 1, *, reason: str = "年假", by: Staff | None = None
        ) -> None:
            with pytest.raises(LeaveRefused) as refusal:
                record_leave(
                    office.colleague, first_day=TODAY + first * A_DAY, last_day=TODAY + last * A_DAY,
                    reason=reason, by=by or office.supervisor, at=MORNING,
                )  # fmt: skip
            assert refusal.value.code == code

        refuse("wrong_way_round", 1, 0)
        refuse("too_long", 0, 400)
        refuse("reason_missing", reason=" ")
        # A complaint handler of another branch sees nobody here.
        refuse("elsewhere", by=office.stranger)
        leave = record_leave(
            office.colleague, first_day=TODAY, last_day=TODAY, reason="年假", by=office.supervisor, at=MORNING
        )
        refuse("overlaps")
        cancel_leave(leave, by=office.supervisor, at=MORNING)
        with pytest.raises(LeaveRefused):
            cancel_leave(leave, by=office.supervisor, at=MORNING)

    def test_cannot_overlap_in_the_table_either(self, office: Office) -> None:
        leave = record_leave(
            office.colleague, first_day=TODAY, last_day=TODAY, reason="年假", by=office.supervisor, at=MORNING
        )
        leave.pk = None

        with pytest.raises(DatabaseError, match="leaves_of_a_person_do_not_overlap"), transaction.atomic():
            leave.save()
