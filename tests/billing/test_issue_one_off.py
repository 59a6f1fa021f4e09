import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import Bill, Posting, Tariff, TariffVersion
from billing.services.business_days import close_business_day
from billing.services.one_off_fees import issue_one_off
from counters.models import Shift
from tests.billing.heating import make_household, make_price_list, make_shenyang
from tests.counters.meeting import at_once, outcomes
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING, cash, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def prices() -> Tariff:
    return make_price_list()


@pytest.fixture
def household(branch: Branch) -> Account:
    return make_household(branch)


def issue(account: Account, tariff: Tariff, item: str, **measures: str) -> Bill:
    return ask(account, tariff, item, {name: Decimal(one) for name, one in measures.items()})


def ask(
    account: Account,
    tariff: Tariff,
    item: str,
    measures: dict[str, Decimal],
    *,
    request_id: UUID | None = None,
    issued_by: Staff | None = None,
    at: datetime.datetime = MORNING,
) -> Bill:
    return issue_one_off(
        account,
        tariff=tariff,
        item=item,
        measures=measures,
        issued_by=issued_by or make_staff(role="finance", branch=account.branch),
        request_id=request_id or uuid4(),
        at=at,
    )


class TestIssueOneOff:
    @pytest.mark.parametrize(
        ("item", "measures", "total", "sentences"),
        [
            ("new_building", {"area": "118.60"}, "6167.20", ["118.60 平方米 × 52.00 元"]),
            ("existing_individual", {"area": "118.60"}, "16841.20", ["118.60 平方米 × 142.00 元"]),
            (
                "industrial_connection", {"tons_per_hour": "3"}, "560000.00",
                ["1 吨/小时 × 400000.00 元", "2 吨/小时 × 80000.00 元"],
            ),
            ("steam", {"tons": "1250.5"}, "266356.50", ["1250.5 吨 × 213.00 元"]),
            (
                "public", {"area": "2000", "basement_area": "500"}, "360000.00",
                ["2000.00 平方米 × 160.00 元", "500.00 平方米 × 80.00 元"],
            ),
        ],
    )  # fmt: skip
    def test_prices_what_was_measured(
        self,
        household: Account,
        prices: Tariff,
        item: str,
        measures: dict[str, str],
        total: str,
        sentences: list[str],
    ) -> None:
        """P30: the published fees of Yantai, Tai'an and TEDA."""
        bill = issue(household, prices, item, **measures)

        assert (bill.kind, bill.amount) == (Bill.Kind.ONE_OFF, Decimal(total))
        assert [line.sentence for line in bill.lines.all()] == sentences
        assert broken_invariants() == []

    def test_is_revenue_of_its_own_and_named_by_the_fee(self, household: Account, prices: Tariff) -> None:
        bill = issue(household, prices, "steam", tons="2")

        assert Posting.objects.get(bill=bill).credit == "revenue:steam"
        assert (bill.period, bill.title) == ("261123-01", "蒸汽费 2026-11-23")
        assert AuditEntry.objects.get(action="issue_one_off").details["amount"] == "426.00"

    def test_numbers_the_fees_of_a_day(self, household: Account, prices: Tariff) -> None:
        bills = [issue(household, prices, "steam", tons="1") for _ in range(3)]

        assert [bill.period for bill in bills] == ["261123-01", "261123-02", "261123-03"]

    def test_is_paid_at_the_counter_like_any_bill(
        self, household: Account, prices: Tariff, shift: Shift
    ) -> None:
        bill = issue(household, prices, "new_building", area="100")

        pay(shift, household, [bill], cash("5200.00"))

        bill.refresh_from_db()
        assert bill.state == Bill.State.PAID
        assert broken_invariants() == []

    def test_asked_twice_issues_one_bill(self, household: Account, prices: Tariff) -> None:
        request_id, finance = uuid4(), make_staff(role="finance", branch=household.branch)
        once = partial(
            ask, household, prices, "steam", {"tons": Decimal(2)}, request_id=request_id, issued_by=finance
        )

        assert once() == once()
        assert Bill.objects.count() == 1

    def test_refuses_other_content_under_the_same_request(self, household: Account, prices: Tariff) -> None:
        request_id, finance = uuid4(), make_staff(role="finance", branch=household.branch)
        ask(household, prices, "steam", {"tons": Decimal(2)}, request_id=request_id, issued_by=finance)

        with refused("form_reused"):
            ask(household, prices, "steam", {"tons": Decimal(3)}, request_id=request_id, issued_by=finance)

    def test_takes_the_prices_of_the_day(self, household: Account, prices: Tariff) -> None:
        old = prices.versions.get()
        TariffVersion.objects.filter(pk=old.pk).update(effective_until=datetime.date(2026, 11, 22))
        TariffVersion.objects.create(
            tariff=prices,
            effective_from=datetime.date(2026, 11, 23),
            prices={"fees": {"steam": [{"component": "steam", "measure": "tons", "unit_price": "220"}]}},
            made_by=old.made_by,
            approved_by=old.approved_by,
            approved_at=MORNING,
        )

        assert issue(household, prices, "steam", tons="1").amount == Decimal("220.00")

    @pytest.mark.parametrize(
        ("item", "measures", "code"),
        [
            ("gold", {"area": "1"}, "no_fee"),
            ("steam", {"area": "1"}, "no_measure"),
            ("steam", {}, "no_measure"),
            ("steam", {"tons": "0"}, "bad_quantity"),
            ("steam", {"tons": "-1"}, "bad_quantity"),
            ("steam", {"tons": "NaN"}, "bad_quantity"),
            ("steam", {"tons": "Infinity"}, "bad_quantity"),
            ("steam", {"tons": "0.00001"}, "bad_quantity"),
            ("steam", {"tons": "10000000"}, "bad_quantity"),
            ("industrial_connection", {"tons_per_hour": "9999999"}, "too_large"),
        ],
    )
    def test_refuses_and_issues_nothing(
        self, household: Account, prices: Tariff, item: str, measures: dict[str, Any], code: str
    ) -> None:
        finance = make_staff(role="finance", branch=household.branch)
        asked = {name: Decimal(one) for name, one in measures.items()}

        with refused(code):
            ask(household, prices, item, asked, issued_by=finance)

    def test_refuses_the_price_of_heat_itself(self, household: Account) -> None:
        heat = make_shenyang()
        finance = make_staff(role="finance", branch=household.branch)

        with refused("not_a_fee"):
            ask(household, heat, "steam", {"tons": Decimal(1)}, issued_by=finance)

    def test_refuses_the_price_list_of_another_branch(self, household: Account) -> None:
        foreign = make_price_list(branch=make_branch())
        finance = make_staff(role="finance", branch=household.branch)

        with refused("not_a_fee"):
            ask(household, foreign, "steam", {"tons": Decimal(1)}, issued_by=finance)

    def test_refuses_prices_that_nobody_approved(self, household: Account, prices: Tariff) -> None:
        finance = make_staff(role="finance", branch=household.branch)
        drafted = Tariff.objects.create(
            code="FEES-DRAFT",
            name="一次性收费",
            service="HEAT",
            kind="one_off",
            branch=household.branch,
            rules=prices.rules,
        )
        TariffVersion.objects.create(
            tariff=drafted, effective_from="2020-01-01", prices=prices.versions.get().prices, made_by=finance
        )

        with refused("no_version"):
            ask(household, drafted, "steam", {"tons": Decimal(1)}, issued_by=finance)

    def test_refuses_a_closed_account_and_a_closed_day(
        self, household: Account, prices: Tariff, finance: Staff
    ) -> None:
        close_business_day(MORNING.date(), closed_by=finance, at=MORNING + datetime.timedelta(days=1))
        with refused("day_closed"):
            ask(household, prices, "steam", {"tons": Decimal(1)}, issued_by=finance)
        Account.objects.filter(pk=household.pk).update(state="CLOSED", closed_on=MORNING.date())
        with refused("account_closed"):
            ask(
                household, prices, "steam", {"tons": Decimal(1)}, issued_by=finance,
                at=MORNING + datetime.timedelta(days=1),
            )  # fmt: skip

    def test_refuses_an_account_of_another_branch(self, household: Account, prices: Tariff) -> None:
        stranger = make_staff(role="adviser")

        with refused("unknown_account"):
            ask(household, prices, "steam", {"tons": Decimal(1)}, issued_by=stranger)


@pytest.mark.django_db(transaction=True)
class TestEightClicksAtOnce:
    def test_issue_one_bill(self, branch: Branch) -> None:
        account, prices = make_household(branch), make_price_list()
        finance = make_staff(role="finance", branch=branch)
        click = partial(
            ask, account, prices, "steam", {"tons": Decimal(2)}, request_id=uuid4(), issued_by=finance
        )

        results = at_once(*[click] * 8)

        assert len(set(results)) == 1
        assert outcomes(results) == {"Bill": 8}
        assert broken_invariants() == []

    def test_of_two_people_get_two_numbers(self, branch: Branch) -> None:
        account, prices = make_household(branch), make_price_list()
        clicks = [partial(issue, account, prices, "steam", tons="1") for _ in range(2)]

        results = at_once(*clicks)

        assert outcomes(results) == {"Bill": 2}
        assert sorted(Bill.objects.values_list("period", flat=True)) == ["261123-01", "261123-02"]
