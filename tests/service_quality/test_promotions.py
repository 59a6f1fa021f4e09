"""Stars: 30/3, 60/6, 100/10 (domain.md 4.3.2)."""

import datetime
from collections import Counter

import pytest

from service_quality.promotions import KINDS, Level, is_reached, standing

ONE, TWO, THREE = Level(1, "一星", 30, 3), Level(2, "二星", 60, 6), Level(3, "三星", 100, 10)
LEVELS = (ONE, TWO, THREE)
JANUARY = datetime.date(2026, 1, 1)


def days(counts: dict[str, int]) -> list[tuple[datetime.date, str]]:
    """One card a day from January on, kind after kind."""
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    return [(JANUARY + datetime.timedelta(days=index), kind) for index, kind in enumerate(kinds)]


def of_each(count: int, **more: int) -> dict[str, int]:
    return {kind: count + more.get(kind, 0) for kind in KINDS}


class TestIsReached:
    @pytest.mark.parametrize(
        ("counts", "reached"),
        [
            (of_each(6), True),
            (of_each(3, POLITE=15), True),
            (of_each(3, POLITE=14), False),
            ({**of_each(9), "PATIENT": 2}, False),
            ({"POLITE": 200}, False),
        ],
    )
    def test_needs_all_the_cards_and_each_of_the_kinds(self, counts: dict[str, int], reached: bool) -> None:
        assert is_reached(ONE, Counter(counts)) is reached


class TestStanding:
    def test_names_the_day_of_the_card_that_reached_it(self) -> None:
        # The last of the five kinds is the one that was missing: its third card makes the star.
        cards = days({"POLITE": 20, "PATIENT": 3, "POSITIVE": 3, "PASSIONATE": 3, "PROFESSIONAL": 4})

        found = standing(cards, LEVELS)

        assert (found.level, found.reached_on) == (ONE, JANUARY + datetime.timedelta(days=31))
        assert (found.total, found.next_level) == (33, TWO)

    def test_takes_several_stars_one_after_the_other(self) -> None:
        found = standing(days(of_each(20)), LEVELS)

        assert (found.level, found.next_level, found.missing()) == (THREE, None, 0)

    @pytest.mark.parametrize(
        ("counts", "missing"),
        [(of_each(0), 30), (of_each(5), 5), ({"POLITE": 29}, 12), (of_each(2, POLITE=40), 4)],
    )
    def test_says_how_many_cards_the_next_star_needs(self, counts: dict[str, int], missing: int) -> None:
        assert standing(days(counts), LEVELS).missing() == missing

    def test_is_nowhere_without_cards_or_levels(self) -> None:
        assert standing([], LEVELS).level is None
        assert standing(days(of_each(20)), ()).missing() == 0
