"""What is counted: visits that were finished, each once, and what their customers said."""

import datetime
from uuid import uuid4

import pytest

from accounts.models import Staff
from billing.models import Payment
from counters.models import Shift
from counters.services.payments import void_payment_at_counter
from service_quality.queries.card_standings import cards_by_month, standings
from service_quality.queries.ratings import rating_figures
from service_quality.services.cards import void_card
from service_quality.services.ratings import rate_by_receipt
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, make_shift
from tests.factories.quality import make_card, make_done_ticket, make_payment, make_rating

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
DAY = datetime.timedelta(days=1)


def void(payment: Payment, shift: Shift) -> None:
    void_payment_at_counter(
        payment, shift=shift, request_id=uuid4(), reason="WRONG_AMOUNT", note="", voided_by=shift.cashier, at=MORNING
    )  # fmt: skip


class TestRatingFigures:
    def test_count_a_ticket_once_and_a_payment_without_one(self, shift: Shift) -> None:
        make_done_ticket(shift, make_payment(shift), make_payment(shift))
        make_done_ticket(shift, number=18)
        rate_by_receipt(make_payment(shift), level=4, at=MORNING)

        tally = rating_figures(first_day=TODAY, last_day=TODAY)[shift.cashier.pk]

        assert (tally.finished, tally.rated, tally.counts[4]) == (3, 1, 1)

    def test_leave_out_what_was_voided_unless_the_customer_rated_it(self, shift: Shift) -> None:
        silent, rated = make_payment(shift), make_payment(shift)
        rate_by_receipt(rated, level=1, at=MORNING)
        void(silent, shift)
        void(rated, shift)

        tally = rating_figures(first_day=TODAY, last_day=TODAY)[shift.cashier.pk]

        assert (tally.finished, tally.rated) == (1, 1)

    def test_keep_days_people_and_halls_apart(self, shift: Shift, supervisor: Staff) -> None:
        other = make_shift(make_staff(branch=supervisor.branch))
        make_rating(shift)
        make_rating(other, level=1)

        assert set(rating_figures(first_day=TODAY, last_day=TODAY)) == {shift.cashier.pk, other.cashier.pk}
        assert set(rating_figures([shift.cashier.pk], first_day=TODAY, last_day=TODAY)) == {shift.cashier.pk}
        in_hall = rating_figures(hall=other.window.hall_id, first_day=TODAY, last_day=TODAY)
        assert set(in_hall) == {other.cashier.pk}
        assert rating_figures(first_day=TODAY - DAY, last_day=TODAY - DAY) == {}


class TestCardFigures:
    def test_count_what_stands_by_person_and_month(self, cashier: Staff, supervisor: Staff) -> None:
        make_card(cashier, make_staff())
        void_card(make_card(cashier, make_staff()), reason="重复", by=supervisor, at=MORNING)
        make_card(cashier, make_staff(), at=MORNING.replace(month=12), kind="POLITE")

        months = cards_by_month([cashier.pk], TODAY, TODAY + 31 * DAY)

        assert months == {(cashier.pk, 2026, 11): 1, (cashier.pk, 2026, 12): 1}
        assert [one.standing.total for one in standings(2026)] == [2]
