"""What refuses a bill run refuses it before there is a row, and what happens meanwhile does not leave one behind."""

import datetime
from typing import Any

import pytest

from accounts.models import Account, Branch
from billing.models import Bill, BillRun
from billing.services import bill_run_stages
from billing.services.bill_run import run_billing
from billing.services.bill_run_stages import start_bill_run
from billing.tasks import work_on_bill_run
from tests.billing.metering import make_heating_tariff, make_tariff, make_water_account
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_account, make_branch
from tests.factories.counters import MORNING
from tests.factories.tariffs import make_bare_tariff, make_draft

pytestmark = pytest.mark.django_db


def run(**changes: Any) -> BillRun:
    return run_billing(
        **{
            "service": "WATER",
            "period": "2026-11",
            "issued_on": datetime.date(2026, 11, 16),
            "started_by": None,
            "at": MORNING,
            **changes,
        }
    )


class TestARefusedRun:
    def test_with_a_tariff_that_nobody_has_approved_leaves_no_row(self, branch: Branch) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        make_draft(make_bare_tariff(), "2027-01-01")

        with refused("no_tariff"):
            run()

        assert not BillRun.objects.exists()

    @pytest.mark.parametrize(
        ("make", "wanted"),
        [(make_tariff, {}), (make_heating_tariff, {"service": "HEAT", "period": "2026-27"})],
    )
    def test_with_prices_that_cannot_be_compiled_names_the_tariff_and_leaves_no_row(
        self, branch: Branch, make: Any, wanted: dict[str, str]
    ) -> None:
        make_account(branch=branch)
        make(rules={"rounding": {"mode": "sideways"}}, code="T-1")

        with refused("bad_tariff"):
            run(**wanted)

        assert not BillRun.objects.exists()

    def test_of_one_branch_without_a_tariff_leaves_the_others_unbegun_too(self, branch: Branch) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        make_tariff(branch=branch)
        make_branch()

        with refused("no_tariff"):
            run()


class TestARunThatIsAtWork:
    def begun(self, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> BillRun:
        monkeypatch.setattr(bill_run_stages, "CHUNK", 1)
        for _ in range(2):
            make_water_account(branch=branch, readings={"2026-11-10": "40"})
        version = make_tariff(branch=branch).versions.get()
        for other in Branch.objects.exclude(pk=branch.pk):
            version.tariff = make_bare_tariff(branch=other)
            version.pk = None
            version.save(force_insert=True)
        return start_bill_run(
            service="WATER", period="2026-11", issued_on=datetime.date(2026, 11, 16), preview_first=False,
            started_by=None, at=MORNING,
        )  # fmt: skip

    def test_goes_on_when_a_branch_without_a_tariff_is_founded(
        self, branch: Branch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun = self.begun(branch, monkeypatch)
        make_branch()

        work_on_bill_run(begun.pk)

        begun.refresh_from_db()
        assert (begun.state, Bill.objects.count()) == ("PUBLISHED", 2)
        assert broken_invariants() == []

    def test_leaves_an_account_that_moved_to_such_a_branch_with_a_sentence(
        self, branch: Branch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun = self.begun(branch, monkeypatch)
        moved = begun.chunks.order_by("position")[0].account_ids[0]
        Account.objects.filter(pk=moved).update(branch=make_branch())

        work_on_bill_run(begun.pk)

        begun.refresh_from_db()
        assert begun.state == "PUBLISHED"
        assert begun.findings.get().account_id == moved
        assert Bill.objects.count() == 1
