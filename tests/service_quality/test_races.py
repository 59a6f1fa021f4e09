"""Two taps at once, and cards that are counted while others give: with the lock, and without it."""

from collections import Counter
from functools import partial

import pytest

from accounts.models import Staff
from counters.models import Shift
from service_quality.models import PraiseCard, Rating, RatingRequest
from service_quality.services.cards import give_card_for_receipt
from service_quality.services.ratings import open_rating_request, rate_at_tablet, rate_by_receipt
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove, remove_row_locks
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING, make_shift
from tests.factories.quality import make_card, make_payment, make_tablet

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = "service_quality.services.cards.lock_people"
VISIT = "service_quality.services.ratings.lock_visit"


@pytest.fixture
def shift() -> Shift:
    return make_shift(make_staff(branch=make_branch()))


@pytest.fixture
def five() -> list[Staff]:
    """One who has given four cards this month, and two who could get the fifth."""
    giver, *receivers = [make_staff() for _ in range(7)]
    for receiver in receivers[:4]:
        make_card(receiver, giver)
    return [giver, *receivers[4:]]


class TestTwoTapsAtOnce:
    def tap(self, shift: Shift) -> Counter[str]:
        payment = make_payment(shift)
        request = open_rating_request(make_tablet(shift.window), at=MORNING)
        assert request is not None
        return outcomes(
            at_once(
                partial(rate_at_tablet, request, level=5, at=MORNING),
                partial(rate_by_receipt, payment, level=1, at=MORNING),
            )
        )

    def test_rate_the_visit_once(self, shift: Shift) -> None:
        assert self.tap(shift) == {"Rating": 1, "rated_already": 1}
        assert Rating.objects.count() == 1

    def test_without_the_lock_the_database_alone_stands_in_the_way(
        self, shift: Shift, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove(monkeypatch, VISIT)
        make_them_meet(monkeypatch, "service_quality.services.ratings.is_rated", 2, afterwards=True)

        assert self.tap(shift) == {"Rating": 1, "IntegrityError": 1}


class TestTwoScreensOfOneTablet:
    def ask(self, shift: Shift) -> Counter[str]:
        make_payment(shift)
        tablet = make_tablet(shift.window)
        return outcomes(at_once(*[partial(open_rating_request, tablet, at=MORNING)] * 2))

    def test_ask_the_customer_once(self, shift: Shift) -> None:
        assert self.ask(shift) == {"RatingRequest": 2}
        assert RatingRequest.objects.count() == 1

    def test_without_the_lock_the_second_one_breaks(
        self, shift: Shift, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "service_quality.services.ratings.unasked_visit_at", 2, afterwards=True)

        assert self.ask(shift) == {"RatingRequest": 1, "IntegrityError": 1}


class TestTheFifthCard:
    def give(self, five: list[Staff]) -> Counter[str]:
        giver, *receivers = five
        return outcomes(at_once(*[partial(make_card, one, giver) for one in receivers]))

    def test_is_given_once(self, five: list[Staff]) -> None:
        assert self.give(five) == {"PraiseCard": 1, "too_many": 1}
        assert PraiseCard.objects.filter(giver=five[0]).count() == 5

    def test_is_given_twice_without_the_lock(
        self, five: list[Staff], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remove(monkeypatch, PEOPLE)
        make_them_meet(monkeypatch, "service_quality.services.cards.check_among_staff", 2, afterwards=True)

        assert self.give(five) == {"PraiseCard": 2}
        assert PraiseCard.objects.filter(giver=five[0]).count() == 6


class TestTwoWhoThankEachOther:
    def thank(self) -> Counter[str]:
        one, other = make_staff(), make_staff()
        return outcomes(at_once(partial(make_card, one, other), partial(make_card, other, one)))

    def test_close_no_loop(self) -> None:
        assert self.thank() == {"PraiseCard": 1, "loop": 1}

    def test_close_one_without_the_lock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        remove(monkeypatch, PEOPLE)
        make_them_meet(monkeypatch, "service_quality.services.cards.check_among_staff", 2, afterwards=True)

        assert self.thank() == {"PraiseCard": 2}


class TestTwoCardsForOneReceipt:
    def give(self, shift: Shift) -> Counter[str]:
        payment = make_payment(shift)
        return outcomes(
            at_once(
                *[
                    partial(give_card_for_receipt, payment, kind=kind, at=MORNING)
                    for kind in ("POLITE", "PATIENT")
                ]
            )
        )

    def test_are_one(self, shift: Shift) -> None:
        assert self.give(shift) == {"PraiseCard": 1, "given_already": 1}

    def test_meet_the_database_without_the_lock(self, shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
        remove(monkeypatch, "service_quality.services.cards.lock_payment")
        make_them_meet(monkeypatch, "service_quality.services.cards.check_receipt", 2, afterwards=True)

        assert self.give(shift) == {"PraiseCard": 1, "IntegrityError": 1}
