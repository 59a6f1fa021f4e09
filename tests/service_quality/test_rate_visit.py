"""The tablet asks by itself when a visit is over; the customer answers with one touch, or later by the receipt."""

import datetime
from functools import partial

import pytest
from django.db import Error, transaction

from accounts.models import AuditEntry, Staff
from counters.models import Shift
from service_quality.models import FollowUp, Rating, RatingRequest
from service_quality.services.ratings import open_rating_request, rate_at_tablet, rate_by_receipt
from tests.counters.rows import refused
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING, make_shift
from tests.factories.quality import make_done_ticket, make_payment, make_tablet

pytestmark = pytest.mark.django_db

SECOND = datetime.timedelta(seconds=1)
SOON = MORNING + 2 * SECOND
DAY = datetime.timedelta(days=1)


def asked(shift: Shift, at: datetime.datetime = SOON) -> RatingRequest:
    request = open_rating_request(make_tablet(shift.window), at=at)
    assert request is not None
    return request


class TestOpenRatingRequest:
    def test_asks_when_a_ticket_is_finished(self, shift: Shift) -> None:
        ticket = make_done_ticket(shift)

        request = asked(shift)

        assert (request.ticket, request.payment, request.staff) == (ticket, None, shift.cashier)
        assert request.expires_at - request.opened_at == 20 * SECOND

    def test_asks_for_a_payment_where_no_ticket_was_taken(self, shift: Shift) -> None:
        payment = make_payment(shift)

        request = asked(shift)

        assert (request.ticket, request.payment, request.staff) == (None, payment, shift.cashier)

    def test_asks_once_for_a_ticket_and_all_that_was_paid_with_it(self, shift: Shift) -> None:
        first, second = make_payment(shift), make_payment(shift)
        ticket = make_done_ticket(shift, first, second)

        request = asked(shift)

        assert (request.ticket, request.payment) == (ticket, second)
        assert open_rating_request(make_tablet(shift.window), at=SOON + 21 * SECOND) is None

    def test_stays_with_the_customer_who_is_asked_until_the_time_is_over(self, shift: Shift) -> None:
        make_payment(shift)
        tablet = make_tablet(shift.window)
        first = open_rating_request(tablet, at=SOON)
        make_payment(shift, at=SOON + SECOND)

        still = open_rating_request(tablet, at=SOON + 19 * SECOND)
        then = open_rating_request(tablet, at=SOON + 20 * SECOND)

        assert first is not None
        assert then is not None
        assert still == first != then
        first.refresh_from_db()
        assert first.outcome == "EXPIRED"

    def test_asks_nobody_who_has_left_long_ago(self, shift: Shift) -> None:
        make_payment(shift)

        assert open_rating_request(make_tablet(shift.window), at=MORNING + 61 * SECOND) is None

    def test_asks_nobody_of_another_window(self, shift: Shift) -> None:
        make_payment(make_shift(make_staff(branch=shift.cashier.branch)))

        assert open_rating_request(make_tablet(shift.window), at=SOON) is None

    def test_asks_nobody_who_rated_by_the_receipt(self, shift: Shift) -> None:
        rate_by_receipt(make_payment(shift), level=5, at=SOON)

        assert open_rating_request(make_tablet(shift.window), at=SOON) is None


class TestRateAtTablet:
    def test_takes_one_touch(self, shift: Shift) -> None:
        ticket = make_done_ticket(shift)
        request = asked(shift)

        rating = rate_at_tablet(request, level=4, at=SOON + 5 * SECOND)

        assert (rating.ticket, rating.staff, rating.level, rating.channel) == (
            ticket, shift.cashier, 4, "TABLET",
        )  # fmt: skip
        assert (rating.hall, rating.window) == (shift.window.hall, shift.window)
        assert rating.business_date == MORNING.date()
        request.refresh_from_db()
        assert request.outcome == "RATED"
        assert AuditEntry.objects.filter(action="quality.rate", actor=None).count() == 1

    @pytest.mark.parametrize("seconds", [20, 3600])
    def test_refuses_when_the_time_is_over(self, shift: Shift, seconds: int) -> None:
        make_payment(shift)
        request = asked(shift)

        with refused("request_expired"):
            rate_at_tablet(request, level=5, at=SOON + seconds * SECOND)

    @pytest.mark.parametrize("level", [0, 6, -1])
    def test_refuses_a_level_that_is_not_one_of_five(self, shift: Shift, level: int) -> None:
        make_payment(shift)
        request = asked(shift)

        with refused("unknown_level"):
            rate_at_tablet(request, level=level, at=SOON)

    def test_refuses_the_second_touch(self, shift: Shift) -> None:
        make_payment(shift)
        request = asked(shift)
        rate_at_tablet(request, level=5, at=SOON)

        with refused("rated_already"):
            rate_at_tablet(request, level=1, at=SOON + SECOND)

    def test_refuses_whoever_works_at_the_browser(self, shift: Shift, supervisor: Staff) -> None:
        make_payment(shift)
        request = asked(shift)

        with refused("own_window"):
            rate_at_tablet(request, level=5, at=SOON, signed_in=shift.cashier)
        with refused("staff_may_not_rate"):
            rate_at_tablet(request, level=5, at=SOON, signed_in=supervisor)


