from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.money import AmountRefused, parse_amount, split_money, to_money

yuan = st.integers(-10_000_000_00, 10_000_000_00).map(lambda fen: Decimal(fen).scaleb(-2))
weights = st.lists(st.decimals("0", "100000", places=3), min_size=1, max_size=9).filter(any)


class TestToMoney:
    @pytest.mark.parametrize(
        ("amount", "rounded"),
        [
            ("2.665", "2.67"),
            ("2.675", "2.68"),
            ("29.835", "29.84"),
            ("2.6649999", "2.66"),
            ("-2.665", "-2.67"),
            ("1000000.005", "1000000.01"),
            ("999999999999.99", "999999999999.99"),
        ],
    )
    def test_rounds_half_up(self, amount: str, rounded: str) -> None:
        assert str(to_money(Decimal(amount))) == rounded

    @pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
    def test_refuses_what_is_no_number(self, amount: str) -> None:
        with pytest.raises(AmountRefused) as refusal:
            to_money(Decimal(amount))

        assert refusal.value.code == "not_money"


class TestParseAmount:
    @pytest.mark.parametrize(
        ("text", "amount"),
        [
            ("0", "0.00"),
            ("0.5", "0.50"),
            ("128.50", "128.50"),
            ("1000000", "1000000.00"),
            ("999999999999.99", "999999999999.99"),
            ("007.10", "7.10"),
        ],
    )
    def test_reads_digits_and_two_decimals(self, text: str, amount: str) -> None:
        assert str(parse_amount(text)) == amount

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "empty"),
            ("  ", "empty"),
            ("1.005", "too_precise"),
            ("0.000", "too_precise"),
            ("1000000000000", "too_large"),
            ("1000000000000.001", "too_large"),
            ("NaN", "not_money"),
            ("Infinity", "not_money"),
            ("1e3", "not_money"),
            ("1E3", "not_money"),
            ("１２", "not_money"),  # full-width digits
            ("٣", "not_money"),  # Arabic-Indic three
            ("1_000", "not_money"),
            ("1,000", "not_money"),
            ("+1", "not_money"),
            ("-1", "not_money"),
            (".5", "not_money"),
            ("5.", "not_money"),
            (" 5", "not_money"),
            ("5\n", "not_money"),
            ("0x10", "not_money"),
            ("¥5", "not_money"),
            ("1.00.00", "not_money"),
        ],
    )
    def test_refuses_everything_else(self, text: str, code: str) -> None:
        with pytest.raises(AmountRefused) as refusal:
            parse_amount(text)

        assert refusal.value.code == code

    @given(st.text(max_size=20))
    def test_reads_or_refuses_but_never_breaks(self, text: str) -> None:
        try:
            amount = parse_amount(text)
        except AmountRefused:
            return

        assert amount == to_money(amount)
        assert amount >= 0


class TestSplitMoney:
    @pytest.mark.parametrize(
        ("total", "weights", "parts"),
        [
            ("100.00", ["1", "1", "1"], ["33.34", "33.33", "33.33"]),
            ("0.02", ["1", "1", "1"], ["0.01", "0.01", "0.00"]),
            ("100.00", ["0.7", "0.3"], ["70.00", "30.00"]),
            ("1.00", ["0", "2"], ["0.00", "1.00"]),
            ("-1.00", ["1", "2"], ["-0.33", "-0.67"]),
            ("0.00", ["0", "0"], ["0.00", "0.00"]),
            ("1000000.00", ["0.1542", "0.8458"], ["154200.00", "845800.00"]),
        ],
    )
    def test_gives_the_odd_fen_to_the_largest_remainder(
        self, total: str, weights: list[str], parts: list[str]
    ) -> None:
        split = split_money(Decimal(total), [Decimal(weight) for weight in weights])

        assert [str(part) for part in split] == parts

    @given(yuan, weights)
    def test_always_sums_to_the_total(self, total: Decimal, weights: list[Decimal]) -> None:
        assert sum(split_money(total, weights)) == total

    @given(yuan, weights)
    def test_keeps_each_part_within_a_fen_of_its_share(self, total: Decimal, weights: list[Decimal]) -> None:
        for part, weight in zip(split_money(total, weights), weights, strict=True):
            assert abs(part - total * weight / sum(weights)) < Decimal("0.0100001")
            assert part * total >= 0

    @pytest.mark.parametrize(
        ("total", "weights", "code"),
        [
            ("1.005", ["1"], "too_precise"),
            ("1.00", [], "weights"),
            ("1.00", ["0"], "weights"),
            ("1.00", ["2", "-1"], "weights"),
        ],
    )
    def test_refuses(self, total: str, weights: list[str], code: str) -> None:
        with pytest.raises(AmountRefused) as refusal:
            split_money(Decimal(total), [Decimal(weight) for weight in weights])

        assert refusal.value.code == code
