"""What holds for every tariff and every reading, checked against a model that counts unit by unit."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.rating import (
    Facts,
    Failure,
    HeatedPremises,
    MixShare,
    PartPayment,
    compile_heating,
    compile_late_charge,
    compile_tariff,
    late_charge,
    reverse,
    temp_refund,
)
from billing.rating.usage import Usage
from tests.billing.rating.builders import component, tiered
from tests.billing.rating.published import case, half_up

# A loaded machine is slow, not wrong.
# PROPERTY_EXAMPLES=10000 looks much longer than an ordinary run.
patient = settings(deadline=None, max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "80")))

Json = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
MAY = date(2025, 5, 31)

prices = st.integers(0, 99999).map(lambda price: str(Decimal(price).scaleb(-4)))
quantities = st.decimals("0", "900", places=2)
units = st.integers(0, 400)


@st.composite
def thresholds(draw: Draw) -> list[int]:
    widths = draw(st.lists(st.integers(1, 90), min_size=1, max_size=5))
    return [sum(widths[: n + 1]) for n in range(len(widths))]


@st.composite
def categories(draw: Draw, *, rising: bool = False) -> Json:
    """A tiered component, maybe a surcharge per tier, and a few flat ones."""
    upto = draw(thresholds())

    def per_tier() -> list[str]:
        found = [draw(prices) for _ in range(len(upto) + 1)]
        return sorted(found, key=Decimal) if rising else found

    category = tiered([str(bound) for bound in upto], per_tier())
    if draw(st.booleans()):
        category["components"].append(component(per_tier(), "surcharge"))
    for number in range(draw(st.integers(0, 3))):
        category["components"].append(component(draw(prices), f"fee_{number}"))
    return category


def rate(category: Json, quantity: Decimal, before: Decimal = Decimal(0), **more: Any) -> Any:
    tariff = compile_tariff({"categories": {"resident": category}, **more})
    return tariff.rate(Usage(MAY, quantity), Facts("resident"), {"2025": before})


class TestUnitByUnit:
    @patient
    @given(thresholds(), st.lists(prices, min_size=6, max_size=6), units, units, st.integers(0, 30))
    def test_every_unit_pays_the_price_of_its_place(
        self, upto: list[int], tier_prices: list[str], before: int, quantity: int, free: int
    ) -> None:
        tier_prices = tier_prices[: len(upto) + 1]
        tier_prices[0] = "1.2345"
        category = tiered([str(bound) for bound in upto], tier_prices, free_per_month=str(free))

        rated = rate(category, Decimal(quantity), Decimal(before))

        counts = [0] * len(tier_prices)
        for place in range(before + 1, before + quantity + 1):
            counts[sum(place > bound for bound in upto)] += 1
        assert [int(part) for part in rated.tier_split] == counts
        counts[0] -= min(counts[0], free)
        expected = sum(
            half_up(count * Fraction(price)) for count, price in zip(counts, tier_prices, strict=True)
        )
        assert Fraction(rated.total) == expected


class TestRating:
    @patient
    @given(categories(), quantities, quantities)
    def test_divides_without_losing_anything(
        self, category: Json, before: Decimal, quantity: Decimal
    ) -> None:
        rated = rate(category, quantity, before)

        assert sum(rated.tier_split) == quantity
        assert sum(line.amount for line in rated.lines) == rated.total
        assert min(rated.tier_split) >= 0
        assert all(line.quantity and line.unit_price for line in rated.lines)

    @patient
    @given(categories(), quantities, quantities)
    def test_rounds_the_bill_once_and_still_sums(
        self, category: Json, before: Decimal, quantity: Decimal
    ) -> None:
        rated = rate(category, quantity, before, rounding={"level": "bill"})

        exact = sum(Fraction(line.quantity) * Fraction(line.unit_price) for line in rated.lines)
        assert Fraction(rated.total) == half_up(Fraction(exact))
        assert sum(line.amount for line in rated.lines) == rated.total

    @patient
    @given(categories(), quantities, quantities, quantities)
    def test_never_charges_less_for_more(
        self, category: Json, before: Decimal, quantity: Decimal, more: Decimal
    ) -> None:
        assert rate(category, quantity + more, before).total >= rate(category, quantity, before).total

    @patient
    @given(categories(rising=True), quantities, quantities, quantities)
    def test_never_charges_less_to_who_used_more_before(
        self, category: Json, before: Decimal, more: Decimal, quantity: Decimal
    ) -> None:
        lines = 2 * (len(category["tier_upto"]) + 1)

        difference = rate(category, quantity, before + more).total - rate(category, quantity, before).total

        assert difference >= -Decimal("0.01") * lines

    @patient
    @given(categories(), st.lists(quantities, min_size=2, max_size=6))
    def test_does_not_depend_on_how_a_year_is_cut_into_bills(
        self, category: Json, parts: list[Decimal]
    ) -> None:
        tariff = compile_tariff({"categories": {"resident": category}})
        whole = tariff.rate(Usage(MAY, sum(parts, Decimal(0))), Facts("resident"))

        position: Any = {}
        bills = []
        for part in parts:
            bills.append(tariff.rate(Usage(MAY, part), Facts("resident"), position))
            position = bills[-1].position_after

        rounded = len(whole.lines) + sum(len(bill.lines) for bill in bills)
        total = sum(bill.total for bill in bills)
        assert abs(total - whole.total) <= Decimal("0.005") * rounded
        assert position == whole.position_after

    @patient
    @given(categories(), quantities, quantities)
    def test_is_undone_by_a_reversal(self, category: Json, before: Decimal, quantity: Decimal) -> None:
        rated = rate(category, quantity, before)

        undone = reverse(rated, rated.position_after)

        assert undone.position_after == {"2025": before}
        assert undone.total + rated.total == 0

    @patient
    @given(
        st.lists(st.integers(1, 97), min_size=2, max_size=5),
        st.decimals("0", "500", places=1),
        categories(),
    )
    def test_shares_a_mixed_meter_completely(
        self, weights: list[int], quantity: Decimal, category: Json
    ) -> None:
        names = [f"category_{number}" for number in range(len(weights))]
        ratios = [Decimal(weight) / 1000 for weight in weights[:-1]]
        mix = tuple(zip(names, [*ratios, 1 - sum(ratios, Decimal(0))], strict=True))
        tariff = compile_tariff({"categories": dict.fromkeys(names, category)})

        rated = tariff.rate(Usage(MAY, quantity), Facts(mix=tuple(MixShare(*share) for share in mix)))

        assert sum(rated.counted.values()) == quantity
        assert min(rated.counted.values()) >= 0


class TestLateCharge:
    PRINCIPALS = st.integers(1, 10_000_000).map(lambda fen: Decimal(fen).scaleb(-2))
    RATES = st.sampled_from(["0.0005", "0.001", "0.002", "0.003", "0.005"])
    DAYS = st.integers(0, 2000)
    DUE = st.dates(date(2020, 1, 1), date(2027, 12, 31))

    @patient
    @given(PRINCIPALS, RATES, DUE, DAYS, st.sampled_from([None, "1.00", "5.00"]))
    def test_never_exceeds_its_cap(
        self, principal: Decimal, rate: str, due: date, days: int, minimum: str | None
    ) -> None:
        rule = compile_late_charge({"rate": rate, "cap": "principal", "min_amount": minimum})

        charge = late_charge(rule, principal, due, due + timedelta(days=days))

        assert 0 <= charge.penalty <= principal
        assert charge.days == days

    @patient
    @given(PRINCIPALS, RATES, DUE, DAYS)
    def test_is_simple_and_never_compound(self, principal: Decimal, rate: str, due: date, days: int) -> None:
        rule = compile_late_charge({"rate": rate, "cap": "none"})

        charge = late_charge(rule, principal, due, due + timedelta(days=days))

        assert Fraction(charge.penalty) == half_up(days * Fraction(rate) * Fraction(principal))

    @patient
    @given(PRINCIPALS, DUE, DAYS)
    def test_by_year_counts_each_day_once(self, principal: Decimal, due: date, days: int) -> None:
        rule = compile_late_charge(
            {
                "resident_rate": "0.001",
                "other_rate_same_year": "0.002",
                "other_rate_cross_year": "0.003",
                "cap": "none",
            }
        )

        charge = late_charge(rule, principal, due, due + timedelta(days=days), category="other")

        same_year = min(days, (date(due.year, 12, 31) - due).days)
        assert {segment.rate: segment.days for segment in charge.segments} == {
            Decimal(rate): count
            for rate, count in (("0.002", same_year), ("0.003", days - same_year))
            if count
        }
        assert sum(segment.amount for segment in charge.segments) == charge.penalty

    @patient
    @given(
        PRINCIPALS, DUE, st.lists(st.tuples(st.integers(-30, 400), st.integers(1, 500_000)), max_size=4), DAYS
    )
    def test_charges_each_day_on_what_was_owed_that_day(
        self, principal: Decimal, due: date, paid: list[tuple[int, int]], days: int
    ) -> None:
        rule = compile_late_charge({"rate": "0.005", "cap": "none"})
        payments = [PartPayment(due + timedelta(days=day), Decimal(fen).scaleb(-2)) for day, fen in paid]

        charge = late_charge(rule, principal, due, due + timedelta(days=days), part_payments=payments)

        owed = Fraction(0)
        for day in range(1, days + 1):
            before = sum(payment.amount for payment in payments if payment.on < due + timedelta(days=day))
            owed += max(Fraction(0), Fraction(principal) - Fraction(before))
        assert abs(Fraction(charge.penalty) - owed / 200) <= Fraction(5 * (len(payments) + 1), 1000)


class TestTemperatureRefund:
    LINYI = compile_heating(case("P28")["tariff"])

    @patient
    @given(st.lists(st.tuples(st.decimals("-10", "30", places=1), st.integers(0, 40)), max_size=6))
    def test_never_exceeds_the_fee(self, measured: list[tuple[Decimal, int]]) -> None:
        failures = [Failure(temp, days) for temp, days in measured]

        refund = temp_refund(self.LINYI, HeatedPremises(Decimal("88")), failures, date(2024, 12, 1))

        assert -refund.heat_fee <= refund.total <= 0

    @patient
    @given(st.decimals("-10", "30", places=1), st.decimals("0", "5", places=1))
    def test_is_never_larger_in_a_warmer_room(self, temp: Decimal, warmer: Decimal) -> None:
        rule = self.LINYI.rules.temp_refund

        assert rule is not None
        assert rule.pct(temp + warmer) <= rule.pct(temp)
