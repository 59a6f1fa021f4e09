import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Account, Branch, Staff
from billing.models import Bill, BillRun, BillRunFinding, PeriodClose
from billing.services.bill_run import run_billing
from billing.services.period_closes import close_period, explain_finding
from tests.billing.metering import install, make_heating_tariff, make_tariff, make_water_account, read
from tests.counters.meeting import at_once, outcomes
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_account, make_branch
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING

ISSUED_ON = datetime.date(2026, 11, 16)


def run(period: str = "2026-11", **changes: Any) -> BillRun:
    return run_billing(
        **{
            "service": "WATER",
            "period": period,
            "issued_on": ISSUED_ON,
            "started_by": None,
            "at": MORNING,
            **changes,
        }
    )


@pytest.mark.django_db
class TestClosePeriod:
    @pytest.fixture(autouse=True)
    def tariff(self) -> None:
        make_tariff()

    @pytest.fixture
    def unpriced(self, branch: Branch) -> Account:
        account = make_water_account(branch=branch)
        install(account, initial="50", readings={"2026-11-10": "49"})
        return account

    def test_keeps_who_closed_it_and_when(self, finance: Staff) -> None:
        closed = close_period(run(), closed_by=finance, at=MORNING)

        assert (closed.closed_by, closed.closed_at) == (finance, MORNING)
        assert broken_invariants() == []

    def test_refuses_a_run_that_is_only_previewed(self, finance: Staff) -> None:
        previewed = run(publish=False)

        with refused("not_published"):
            close_period(previewed, closed_by=finance, at=MORNING)

    def test_refuses_it_twice(self, finance: Staff) -> None:
        billed = run()
        close_period(billed, closed_by=finance, at=MORNING)

        with refused("already_closed"):
            close_period(billed, closed_by=finance, at=MORNING)

    def test_asks_for_an_explanation_of_every_account_without_a_price(
        self, unpriced: Account, finance: Staff
    ) -> None:
        billed = run()
        with refused("unexplained"):
            close_period(billed, closed_by=finance, at=MORNING)
        finding = BillRunFinding.objects.get(account=unpriced)

        explain_finding(finding, explanation="抄错, 下月补", explained_by=finance, at=MORNING)

        assert close_period(billed, closed_by=finance, at=MORNING).run == billed

    @pytest.mark.parametrize(
        ("explanation", "closed", "code"), [("  ", False, "empty"), ("好", True, "period_closed")]
    )
    def test_refuses_an_explanation_that_comes_to_nothing(
        self, unpriced: Account, finance: Staff, explanation: str, closed: bool, code: str
    ) -> None:
        billed = run()
        if closed:
            PeriodClose.objects.create(run=billed, closed_by=finance, closed_at=MORNING)
        finding = BillRunFinding.objects.get(account=unpriced)

        with refused(code):
            explain_finding(finding, explanation=explanation, explained_by=finance, at=MORNING)


@pytest.mark.django_db
class TestAClosedPeriod:
    @pytest.fixture(autouse=True)
    def tariff(self) -> None:
        make_tariff()

    def test_takes_no_more_bills_whoever_writes_them(self, branch: Branch, finance: Staff) -> None:
        late = make_water_account(branch=branch)
        close_period(run(), closed_by=finance, at=MORNING)

        with pytest.raises(IntegrityError, match="of a period that is closed"), transaction.atomic():
            make_bill(late, period="2026-11")
        # The control: the period beside it is open.
        make_bill(late, period="2026-12")

    def test_is_not_billed_again(self, branch: Branch, finance: Staff) -> None:
        late = make_water_account(branch=branch)
        close_period(run(), closed_by=finance, at=MORNING)
        read(late.installations.get(), "2026-11-10", "10")

        with refused("period_closed"):
            run()
        with refused("period_closed"):
            run(branch=branch)

    def test_of_one_branch_is_open_in_the_other(self, branch: Branch, finance: Staff) -> None:
        elsewhere = make_water_account(branch=make_branch(), readings={"2026-11-10": "10"})
        close_period(run(branch=branch), closed_by=finance, at=MORNING)

        assert run(branch=elsewhere.branch).summary["bills"] == 1

    def test_of_heat_is_not_one_of_water(self, branch: Branch, finance: Staff) -> None:
        make_heating_tariff()
        make_account(branch=branch)
        close_period(run(), closed_by=finance, at=MORNING)

        assert run("2026-27", service="HEAT").summary["bills"] == 1

    def test_cannot_be_opened_again(self, finance: Staff) -> None:
        close_period(run(), closed_by=finance, at=MORNING)

        with (
            pytest.raises(Exception, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("DELETE FROM billing_periodclose")


@pytest.mark.django_db(transaction=True)
class TestClosingWhileBillsAreWritten:
    def test_ends_in_one_of_two_ways(self, branch: Branch, finance: Staff) -> None:
        make_tariff()
        billed = run()
        account = make_water_account(branch=branch)

        results = at_once(
            partial(close_period, billed, closed_by=finance, at=MORNING),
            partial(make_bill, account, period="2026-11"),
        )

        # Whoever came first: a bill that was there before the close, or none at all.
        assert outcomes(results) in ({"PeriodClose": 1, "Bill": 1}, {"PeriodClose": 1, "IntegrityError": 1})
        assert Bill.objects.count() == outcomes(results)["Bill"]


class TestMonths:
    """domain.md 8.1: with periods of three or six months 3, 6, 9 and December fell into the next one."""

    @pytest.mark.django_db
    @pytest.mark.parametrize("month", ["03", "06", "09", "12"])
    @pytest.mark.parametrize(
        ("tier_period", "key"),
        [("half_year", {"03": "H1", "06": "H1", "09": "H2", "12": "H2"}), ("calendar_year", {})],
    )
    def test_belong_to_their_own_tier_period(
        self, branch: Branch, month: str, tier_period: str, key: dict[str, str]
    ) -> None:
        make_tariff(
            prices={
                "categories": {
                    "resident": {
                        "tier_period": tier_period,
                        "tier_upto": ["180"],
                        "components": [{"code": "supply", "name_zh": "水费", "unit_price": ["2.00", "4.00"]}],
                    }
                }
            }
        )
        last = {"03": "31", "06": "30", "09": "30", "12": "31"}[month]
        account = make_water_account(branch=branch, readings={f"2026-{month}-{last}": "40"})

        run(f"2026-{month}", issued_on=datetime.date(2026, 12, 31))

        bill = Bill.objects.get(account=account)
        assert {name: Decimal(used) for name, used in bill.tier_uses.items()} == {
            f"2026{key.get(month, '')}": Decimal("40")
        }
        assert bill.period_to == datetime.date(2026, int(month), int(last))
