"""Complaints and inquiries in a month: for whom they count, in which hall, and that they stay as the run found them."""

import datetime
from decimal import Decimal

import pytest

from accounts.models import Staff
from counters.models import Window
from service_quality.models import AssessmentLine, AssessmentMatter, Matter
from service_quality.services.assessment.runs import run_assessment
from service_quality.services.matters.answering import close_matter
from tests.factories.accounts import make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.assessment import (
    AFTERWARDS,
    OCTOBER,
    THAT_DAY,
    finish_tickets,
    make_pool,
    make_weights,
)
from tests.factories.counters import make_window
from tests.factories.matters import make_answered, make_matter

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def month() -> None:
    ship_calendars()
    make_weights()
    make_pool("100.00")
    make_pool("100.00", pool="ADVISER")


@pytest.fixture
def window(cashier: Staff) -> Window:
    window = make_window(cashier.branch, number=5)
    finish_tickets(cashier, window, 4)
    return window


def complain(
    about: Staff, *, upheld: bool = True, at: datetime.datetime = THAT_DAY, **fields: object
) -> Matter:
    """A complaint that the complaint handler answered and closed within the hour."""
    handler = make_staff(role="complaints", branch=about.branch)
    matter = make_answered(handler, at=at, kind="COMPLAINT", **fields)
    return close_matter(
        matter,
        by=handler,
        at=at + datetime.timedelta(hours=1),
        upheld=upheld,
        responsible=about if upheld else None,
    )


def line_of(staff: Staff) -> AssessmentLine:
    return AssessmentLine.objects.get(staff=staff)


class TestComplaints:
    def test_count_for_the_person_responsible_once_they_are_upheld(
        self, cashier: Staff, window: Window
    ) -> None:
        complain(cashier)
        complain(cashier, upheld=False)

        run_assessment(OCTOBER, at=AFTERWARDS)

        # The rule's 80 less 5 for one complaint; 8.00 of work.
        line = line_of(cashier)
        assert (line.complaints, line.quality, line.points) == (1, Decimal("75.00"), Decimal("6.00"))

    def test_count_in_the_month_in_which_they_came(self, cashier: Staff, window: Window) -> None:
        complain(cashier, at=THAT_DAY.replace(day=1) - DAY)

        run_assessment(OCTOBER, at=AFTERWARDS)

        assert line_of(cashier).complaints == 0

    def test_stand_with_the_hall_they_name_or_with_the_one_of_most_work(
        self, cashier: Staff, window: Window
    ) -> None:
        other = make_window(cashier.branch, number=6)
        finish_tickets(cashier, other, 1)
        complain(cashier, hall=other.hall)
        complain(cashier)
        complain(cashier)

        run_assessment(OCTOBER, at=AFTERWARDS)

        counted = dict(AssessmentLine.objects.values_list("hall_id", "complaints"))
        assert counted == {window.hall_id: 2, other.hall_id: 1}

    def test_stay_as_the_first_run_found_them(self, cashier: Staff, window: Window) -> None:
        complain(cashier)
        run_assessment(OCTOBER, at=AFTERWARDS)
        complain(cashier)

        run_assessment(OCTOBER, at=AFTERWARDS + DAY)

        assert (line_of(cashier).complaints, AssessmentMatter.objects.count()) == (1, 1)


class TestFirstInquiries:
    def test_that_were_not_kept_count_for_the_first_responder(self, cashier: Staff, window: Window) -> None:
        late = make_matter(cashier, at=THAT_DAY)
        make_answered(cashier, at=THAT_DAY)

        run_assessment(OCTOBER, at=AFTERWARDS)

        line = line_of(cashier)
        assert (line.missed, line.quality) == (1, Decimal("78.00"))
        assert AssessmentMatter.objects.get().matter == late

    def test_that_still_have_time_do_not_count(self, cashier: Staff, window: Window) -> None:
        make_matter(cashier, at=datetime.datetime(2026, 10, 31, 16, tzinfo=THAT_DAY.tzinfo))

        run_assessment(OCTOBER, at=AFTERWARDS)

        assert line_of(cashier).missed == 0