class TestRateByReceipt:
    def test_takes_a_level_and_words(self, shift: Shift) -> None:
        payment = make_payment(shift)

        rating = rate_by_receipt(payment, level=3, comment=" 等了一会儿 ", at=MORNING + 7 * DAY)

        assert (rating.payment, rating.staff, rating.comment) == (payment, shift.cashier, "等了一会儿")
        assert (rating.channel, rating.business_date) == ("QR", MORNING.date())

    def test_refuses_after_the_days_of_the_setting(self, shift: Shift) -> None:
        payment = make_payment(shift)

        with refused("too_late"):
            rate_by_receipt(payment, level=5, at=MORNING + 8 * DAY)

    def test_refuses_words_that_are_too_many(self, shift: Shift) -> None:
        payment = make_payment(shift)

        with refused("comment_too_long"):
            rate_by_receipt(payment, level=5, comment="长" * 501, at=SOON)

    def test_refuses_a_visit_that_was_rated_at_the_tablet(self, shift: Shift) -> None:
        payment = make_payment(shift)
        rate_at_tablet(asked(shift), level=5, at=SOON)

        with refused("rated_already"):
            rate_by_receipt(payment, level=1, at=SOON)

    def test_refuses_the_second_receipt_of_one_ticket(self, shift: Shift) -> None:
        first, second = make_payment(shift), make_payment(shift)
        make_done_ticket(shift, first, second)
        rate_by_receipt(first, level=5, at=SOON)

        with refused("rated_already"):
            rate_by_receipt(second, level=5, at=SOON)

    def test_refuses_the_clerk_and_every_colleague(self, shift: Shift, supervisor: Staff) -> None:
        payment = make_payment(shift)

        with refused("own_window"):
            rate_by_receipt(payment, level=5, at=SOON, signed_in=shift.cashier)
        with refused("staff_may_not_rate"):
            rate_by_receipt(payment, level=5, at=SOON, signed_in=supervisor)


@pytest.mark.usefixtures("calendars")
class TestABadRating:
    @pytest.mark.parametrize(("level", "opens"), [(1, True), (2, True), (3, False), (4, False), (5, False)])
    def test_opens_a_follow_up_and_a_good_one_does_not(
        self, shift: Shift, supervisor: Staff, level: int, opens: bool
    ) -> None:
        rate_by_receipt(make_payment(shift), level=level, at=SOON)

        assert FollowUp.objects.exists() is opens


class TestTheDatabase:
    def test_keeps_a_rating_as_it_was_given(self, shift: Shift) -> None:
        rating = rate_by_receipt(make_payment(shift), level=1, at=SOON)

        with pytest.raises(Error), transaction.atomic():
            Rating.objects.filter(pk=rating.pk).update(level=5)
        with pytest.raises(Error), transaction.atomic():
            rating.delete()

    def test_takes_no_rating_without_a_visit(self, shift: Shift) -> None:
        fields = {
            "staff": shift.cashier, "window": shift.window, "hall": shift.window.hall, "level": 5,
            "channel": "QR", "business_date": MORNING.date(), "rated_at": MORNING,
        }  # fmt: skip
        wrong = [partial(Rating.objects.create, **fields)]
        payment = make_payment(shift)
        wrong.append(partial(Rating.objects.create, **{**fields, "payment": payment, "level": 6}))

        for create in wrong:
            with pytest.raises(Error), transaction.atomic():
                create()

    def test_opens_no_answered_request_again(self, shift: Shift) -> None:
        make_payment(shift)
        request = asked(shift)
        rate_at_tablet(request, level=5, at=SOON)

        with pytest.raises(Error), transaction.atomic():
            RatingRequest.objects.filter(pk=request.pk).update(outcome="WAITING")

    def test_shows_ratings_of_the_own_branch_alone(self, shift: Shift) -> None:
        rating = rate_by_receipt(make_payment(shift), level=5, at=SOON)

        assert list(Rating.objects.visible_to(shift.cashier)) == [rating]
        assert list(Rating.objects.visible_to(make_staff(branch=make_branch()))) == []
