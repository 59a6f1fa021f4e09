import json

from config.bench.figure import Figure


class TestFigure:
    def test_says_how_many_times_slower_than_the_limit_a_rate_is(self) -> None:
        figure = Figure("payment", 400, "payments/s", 50.0, 125.0, more_is_better=True)

        assert json.loads(figure.as_json()) == {
            "bench": "payment",
            "accounts": 400,
            "unit": "payments/s",
            "value": 50.0,
            "limit": 125.0,
            "ratio": 2.5,
        }

    def test_says_how_many_times_slower_than_the_limit_a_wait_is(self) -> None:
        assert Figure("search", 400, "ms (p95)", 3.0, 2.0, more_is_better=False).ratio == 1.5
