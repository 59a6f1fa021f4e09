"""The 5P cards of the source essay, to the card, and what the pages of quality show in the demo company."""

import datetime

import pytest
from django.db.models import Count

from accounts.models import Staff
from config.demo.history import History
from service_quality.models import FollowUp, PraiseCard, Rating, RatingTablet
from service_quality.promotions import KINDS
from service_quality.queries.card_standings import promotions, standings
from service_quality.queries.ratings import rating_figures, together
from tests.demo.conftest import ON

pytestmark = pytest.mark.django_db

LAST_YEAR = ON.year - 1
A_MONTH = datetime.timedelta(days=31)


class TestTheYearBefore:
    def test_gave_as_many_cards_of_each_kind_as_the_essay_says(self, company: History) -> None:
        cards = PraiseCard.objects.standing().filter(given_on__year=LAST_YEAR)
        counts = dict(cards.order_by().values_list("kind").annotate(Count("id")))

        assert [counts[kind] for kind in KINDS] == [271, 281, 263, 311, 230]
        assert cards.count() == 1356

    def test_gave_them_to_eighty_people_of_whom_ten_reached_a_star(self, company: History) -> None:
        promoted = promotions(LAST_YEAR)

        assert len(standings(LAST_YEAR)) == 80
        assert len(promoted) == 10
        assert {one.standing.level.cards for one in promoted if one.standing.level} == {30}

    def test_had_people_at_the_windows_who_have_gone_back_and_cannot_sign_in(self, company: History) -> None:
        gone = Staff.objects.filter(left_on__isnull=False)

        assert gone.count() == 60
        assert not any(one.is_active or one.has_usable_password() for one in gone)


class TestCardsAmongUs:
    def test_keep_to_the_rules(self, company: History) -> None:
        given: dict[tuple[int, int], list[datetime.date]] = {}
        in_month: dict[tuple[int, int, int], int] = {}
        cards = PraiseCard.objects.exclude(source="CUSTOMER").order_by("given_on")
        assert cards.count() > 200
        for giver, receiver, day in cards.values_list("giver", "receiver", "given_on"):
            back = given.get((receiver, giver), [])
            assert all(day - earlier >= datetime.timedelta(days=31) for earlier in back)
            given.setdefault((giver, receiver), []).append(day)
            month = (giver, day.year, day.month)
            in_month[month] = in_month.get(month, 0) + 1
        assert max(in_month.values()) <= 5

    def test_of_customers_this_year_are_for_whoever_took_the_payment(self, company: History) -> None:
        cards = PraiseCard.objects.filter(source="CUSTOMER", given_on__year=ON.year)

        assert cards
        assert all(one.payment.taken_by_id == one.receiver_id for one in cards.select_related("payment"))


class TestRatings:
    def test_are_there_for_the_last_weeks(self, company: History) -> None:
        tally = together(rating_figures(first_day=ON - A_MONTH, last_day=ON).values())

        assert tally.finished > tally.rated > 0
        assert tally.participation is not None
        assert 40 < tally.participation < 80

    def test_that_are_bad_are_followed_up(self, company: History) -> None:
        bad = Rating.objects.filter(level__lte=2)

        assert bad.count() == FollowUp.objects.count() > 0
        assert not FollowUp.objects.filter(owner=None).exists()
        assert not FollowUp.objects.filter(due_on=None).exists()

    def test_can_be_given_at_every_window(self, company: History) -> None:
        assert RatingTablet.objects.count() == 12
