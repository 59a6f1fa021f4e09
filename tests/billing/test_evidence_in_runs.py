"""What a household has proved changes the bill, on the day of the reading and on no other."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Branch, HouseholdEvidence
from accounts.services.evidence import extend_evidence, withdraw_evidence
from billing.models import Bill
from billing.queries.unbilled import accounts_with_facts
from billing.rating.plain import plain
from billing.services.bill_run import run_billing
from tests.billing.metering import RESIDENT, make_heating_tariff, make_tariff, make_water_account
from tests.counters.rows import broken_invariants
from tests.factories.accounts import make_account, make_evidence, make_staff
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

READ_ON = datetime.date(2026, 11, 10)
RULE = {"mode": "add_per_person", "base_persons": 4, "add_each_threshold": "60"}
LOW_INCOME = {"kind": "LOW_INCOME", "document": "LOW_INCOME_CERTIFICATE", "persons": None}
CHEAP = {"components": [{"code": "supply", "name_zh": "水费", "unit_price": "1"}]}


def water(branch: Branch, value: str = "200", **fields: Any) -> Account:
    return make_water_account(branch=branch, readings={READ_ON.isoformat(): value}, **fields)


def prices(**categories: Any) -> dict[str, Any]:
    return {"categories": {"resident": {**RESIDENT, "household": RULE}, **categories}}


def bill(account: Account, period: str = "2026-11") -> Bill:
    run_billing(
        service=account.service,
        period=period,
        issued_on=datetime.date(2026, 11, 16),
        started_by=None,
        at=MORNING,
    )
    found: Bill = account.bills.get(period=period)
    return found


class TestTheHouseholdSize:
    @pytest.mark.parametrize(
        ("first", "last", "persons", "amount"),
        [
            # 200 inside the first 300 of six persons; or 180 in the first tier and 20 in the second.
            ("2026-11-10", "2027-01-31", 6, "686.00"),
            ("2026-01-01", "2026-11-10", 6, "686.00"),
            ("2026-11-11", "2027-01-31", 3, "726.00"),
            ("2026-01-01", "2026-11-09", 3, "726.00"),
        ],
    )
    def test_counts_when_it_is_proved_on_the_day_of_the_reading(
        self, branch: Branch, first: str, last: str, persons: int, amount: str
    ) -> None:
        make_tariff(prices=prices())
        account = water(branch)
        make_evidence(
            account,
            valid_from=datetime.date.fromisoformat(first),
            valid_until=datetime.date.fromisoformat(last),
        )

        made = bill(account)

        assert (made.amount, made.basis["persons"]) == (Decimal(amount), persons)
        assert broken_invariants() == []

    def test_is_named_on_the_bill(self, branch: Branch) -> None:
        make_tariff(prices=prices())
        account = water(branch)
        evidence = make_evidence(account)

        assert bill(account).basis["evidence"] == [
            {
                "evidence": evidence.pk, "kind": "HOUSEHOLD_SIZE", "document": "HOUSEHOLD_REGISTER",
                "persons": 6, "from": "2026-01-01", "until": "2027-12-31",
            }
        ]  # fmt: skip

    def test_is_named_after_its_end_as_the_reason_of_the_ordinary_price(self, branch: Branch) -> None:
        make_tariff(prices=prices())
        account = water(branch)
        evidence = make_evidence(account, valid_until=datetime.date(2026, 10, 31))

        basis = bill(account).basis

        assert [one["evidence"] for one in basis["evidence_ended"]] == [evidence.pk]
        assert "evidence" not in basis

    def test_that_was_never_proved_leaves_no_word_on_the_bill(self, branch: Branch) -> None:
        make_tariff(prices=prices())

        basis = bill(water(branch)).basis

        assert "evidence" not in basis
        assert "evidence_ended" not in basis

    def test_changes_in_the_middle_of_the_year_from_that_day_on(self, branch: Branch) -> None:
        """Six persons until June, then five: the thresholds of the later readings alone are lower."""
        make_tariff(prices=prices())
        account = make_water_account(branch=branch, readings={"2026-06-30": "290", "2026-07-31": "300"})
        make_evidence(account, valid_until=datetime.date(2026, 6, 30))
        make_evidence(
            account, persons=5, valid_from=datetime.date(2026, 7, 1), valid_until=datetime.date(2026, 12, 31)
        )

        june, july = bill(account, "2026-06"), bill(account, "2026-07")

        assert (june.amount, june.basis["thresholds"]) == (Decimal("994.70"), ["300", "380"])
        # 290 stand above the 240 of five persons already: all of the 10 are in the second tier.
        assert (july.amount, july.basis["thresholds"]) == (Decimal("54.30"), ["240", "320"])

    def test_renewed_without_a_gap_goes_on(self, branch: Branch) -> None:
        make_tariff(prices=prices())
        account = water(branch)
        old = make_evidence(account, valid_until=READ_ON - datetime.timedelta(days=1))
        extend_evidence(
            old, valid_until=datetime.date(2027, 6, 30), document_number="新", at=MORNING,
            extended_by=make_staff(role="adviser"),
        )  # fmt: skip

        assert bill(account).amount == Decimal("686.00")

    def test_withdrawn_before_the_reading_counts_no_longer(self, branch: Branch) -> None:
        make_tariff(prices=prices())
        account = water(branch)
        withdraw_evidence(
            make_evidence(account), counts_no_longer_from=READ_ON, reason="迁出", at=MORNING,
            withdrawn_by=make_staff(role="adviser"),
        )  # fmt: skip

        assert bill(account).amount == Decimal("726.00")

    def test_never_changes_a_bill_that_was_issued(self, branch: Branch) -> None:
        make_tariff(prices=prices())
        account = water(branch)
        made = bill(account)

        make_evidence(account)
        made.refresh_from_db()

        assert made.amount == Decimal("726.00")
        assert bill(account).amount == Decimal("726.00")


class TestALowIncome:
    def test_pays_the_low_income_price(self, branch: Branch) -> None:
        make_tariff(prices=prices(low_income=CHEAP))
        account = water(branch)
        make_evidence(account, **LOW_INCOME)

        made = bill(account)

        assert (made.amount, made.basis["category"]) == (Decimal("200.00"), "low_income")
        assert broken_invariants() == []

    @pytest.mark.parametrize("fields", [{"category": "NONRESIDENT"}, {"category": "RESIDENT_SHARED"}])
    def test_is_nothing_to_whoever_is_no_resident(self, branch: Branch, fields: dict[str, str]) -> None:
        make_tariff(prices=prices(low_income=CHEAP, nonresident=RESIDENT, resident_shared=RESIDENT))
        account = water(branch, **fields)
        make_evidence(account, **LOW_INCOME)

        assert bill(account).basis["category"] == fields["category"].lower()

    def test_pays_the_ordinary_price_where_there_is_no_other(self, branch: Branch) -> None:
        make_tariff(prices=prices())
        account = water(branch)
        make_evidence(account, **LOW_INCOME)

        assert (bill(account).amount, bill(account).basis["category"]) == (Decimal("726.00"), "resident")

    def test_goes_on_in_the_tiers_where_it_stood(self, branch: Branch) -> None:
        make_tariff(prices=prices(low_income={**RESIDENT, "free_per_month": "5"}))
        account = make_water_account(branch=branch, readings={"2026-10-10": "170", "2026-11-10": "190"})
        make_evidence(account, **LOW_INCOME, valid_from=datetime.date(2026, 11, 1))
        bill(account, "2026-10")

        lines = bill(account).lines.order_by("position")

        assert [(line.component, line.tier, plain(line.quantity)) for line in lines] == [
            ("supply", 1, "5"),
            ("supply", 2, "10"),
            ("sewage", None, "20"),
        ]

    @pytest.mark.parametrize(("first", "share"), [("2026-11-01", "15"), ("2026-11-02", "100")])
    def test_pays_its_share_of_the_heat_when_proved_on_the_first_day_of_the_season(
        self, branch: Branch, first: str, share: str
    ) -> None:
        rules = {
            "unit": "m2",
            "season": {"from": "11-01", "to": "03-31", "inclusive": True},
            "rules": {"low_income": {"area_cap": "60", "own_share_pct": "15"}},
        }
        make_heating_tariff(rules=rules)
        account = make_account(branch=branch, billed_area=Decimal("50.00"))
        make_evidence(account, **LOW_INCOME, valid_from=datetime.date.fromisoformat(first))

        made = bill(account, "2026-27")

        assert made.amount == Decimal("1300.00") * Decimal(share) / 100
        assert ("evidence" in made.basis) == (share == "15")


class TestAChunk:
    def test_reads_the_evidence_of_all_accounts_in_one_query(self, branch: Branch) -> None:
        accounts = [water(branch) for _ in range(12)]
        for account in accounts[:8]:
            make_evidence(account)
            make_evidence(account, **LOW_INCOME)

        with CaptureQueriesContext(connection) as asked:
            facts = accounts_with_facts([account.pk for account in accounts], READ_ON)

        assert len(asked) == 2
        assert [len(one["household"].proofs) for one in facts] == [2] * 8 + [0] * 4

    def test_forgets_what_ended_long_ago(self, branch: Branch) -> None:
        account = water(branch)
        make_evidence(account, valid_from=datetime.date(2015, 1, 1), valid_until=datetime.date(2016, 1, 1))

        (facts,) = accounts_with_facts([account.pk], READ_ON)

        assert facts["household"].proofs == ()
        assert HouseholdEvidence.objects.count() == 1
