"""The worked example of domain.md 4.2.4, and what a few ratings are worth."""

from decimal import Decimal

import pytest

from service_quality.satisfaction import LEVELS, Tally, wilson_lower_bound

ORACLE = Tally(100, dict(zip(LEVELS, (40, 12, 5, 2, 1), strict=True)))


class TestTally:
    @pytest.mark.parametrize(
        ("figure", "value"),
        [
            ("rated", 60),
            ("unrated", 40),
            ("participation", Decimal("60.00")),
            ("pleased", Decimal("86.67")),
            ("content", Decimal("95.00")),
            ("satisfaction", Decimal("88.67")),
        ],
    )
    def test_gives_the_figures_of_the_worked_example(self, figure: str, value: object) -> None:
        assert getattr(ORACLE, figure) == value

    def test_never_takes_an_unrated_visit_for_a_satisfied_one(self) -> None:
        more_visits = Tally(1000, ORACLE.counts)

        assert (more_visits.pleased, more_visits.satisfaction) == (ORACLE.pleased, ORACLE.satisfaction)
        assert more_visits.participation == Decimal("6.00")

    def test_has_no_rates_where_nobody_rated(self) -> None:
        nobody = Tally(7)

        assert (nobody.participation, nobody.pleased, nobody.content) == (Decimal("0.00"), None, None)
        assert (nobody.satisfaction, nobody.lower_bound, Tally().participation) == (None, None, None)

    def test_adds_up(self) -> None:
        both = ORACLE + Tally(10, {5: 1, 1: 2})

        assert (both.finished, both.rated, both.counts[5], both.counts[1]) == (110, 63, 41, 3)

    @pytest.mark.parametrize(("rated", "is_enough"), [(29, False), (30, True)])
    def test_says_from_how_many_ratings_on_it_speaks_for_itself(self, rated: int, is_enough: bool) -> None:
        assert Tally(100, {5: rated}).is_enough is is_enough


class TestLowerBound:
    @pytest.mark.parametrize(
        ("part", "whole", "bound"),
        [(0, 10, "0.00"), (1, 1, "20.65"), (10, 10, "72.25"), (52, 60, "75.83"), (270, 300, "86.08")],
    )
    def test_is_the_lower_end_of_the_interval(self, part: int, whole: int, bound: str) -> None:
        assert wilson_lower_bound(part, whole) == Decimal(bound)

    def test_ranks_many_good_ratings_above_two_perfect_ones(self) -> None:
        two, many = Tally(2, {5: 2}), Tally(300, {5: 270, 3: 30})
        assert two.pleased is not None
        assert many.pleased is not None
        assert two.lower_bound is not None
        assert many.lower_bound is not None

        assert two.pleased > many.pleased
        assert two.lower_bound < many.lower_bound
