"""The arithmetic of the month against the worked examples of the trade, and what must hold for any numbers."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_quality.assessment.pay import points_of, split_pool, workload_of
from service_quality.assessment.quality import (
    Basis,
    QualityRule,
    lower_bound,
    quality_of,
    satisfaction,
    satisfaction_of,
)
from service_quality.assessment.teams import Team, mean_score, rank_teams, reward_of, team_score

WEIGHTS = tuple(Decimal(weight) for weight in ("0", "30", "60", "80", "100"))
THIRTY = Decimal("30.00")
YEAR = {
    1: ("96.20", 0), 2: ("95.10", 3), 3: ("94.80", 1), 4: ("94.80", 0), 5: ("93.00", 5),
    6: ("92.50", 0), 7: ("91.00", 3), 8: ("90.40", 2), 9: ("88.00", 0), 10: ("85.00", 1),
}  # fmt: skip

points = st.decimals(0, 100_000, places=2)
pools = st.decimals(0, 1_000_000, places=2)
scores = st.decimals(60, 62, places=1)


def rule(**changes: object) -> QualityRule:
    given_: dict[str, object] = {
        "level_weights": WEIGHTS, "fewest_ratings": 30, "few_by_lower_bound": False,
        "without_ratings": Decimal("80.00"), "per_complaint": Decimal("5.00"),
        "per_missed_inquiry": Decimal("2.00"), **changes,
    }  # fmt: skip
    return QualityRule(**given_)  # type: ignore[arg-type]


def teams(**complaints: int) -> list[Team]:
    return [
        Team(key, Decimal(score), complaints.get(f"t{key:02}", count)) for key, (score, count) in YEAR.items()
    ]


class TestPay:
    def test_splits_the_pool_of_the_worked_example(self) -> None:
        work = {(1,): ("3200", "98.0"), (2,): ("2800", "99.5"), (3,): ("2000", "90.0")}
        earned = {who: points_of(Decimal(count), Decimal(quality)) for who, (count, quality) in work.items()}
        assert list(map(str, earned.values())) == ["3136.00", "2786.00", "1800.00"]

        shares = split_pool(Decimal("6000.00"), earned)

        assert list(map(str, shares.values())) == ["2436.68", "2164.72", "1398.60"]

    def test_weighs_each_kind_of_business(self) -> None:
        assert workload_of([(3, Decimal("1.00")), (4, Decimal("2.50")), (9, Decimal("0.00"))]) == Decimal(
            "13.00"
        )

    def test_leaves_the_pool_whole_where_nobody_has_points(self) -> None:
        assert split_pool(Decimal("100.00"), {(1,): Decimal(0), (2,): Decimal(0)}) == {(1,): 0, (2,): 0}

    @given(pools, st.lists(points, min_size=1, max_size=30).filter(any))
    def test_shares_sum_to_the_pool(self, pool: Decimal, earned: list[Decimal]) -> None:
        shares = split_pool(pool, {(key,): one for key, one in enumerate(earned)})

        assert sum(shares.values()) == pool
        assert min(shares.values()) >= 0

    @given(pools, st.lists(points, min_size=1, max_size=30).filter(any), st.randoms())
    def test_shares_do_not_depend_on_the_order(
        self, pool: Decimal, earned: list[Decimal], chance: Random
    ) -> None:
        people = [((key,), one) for key, one in enumerate(earned)]
        mixed = chance.sample(people, len(people))

        assert split_pool(pool, dict(mixed)) == split_pool(pool, dict(people))


class TestQuality:
    def test_gives_the_satisfaction_of_the_worked_example(self) -> None:
        assert satisfaction((1, 2, 5, 12, 40), WEIGHTS) == Decimal("88.67")

    def test_says_nothing_where_nobody_rated(self) -> None:
        assert satisfaction((0, 0, 0, 0, 0), WEIGHTS) is None

    @pytest.mark.parametrize(
        ("own", "hall", "company", "changes", "expected"),
        [
            ((0, 0, 0, 0, 30), (0, 0, 0, 30, 30), (0,) * 5, {}, ("100.00", Basis.OWN)),
            ((0, 0, 0, 0, 29), (0, 0, 0, 30, 30), (0,) * 5, {}, ("90.00", Basis.HALL)),
            ((0, 0, 0, 0, 0), (0,) * 5, (0, 0, 3, 0, 0), {}, ("60.00", Basis.COMPANY)),
            ((0, 0, 0, 0, 0), (0,) * 5, (0,) * 5, {}, ("80.00", Basis.RULE)),
            ((0,) * 5, (0,) * 5, (0,) * 5, {"fewest_ratings": 0}, ("80.00", Basis.RULE)),
            ((0, 0, 0, 0, 10), (0,) * 5, (0,) * 5, {"few_by_lower_bound": True}, ("72.25", Basis.LOWER_BOUND)),
        ],
    )  # fmt: skip
    def test_says_whose_ratings_it_was_taken_from(
        self,
        own: tuple[int, ...],
        hall: tuple[int, ...],
        company: tuple[int, ...],
        changes: dict[str, object],
        expected: tuple[str, Basis],
    ) -> None:
        found, basis = satisfaction_of(own, hall, company, rule(**changes))

        assert (str(found), basis) == expected

    def test_has_complaints_and_missed_inquiries_taken_away_but_never_goes_below_nothing(self) -> None:
        assert quality_of(Decimal("98.00"), 2, 1, rule()) == Decimal("86.00")
        assert quality_of(Decimal("98.00"), 30, 0, rule()) == Decimal("0.00")

    @given(st.lists(st.integers(0, 500), min_size=5, max_size=5).filter(any))
    def test_is_never_promised_more_by_few_ratings_than_they_say(self, counts: list[int]) -> None:
        assert Decimal(0) <= lower_bound(counts, WEIGHTS) <= (satisfaction(counts, WEIGHTS) or Decimal(0))

    def test_trusts_many_ratings_more_than_few(self) -> None:
        assert lower_bound((0, 0, 0, 0, 10), WEIGHTS) < lower_bound((0, 0, 0, 0, 100), WEIGHTS)


class TestTeams:
    def test_are_excluded_first_and_ranked_afterwards(self) -> None:
        standings = rank_teams(teams(), rewarded=THIRTY, excluded=THIRTY)

        assert {one.team.key for one in standings if one.is_excluded} == {5, 2, 7}
        assert [one.team.key for one in standings if one.is_rewarded] == [1, 4, 3]

    def test_are_all_excluded_who_tie_at_the_last_rank(self) -> None:
        standings = rank_teams(teams(t08=3), rewarded=THIRTY, excluded=THIRTY)

        ranks = {one.team.key: one.complaint_rank for one in standings if one.is_excluded}
        assert ranks == {5: 1, 2: 2, 7: 2, 8: 2}

    def test_are_never_excluded_without_a_complaint(self) -> None:
        quiet = [Team(key, Decimal(90 + key), 0) for key in range(1, 4)]

        standings = rank_teams(quiet, rewarded=THIRTY, excluded=Decimal("100.00"))

        assert [(one.team.key, one.is_excluded, one.is_rewarded) for one in standings] == [
            (3, False, True), (2, False, False), (1, False, False),
        ]  # fmt: skip

    @given(st.lists(st.tuples(scores, st.integers(0, 3)), min_size=1, max_size=15), st.randoms())
    def test_stand_where_they_stand_whatever_the_order(
        self, year: list[tuple[Decimal, int]], chance: Random
    ) -> None:
        all_ = [Team(key, score, complaints) for key, (score, complaints) in enumerate(year)]

        mixed = rank_teams(chance.sample(all_, len(all_)), rewarded=THIRTY, excluded=THIRTY)

        assert mixed == rank_teams(all_, rewarded=THIRTY, excluded=THIRTY)
        assert not any(one.is_excluded and not one.team.complaints for one in mixed)
        assert not any(one.is_excluded and one.is_rewarded for one in mixed)

    def test_are_scored_by_five_items_and_the_mean_of_the_months(self) -> None:
        months = mean_score([Decimal("90.00"), Decimal("95.00"), Decimal("95.01")])
        assert months == Decimal("93.34")
        weights = dict.fromkeys(["environment", "service", "norms", "skill", "workload"], Decimal("20.00"))
        items = dict(zip(weights, map(Decimal, ("93.34", "91.00", "95", "88", "100")), strict=True))

        assert team_score(items, weights) == Decimal("93.47")

    @pytest.mark.parametrize(("completion", "reward"), [("102.5", "2050.00"), ("96.3", "1926.00")])
    def test_are_rewarded_as_far_as_their_branch_got(self, completion: str, reward: str) -> None:
        assert reward_of(Decimal("2000.00"), Decimal(completion)) == Decimal(reward)
