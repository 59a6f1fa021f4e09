"""The sentences of a bill say the bill: to the fen, for every kind of tariff."""

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from accounts.models import Account, Branch
from billing.explaining.amounts import said_components
from billing.explaining.explanation import explain_bill
from billing.explaining.said import Said
from billing.models import Bill, BillLine, Tariff, TariffVersion
from billing.queries.bill_explanation import explanation_of
from billing.rating import RatedLine, Usage, compile_tariff
from billing.rating.usage import Facts
from billing.services.bill_run import run_billing
from tests.billing.metering import make_heating_tariff, make_tariff, make_water_account
from tests.billing.published_office import CARRIED, CASES, Office, prove
from tests.billing.rating.published import case
from tests.factories.accounts import make_account
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

AMOUNT_ZH = re.compile(r"(-?[0-9,]+\.[0-9]{2}) 元(?=[；。])")
AMOUNT_EN = re.compile(r"(-?[0-9,]+\.[0-9]{2}) yuan(?=[;.])")


def money(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def sum_of_what_is_said(said: Sequence[Said]) -> tuple[Decimal, Decimal]:
    """The last amount of each component's sentence, added up, in both languages."""
    components = [one for one in said if not one.zh.startswith("以上相加")]
    return (
        sum((money(AMOUNT_ZH.findall(one.zh)[-1]) for one in components), Decimal(0)),
        sum((money(AMOUNT_EN.findall(one.en)[-1]) for one in components), Decimal(0)),
    )


def explained(bill: Bill, history: Sequence[Bill] = ()) -> list[Said]:
    versions = TariffVersion.objects.filter(tariff=bill.tariff_id).order_by("effective_from")
    return explain_bill(bill, list(bill.lines.order_by("position")), list(versions), [*history, bill])


def zh(bill: Bill, history: Sequence[Bill] = ()) -> str:
    return "".join(one.zh for one in explained(bill, history))


class TestEveryPublishedBill:
    @pytest.mark.parametrize("case_id", CARRIED)
    def test_is_said_to_the_fen(self, branch: Branch, case_id: str) -> None:
        office = Office(CASES[case_id], branch)
        if office.used_before():
            office.bill_what_was_used_before()

        for entry, expected in zip(
            CASES[case_id]["inputs"], CASES[case_id]["expected"]["bills"], strict=True
        ):
            bill = office.bill(entry)
            lines = list(bill.lines.order_by("position"))
            said = explained(bill)

            assert expected["total"] in said[0].zh.replace(",", "")
            assert expected["total"] in said[0].en.replace(",", "")
            assert sum_of_what_is_said(said_components(lines)) == (bill.amount, bill.amount)
            after = expected.get("cumulative_after", {})
            for used in after.values():
                assert f"累计 {used} " in "".join(one.zh for one in said)
                assert f"{used} now" in "".join(one.en for one in said)


def rows_of(lines: Sequence[RatedLine]) -> list[BillLine]:
    """What a bill run would store of priced lines."""
    return [
        BillLine(
            position=position,
            component=line.component,
            component_name=line.component_name,
            category=line.category,
            tier=line.tier,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            sentence=line.sentence_zh,
            sentence_en=line.sentence_en,
        )
        for position, line in enumerate(lines, 1)
    ]


class TestTheAmount:
    def test_is_said_register_by_register(self) -> None:
        tariff = compile_tariff(case("P15a")["tariff"])
        rated = tariff.rate(
            Usage(
                datetime.date(2025, 11, 20), Decimal(300),
                registers=(("peak", Decimal(200)), ("valley", Decimal(100))),
            ),
            Facts("resident_tou", 3),
            {"2025": Decimal(2700)},
        )  # fmt: skip

        said = said_components(rows_of(rated.lines))

        assert sum_of_what_is_said(said) == (Decimal("159.49"), Decimal("159.49"))
        assert "峰段 200 千瓦时，每千瓦时 0.5583 元，111.66 元" in said[0].zh

    def test_of_one_component_is_not_summed_twice(self, branch: Branch) -> None:
        make_heating_tariff()
        account = make_account(branch=branch)
        run_billing(
            service="HEAT",
            period="2026-27",
            issued_on=datetime.date(2026, 10, 20),
            started_by=None,
            at=MORNING,
        )
        bill = account.bills.get()

        said = explained(bill)

        assert "89.60 平方米，每平方米 26.00 元，2,329.60 元" in said[1].zh
        assert [one for one in said if "以上相加" in one.zh] == []
        assert said[0].zh == "2026–27 采暖季（2026-11-01 至 2027-03-31）的采暖费共 2,329.60 元。"

    def test_of_a_component_without_a_name_has_the_usual_one(self, branch: Branch) -> None:
        bill = make_bill(make_account(branch=branch))

        (said,) = said_components(list(bill.lines.all()))

        assert said.en == "Water charge: 10 立方米, 100.00 yuan."

    def test_of_a_line_in_other_words_is_said_as_it_stands(self) -> None:
        line = BillLine(
            component="base_heat", component_name="基本热费", quantity=Decimal(100), unit_price=Decimal("7.2"),
            amount=Decimal("-95.79"), sentence="全季热费 2024.00 元 ÷ 131 天 × 折算 6.2 天，退还",
        )  # fmt: skip

        (said,) = said_components([line])

        assert said.zh == "基本热费：全季热费 2024.00 元 ÷ 131 天 × 折算 6.2 天，退还，-95.79 元。"

    def test_of_what_the_old_system_left_is_said_without_lines(self, branch: Branch) -> None:
        bill = make_bill(make_account(branch=branch), total="1234567.89", kind=Bill.Kind.OPENING)

        assert "旧系统" in explained(bill)[0].zh
        assert "1,234,567.89 元" in explained(bill)[0].zh

    def test_of_a_single_day_is_said_without_a_period(self, branch: Branch) -> None:
        bill = make_bill(make_account(branch=branch, service="GAS"), total="52.00")
        bill.period_from = bill.period_to = datetime.date(2026, 11, 23)

        assert explained(bill)[0] == Said(
            "2026-11-23 的燃气费共 52.00 元。", "This gas bill of 2026-11-23 is 52.00 yuan."
        )

    def test_of_a_fee_is_said_without_a_period(self, branch: Branch) -> None:
        bill = make_bill(make_account(branch=branch), total="52.00", kind=Bill.Kind.ONE_OFF)

        assert explained(bill)[0] == Said(
            "这笔一次性费用共 52.00 元。", "This fee is charged once: 52.00 yuan."
        )


def water_bill(account: Account, period: str) -> Bill:
    year, month = int(period[:4]), int(period[5:])
    run_billing(
        service="WATER", period=period, issued_on=datetime.date(year, month, 16), started_by=None, at=MORNING
    )
    bill: Bill = account.bills.get(period=period)
    return bill


class TestTheReadings:
    def test_are_said_with_the_place_in_the_tiers(self, branch: Branch) -> None:
        make_tariff(name="自来水价格", source="发改价格〔2026〕1 号")
        account = make_water_account(branch=branch, readings={"2026-10-10": "170", "2026-11-10": "190"})
        before, bill = water_bill(account, "2026-10"), water_bill(account, "2026-11")
        meter = account.installations.get().meter.serial_no

        assert [one.zh for one in explained(bill, [before])] == [
            "2026-10-10 至 2026-11-10（31 天）的水费共 88.60 元。",
            f"{meter} 号表上次 170，这次 190，共用 20 立方米。",
            "阶梯按 2026 年累计，各档上限是 180、260 立方米：此前已用 170，加上本期 20，累计 190 立方米，在第二阶梯。",
            "水费：第一阶梯 10 立方米，每立方米 2.07 元，20.70 元；第二阶梯 10 立方米，每立方米 4.07 元，40.70 元；"
            "小计 61.40 元。",
            "污水处理费：20 立方米，每立方米 1.36 元，27.20 元。",
            "以上相加，合计 88.60 元。",
            "其中 10 立方米进入第二阶梯，单价较高。",
            "价格按《自来水价格》2020-01-01 起执行的标准，依据：发改价格〔2026〕1 号。",
            "上期（2026-10）是 170 立方米、583.10 元；本期用量少 150 立方米，金额少 494.50 元。",
        ]

    def test_are_said_in_english_too(self, branch: Branch) -> None:
        make_tariff(name="自来水价格", name_en="Water prices")
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        bill = water_bill(account, "2026-11")

        with override("en"):
            said = explanation_of(bill).sentences

        assert said[0] == "This water bill for 2026-01-01 to 2026-11-10, 313 days, is 137.20 yuan."
        assert said[2] == (
            "Tiers add up over 2026 and end at 180 and 260 m³: 0 before, 40 on this bill, 40 now, in tier 1."
        )
        assert "Water charge: Tier 1: 40 m³ at 2.07 yuan each, 82.80 yuan." in said
        assert said[-1] == "Prices: Water prices, in force from 2020-01-01."

    def test_of_a_meter_that_multiplies_say_so(self, branch: Branch) -> None:
        make_tariff()
        account = make_water_account(branch=branch)
        meter = account.installations.get().meter
        meter.multiplier = Decimal(20)
        meter.save()
        account.installations.get().readings.create(read_on=datetime.date(2026, 11, 10), value=Decimal(2))

        assert "上次 0，这次 2，共用 40 立方米（已乘倍率）。" in zh(water_bill(account, "2026-11"))

    def test_of_a_meter_past_zero_say_so(self, branch: Branch) -> None:
        office = Office(CASES["P03"], branch)

        assert "上次 99962，这次 18（表已走满一圈），共用 56 立方米。" in zh(
            office.bill(office.case["inputs"][0])
        )


class TestThePriceList:
    def test_is_named_with_both_versions_when_the_price_changed(self, branch: Branch) -> None:
        office = Office(CASES["P06"], branch)
        bill = office.bill(office.case["inputs"][0])
        (first, second) = bill.basis["versions"]

        assert f"本期跨越调价，按《P06》{first}、{second} 起执行的价格分段计算。" in zh(bill)

    def test_of_a_bill_without_use_is_the_one_in_force(self, branch: Branch) -> None:
        make_tariff()
        bill = water_bill(make_water_account(branch=branch, readings={"2026-11-10": "0"}), "2026-11")

        assert "2020-01-01 起执行的标准" in zh(bill)

    def test_speaks_of_its_decision(self, branch: Branch) -> None:
        prices = {"categories": {"resident": {"components": [{"code": "supply", "unit_price": "3"}]}}}
        make_tariff(prices={**prices, "decision": "沈发改发〔2025〕12 号"}, source="旧文件")
        bill = water_bill(make_water_account(branch=branch, readings={"2026-11-10": "4"}), "2026-11")

        assert "依据：沈发改发〔2025〕12 号。" in zh(bill)


LARGE = {"mode": "add_per_person", "base_persons": 4, "add_each_threshold": "60"}


def prices(**resident: Any) -> dict[str, Any]:
    component = [{"code": "supply", "name_zh": "水费", "unit_price": ["2", "4"]}]
    category = {"tier_period": "calendar_year", "tier_upto": ["100"], "components": component}
    return {
        "categories": {
            "resident": {**category, **resident},
            "low_income": {
                "components": [{"code": "supply", "unit_price": "1"}], "free_per_month": "5",
            },
        }
    }  # fmt: skip


class TestTheUpperTiers:
    @pytest.mark.parametrize(
        ("before", "now", "words"),
        [
            ("170", "180", ""),
            ("170", "190", "其中 10 立方米进入第二阶梯，单价较高。"),
            ("170", "300", "其中 120 立方米进入第二阶梯及以上，单价较高。"),
            ("200", "210", "本期用量全部在第二阶梯，单价较高。"),
            ("200", "300", "本期用量全部在第二阶梯及以上，单价较高。"),
        ],
    )
    def test_are_pointed_out(self, branch: Branch, before: str, now: str, words: str) -> None:
        make_tariff()
        account = make_water_account(branch=branch, readings={"2026-10-10": before, "2026-11-10": now})
        water_bill(account, "2026-10")

        said = zh(water_bill(account, "2026-11"))

        assert words in said
        assert ("单价较高" in said) == bool(words)


class TestTheHousehold:
    @pytest.fixture
    def tariff(self) -> Tariff:
        return make_tariff(prices=prices(household=LARGE))

    def account(self, branch: Branch) -> Account:
        return make_water_account(branch=branch, readings={"2026-10-10": "150", "2026-11-10": "160"})

    def test_is_counted_as_proved(self, branch: Branch, tariff: Tariff) -> None:
        account = self.account(branch)
        prove(account, "HOUSEHOLD_SIZE", datetime.date(2026, 2, 1), datetime.date(2026, 12, 31), 6)
        bill = water_bill(account, "2026-10")

        assert bill.amount == Decimal("300.00")
        assert "阶梯按 6 口人计算，凭户口簿，有效期至 2026-12-31。" in zh(bill)

    def test_falls_back_when_the_proof_has_ended_and_says_so(self, branch: Branch, tariff: Tariff) -> None:
        account = self.account(branch)
        prove(account, "HOUSEHOLD_SIZE", datetime.date(2026, 2, 1), datetime.date(2026, 10, 31), 6)
        water_bill(account, "2026-10")
        bill = water_bill(account, "2026-11")

        # The first 150 stand above the 100 of an ordinary household: all of the 10 are dear.
        assert bill.amount == Decimal("40.00")
        assert (
            "户口簿证明的 6 口人已于 2026-10-31 到期，这一期按登记的 3 口人计算；带新的证明来就可以续办。"
        ) in zh(bill)

    def test_on_file_is_said_where_nothing_was_proved(self, branch: Branch, tariff: Tariff) -> None:
        assert "阶梯按登记的 3 口人计算。" in zh(water_bill(self.account(branch), "2026-10"))

    def test_is_not_spoken_of_where_it_changes_nothing(self, branch: Branch) -> None:
        make_tariff(prices=prices())

        assert "口人" not in zh(water_bill(self.account(branch), "2026-10"))

    def test_of_low_income_pays_its_price_and_hears_of_the_free_units(
        self, branch: Branch, tariff: Tariff
    ) -> None:
        account = self.account(branch)
        prove(account, "LOW_INCOME", datetime.date(2026, 2, 1), datetime.date(2026, 10, 31))
        low, ordinary = water_bill(account, "2026-10"), water_bill(account, "2026-11")

        # Nine months of 5 free units; then the price of everybody from the first tier on.
        assert (low.amount, ordinary.amount) == (Decimal("105.00"), Decimal("20.00"))
        assert "按低保价格计算，每月免费 5 立方米，凭低保证，有效期至 2026-10-31。" in zh(low)
        assert "低保证已于 2026-10-31 到期，这一期按居民价格计算" in zh(ordinary)

    def test_of_low_income_hears_when_the_price_list_has_nothing_for_it(self, branch: Branch) -> None:
        make_tariff()
        account = self.account(branch)
        prove(account, "LOW_INCOME", datetime.date(2026, 2, 1), datetime.date(2026, 12, 31))

        assert "这份价格没有低保优惠" in zh(water_bill(account, "2026-10"))


class TestTheComparison:
    def bill(self, account: Account, ended_on: str, quantity: str, amount: str) -> Bill:
        end = datetime.date.fromisoformat(ended_on)
        return Bill(
            pk=end.toordinal(), account=account, service="WATER", kind="USAGE", period=ended_on[:7],
            period_from=end - datetime.timedelta(days=30), period_to=end, quantity=Decimal(quantity),
            amount=Decimal(amount), basis={"unit": "m3"},
        )  # fmt: skip

    def said(self, branch: Branch, *bills: tuple[str, str, str]) -> list[str]:
        account = make_account(branch=branch)
        *history, bill = [self.bill(account, *one) for one in bills]
        return [one.zh for one in explain_bill(bill, [], [], [*history, bill])[1:]]

    def test_is_with_the_bill_before_and_with_that_of_a_year_ago(self, branch: Branch) -> None:
        assert self.said(
            branch,
            ("2025-11-08", "10", "30.00"),
            ("2026-10-10", "30", "90.00"),
            ("2026-11-10", "20", "60.00"),
        ) == [
            "上期（2026-10）是 30 立方米、90.00 元；本期用量少 10 立方米，金额少 30.00 元。",
            "去年同期（2025-11）是 10 立方米、30.00 元；本期用量多 10 立方米，金额多 30.00 元。",
        ]

    def test_says_when_nothing_has_changed(self, branch: Branch) -> None:
        assert self.said(branch, ("2026-10-10", "20", "60.00"), ("2026-11-10", "20", "60.00")) == [
            "上期（2026-10）是 20 立方米、60.00 元，本期一样。"
        ]

    def test_says_when_only_the_price_has_changed(self, branch: Branch) -> None:
        assert self.said(branch, ("2026-10-10", "20", "60.00"), ("2026-11-10", "20", "70.00")) == [
            "上期（2026-10）是 20 立方米、60.00 元；本期金额多 10.00 元。"
        ]

    def test_says_nothing_of_a_first_bill(self, branch: Branch) -> None:
        assert self.said(branch, ("2026-11-10", "20", "60.00")) == []

    def test_leaves_out_what_is_not_the_same_season(self, branch: Branch) -> None:
        (only,) = self.said(branch, ("2025-10-10", "10", "30.00"), ("2026-11-10", "20", "60.00"))

        assert only.startswith("上期")
