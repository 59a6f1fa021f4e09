import datetime

import pytest

from accounts.models import Account, Branch
from billing.models import Bill
from billing.services.bill_run import run_billing
from tests.billing.correcting import take_back
from tests.billing.metering import make_tariff, make_water_account
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING
from tests.hall import Hall, signed_in, text_of
from tests.pages.test_query_counts import queries

pytestmark = pytest.mark.django_db


def make_year(branch: Branch, months: int = 14) -> tuple[Account, list[Bill]]:
    """An account that used 10 more every month, billed each of them."""
    make_tariff()
    first = datetime.date(2025, 10, 10)
    days = [
        datetime.date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 10)
        for n in range(months)
    ]
    account = make_water_account(
        branch=branch,
        opened_on=datetime.date(2025, 9, 10),
        readings={day.isoformat(): str(10 * (n + 1)) for n, day in enumerate(days)},
    )
    for day in days:
        run_billing(service="WATER", period=f"{day:%Y-%m}", issued_on=day, started_by=None, at=MORNING)
    return account, list(account.bills.order_by("period_to"))


class TestTheBillPage:
    def test_says_the_bill_in_sentences(self, hall: Hall) -> None:
        _, bills = make_year(hall.branch, 2)

        answer = signed_in(hall.cashier).get(f"/bills/{bills[1].number}/")

        sentences = answer.context["explanation"].sentences
        assert "共用 10 立方米" in sentences[1]
        assert all(sentence in text_of(answer) for sentence in sentences)

    def test_draws_thirteen_periods_whose_bars_open_their_bills(self, hall: Hall) -> None:
        _, bills = make_year(hall.branch)
        client = signed_in(hall.cashier)

        answer = client.get(f"/bills/{bills[-1].number}/")

        chart = answer.context["explanation"].chart
        assert [bar["url"] for bar in chart] == [f"/bills/{bill.number}/" for bill in bills[1:]]
        assert [bar["is_current"] for bar in chart] == [False] * 12 + [True]
        assert all(client.get(bar["url"]).status_code == 200 for bar in chart)
        assert "去年同期（2025-11）" in text_of(answer)

    def test_draws_the_highest_amount_highest(self, hall: Hall) -> None:
        for days, total in enumerate(["50.00", "100.00", "24.50"]):
            bill = make_bill(
                hall.account, total=total, due_on=datetime.date(2026, 12, 1) + datetime.timedelta(days=days)
            )

        chart = signed_in(hall.cashier).get(f"/bills/{bill.number}/").context["explanation"].chart

        heights = {bar["amount"]: int(bar["height"]) for bar in chart}
        assert heights == {"50": 54, "100": 108, "25": 26}

    def test_draws_nothing_of_a_single_period(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(f"/bills/{hall.bill.number}/")

        assert answer.context["explanation"].chart == []
        assert "<svg viewBox" not in text_of(answer)

    def test_leaves_out_what_was_cancelled(self, hall: Hall) -> None:
        _, bills = make_year(hall.branch, 3)
        take_back(bills[1])

        answer = signed_in(hall.cashier).get(f"/bills/{bills[2].number}/")

        assert len(answer.context["explanation"].chart) == 2
        assert "上期（2025-10）" in text_of(answer)

    def test_asks_the_same_for_many_periods_as_for_one(self, hall: Hall) -> None:
        _, bills = make_year(hall.branch)
        client = signed_in(hall.cashier)

        assert len(queries(client, f"/bills/{bills[0].number}/")) == len(
            queries(client, f"/bills/{bills[-2].number}/")
        )


class TestTheSheet:
    def test_has_the_same_sentences_in_large_type(self, hall: Hall) -> None:
        _, bills = make_year(hall.branch, 2)
        client = signed_in(hall.cashier)
        page = client.get(f"/bills/{bills[1].number}/")

        sheet = client.get(f"/bills/{bills[1].number}/explanation/")

        assert sheet.context["explanation"].sentences == page.context["explanation"].sentences
        assert "explanation-sheet" in text_of(sheet)

    def test_is_the_sentences_alone_inside_another_page(self, hall: Hall) -> None:
        address = f"/bills/{hall.bill.number}/explanation/"

        part = signed_in(hall.cashier).get(address, headers={"HX-Request": "true"})

        assert text_of(part).strip().startswith("<ol")
        assert "<html" not in text_of(part)

    def test_of_another_branch_looks_like_one_that_does_not_exist(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get(f"/bills/{hall.foreign_bill.number}/explanation/")

        assert answer.status_code == 404
        assert "66.66" not in text_of(answer)
