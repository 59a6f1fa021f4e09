"""When things happened in the demo company: no database needed."""

import datetime

import pytest

from accounts.models.account import Service
from config.demo.history import History
from config.demo.timeline import halls_are_open

ON = datetime.date(2026, 11, 22)


class TestHistory:
    def test_bills_the_two_seasons_that_have_begun(self) -> None:
        runs = [run for run in History(ON).runs if run.service == Service.HEAT]

        assert [(run.period, run.issued_on) for run in runs] == [
            ("2025-26", datetime.date(2025, 9, 15)),
            ("2026-27", datetime.date(2026, 9, 15)),
        ]

    def test_does_not_bill_a_season_before_its_day(self) -> None:
        history = History(datetime.date(2026, 9, 14))

        assert history.seasons == [2024, 2025]

    @pytest.mark.parametrize(
        ("on", "first", "last"),
        [
            (datetime.date(2026, 11, 22), "2025-12", "2026-11"),
            (datetime.date(2026, 11, 14), "2025-11", "2026-10"),
            (datetime.date(2026, 11, 15), "2025-12", "2026-11"),
            (datetime.date(2026, 1, 3), "2025-01", "2025-12"),
        ],
    )
    def test_bills_electricity_for_twelve_months(self, on: datetime.date, first: str, last: str) -> None:
        periods = [run.period for run in History(on).runs if run.service == Service.ELECTRICITY]

        assert (periods[0], periods[-1], len(periods)) == (first, last, 12)

    @pytest.mark.parametrize(
        ("on", "live_from"),
        [
            (datetime.date(2026, 11, 22), datetime.date(2025, 9, 1)),
            (datetime.date(2026, 8, 1), datetime.date(2024, 9, 1)),
            (datetime.date(2026, 9, 30), datetime.date(2025, 9, 1)),
        ],
    )
    def test_goes_live_in_the_autumn_before_the_first_meter(
        self, on: datetime.date, live_from: datetime.date
    ) -> None:
        assert History(on).live_from == live_from

    def test_issues_nothing_after_today(self) -> None:
        assert max(run.issued_on for run in History(ON).runs) <= ON


class TestHalls:
    @pytest.mark.parametrize(
        ("day", "are_open"),
        [
            (datetime.date(2026, 11, 21), True),
            (datetime.date(2026, 11, 22), False),
            (datetime.date(2026, 10, 25), True),
            (datetime.date(2026, 10, 1), False),
        ],
    )
    def test_are_open_on_working_days_and_in_the_peak_on_sundays(
        self, day: datetime.date, are_open: bool
    ) -> None:
        assert halls_are_open(day) is are_open
