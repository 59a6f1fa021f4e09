"""The life of a run: preview, looking, publishing, and what happens when something changes in between."""

import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.utils.translation import override

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import Bill, BillRun, BillRunChunk, BillRunFinding, BillRunTotal, PeriodClose, Reading
from billing.queries.bill_runs import fingerprint_of, progress_of
from billing.services import bill_run_chunks, bill_run_stages
from billing.services.bill_run import run_billing, work_on_chunk
from billing.services.bill_run_pricing import pricing_of
from billing.services.bill_run_stages import publish_bill_run, settle_bill_run, start_bill_run
from billing.services.business_days import close_business_day
from billing.services.issue_bills import issue_bills
from tests.billing.metering import install, make_tariff, make_water_account, read
from tests.counters.rows import broken_invariants, refused
from tests.factories.accounts import make_district, make_premises
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

ISSUED_ON = datetime.date(2026, 11, 16)


@pytest.fixture(autouse=True)
def tariff() -> None:
    make_tariff()


def preview(**changes: Any) -> BillRun:
    return run_billing(
        **{
            "service": "WATER",
            "period": "2026-11",
            "issued_on": ISSUED_ON,
            "started_by": None,
            "at": MORNING,
            "publish": False,
            **changes,
        }
    )


def publish(run: BillRun, finance: Staff) -> BillRun:
    """Publish what stands in the preview, and do the workers' work."""
    run = publish_bill_run(run, fingerprint=fingerprint_of(run), published_by=finance, at=MORNING)
    while run.is_at_work:
        pricing = pricing_of(run)
        while work_on_chunk(run, pricing, worker="here", at=MORNING):
            pass
        run = settle_bill_run(run, at=MORNING)
    return run


class TestPreview:
    def test_prices_and_issues_nothing(self, branch: Branch) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        make_water_account(branch=branch, readings={"2026-11-10": "10"})

        run = preview()

        found = progress_of(run)
        assert (run.state, found.bills, found.amount) == ("PREVIEWED", 2, Decimal("171.50"))
        assert (Bill.objects.count(), broken_invariants()) == (0, [])

    def test_comes_to_the_totals_that_are_written_afterwards(self, branch: Branch, finance: Staff) -> None:
        district = make_district(branch=branch)
        for shown in ("200", "10", "0"):
            make_water_account(premises=make_premises(district=district), readings={"2026-11-10": shown})
        run = preview()
        before = totals(run)

        publish(run, finance)

        assert before == [
            (district.pk, "resident", "", None, 3, Decimal("210.0000"), Decimal("760.30")),
            (district.pk, "resident", "sewage", None, 2, Decimal("210.0000"), Decimal("285.60")),
            (district.pk, "resident", "supply", 1, 2, Decimal("190.0000"), Decimal("393.30")),
            (district.pk, "resident", "supply", 2, 1, Decimal("20.0000"), Decimal("81.40")),
        ]
        assert totals(run) == before

    def test_leaves_out_what_cannot_be_priced_and_says_why(self, branch: Branch) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        bad = make_water_account(branch=branch)
        install(bad, initial="50", readings={"2026-11-10": "49"})

        run = preview()

        (finding,) = BillRunFinding.objects.filter(run=run)
        assert (finding.kind, finding.code, finding.account) == ("UNPRICED", "reading_fell", bad)
        with override("en"):
            assert finding.sentence == "The reading fell from 50.000 to 49.000; a rollover must be stated."

    def test_made_again_sees_what_is_new(self, branch: Branch) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        run = preview()
        late = make_water_account(branch=branch, readings={"2026-11-10": "10"})

        again = preview()

        assert again == run
        assert progress_of(again).bills == 2
        assert late.pk in again.chunks.get().account_ids

    def test_reaches_every_account_of_a_large_service(self, branch: Branch) -> None:
        """domain.md 8.3: paging with the wrong step passed over most accounts."""
        template = make_water_account(branch=branch)
        Account.objects.bulk_create(
            Account(
                account_no=f"77{number:08}",
                **{
                    name: getattr(template, name)
                    for name in (
                        "customer_id",
                        "premises_id",
                        "branch_id",
                        "service",
                        "category",
                        "state",
                        "opened_on",
                    )
                },
            )
            for number in range(10_000)
        )

        run = start_bill_run(
            service="WATER", period="2026-11", issued_on=ISSUED_ON, started_by=None, at=MORNING
        )

        reached = [pk for chunk in run.chunks.all() for pk in chunk.account_ids]
        assert len(reached) == 10_001
        assert set(reached) == set(Account.objects.values_list("pk", flat=True))
        assert [chunk.accounts for chunk in run.chunks.order_by("position")] == [1_000] * 10 + [1]


class TestOutliers:
    @pytest.fixture
    def usual(self, branch: Branch) -> Account:
        """An account that paid 100.00 in each of the last two months."""
        account = make_water_account(branch=branch)
        for period in ("2026-09", "2026-10"):
            make_bill(account, total="100.00", period=period, due_on=datetime.date(2026, 10, 31))
        return account

    @pytest.mark.parametrize(
        ("shown", "code"),
        # 3.43 a unit: 87 come to 298.41 and 88 to 301.84, 10 to 34.30 and 9 to 30.87.
        [("87", None), ("88", "high"), ("10", None), ("9", "low"), ("0", "zero")],
    )
    def test_are_bills_far_from_the_usual(self, usual: Account, shown: str, code: str | None) -> None:
        # The last bill ended in the middle of October; the meter is read from there.
        read(usual.installations.get(), "2026-10-15", "0")
        read(usual.installations.get(), "2026-11-10", shown)

        run = preview()

        assert [(one.code, one.usual) for one in run.findings.all()] == (
            [(code, Decimal("100.00"))] if code else []
        )

    def test_are_bills_above_the_limit_of_their_category(self, branch: Branch) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "1000"})

        (finding,) = preview().findings.all()

        assert (finding.code, finding.usual, finding.amount) == ("limit", None, Decimal("6550.00"))

    def test_are_not_small_differences(self, branch: Branch) -> None:
        account = make_water_account(branch=branch)
        for period in ("2026-09", "2026-10"):
            make_bill(account, total="3.00", period=period, due_on=datetime.date(2026, 10, 31))
        read(account.installations.get(), "2026-10-15", "0")
        read(account.installations.get(), "2026-11-10", "6")

        assert list(preview().findings.all()) == []


class TestPublish:
    def test_writes_the_bills_that_were_previewed(self, branch: Branch, finance: Staff) -> None:
        account = make_water_account(branch=branch, readings={"2026-11-10": "40"})

        run = publish(preview(), finance)

        assert (run.state, run.published_by, run.summary["amount"]) == ("PUBLISHED", finance, "137.20")
        assert Bill.objects.get(account=account).amount == Decimal("137.20")
        assert broken_invariants() == []
        actions = AuditEntry.objects.filter(object_type="billing.billrun").order_by("id")
        assert [(entry.action, entry.actor) for entry in actions] == [
            ("run_billing", None),
            ("publish_bills", finance),
        ]

    def test_does_not_write_what_nobody_has_seen(
        self, branch: Branch, finance: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bill_run_stages, "CHUNK", 1)
        same = make_water_account(branch=branch, readings={"2026-11-10": "40"})
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        run = preview()
        Reading.objects.exclude(installation__account=same).update(value=Decimal("90"))

        run = publish(run, finance)

        # One is written, the other was previewed afresh and waits to be looked at.
        assert (run.state, list(Bill.objects.values_list("account", flat=True))) == ("PREVIEWED", [same.pk])
        assert progress_of(run).chunks_changed == 1
        assert publish(run, finance).summary["amount"] == "445.90"

    @pytest.mark.parametrize("code", ["not_previewed", "preview_changed", "day_closed", "period_closed"])
    def test_refuses_and_writes_nothing(self, branch: Branch, finance: Staff, code: str) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        run = preview()
        seen = fingerprint_of(run)
        if code == "not_previewed":
            publish(run, finance)
        elif code == "preview_changed":
            Reading.objects.update(value=Decimal("90"))
            preview()
        elif code == "day_closed":
            close_business_day(ISSUED_ON, closed_by=finance, at=MORNING)
        else:
            PeriodClose.objects.create(run=run, closed_by=finance, closed_at=MORNING)

        with refused(code):
            publish_bill_run(run, fingerprint=seen, published_by=finance, at=MORNING)

    def test_refuses_a_preview_without_a_bill(self, branch: Branch, finance: Staff) -> None:
        make_water_account(branch=branch)
        run = preview()

        with refused("nothing_to_publish"):
            publish_bill_run(run, fingerprint=fingerprint_of(run), published_by=finance, at=MORNING)

    def test_goes_on_without_a_chunk_that_fails_and_takes_it_up_again(
        self, branch: Branch, finance: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bill_run_stages, "CHUNK", 1)
        bad, good = (make_water_account(branch=branch, readings={"2026-11-10": "40"}) for _ in range(2))
        run = preview()
        run = publish_bill_run(run, fingerprint=fingerprint_of(run), published_by=finance, at=MORNING)
        pricing = pricing_of(run)
        with monkeypatch.context() as failing:
            failing.setattr(bill_run_chunks, "issue_bills", partial(refuse_account, bad.pk))
            for _ in range(BillRunChunk.MOST_FAILURES):
                with pytest.raises(OSError, match="the disk is full"):
                    work_and_settle(run)
            assert work_on_chunk(run, pricing, worker="here", at=MORNING) is None

        assert list(Bill.objects.values_list("account", flat=True)) == [good.pk]
        assert settle_bill_run(run, at=MORNING).state == "PUBLISHING"
        assert progress_of(run).chunks_failed == 1
        start_bill_run(service="WATER", period="2026-11", issued_on=ISSUED_ON, started_by=finance, at=MORNING)
        assert work_and_settle(run).state == "PUBLISHED"
        assert Bill.objects.count() == 2


class TestStartTwice:
    def test_continues_a_preview_that_is_under_way(self, branch: Branch) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        start = partial(
            start_bill_run,
            service="WATER",
            period="2026-11",
            issued_on=ISSUED_ON,
            started_by=None,
            at=MORNING,
        )
        first = start()
        (chunk,) = first.chunks.all()

        again = start()

        assert (again, again.state) == (first, "PREVIEWING")
        assert [one.pk for one in again.chunks.all()] == [chunk.pk]

    def test_does_not_turn_a_publication_back_into_a_preview(self, branch: Branch, finance: Staff) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        run = preview()
        publish_bill_run(run, fingerprint=fingerprint_of(run), published_by=finance, at=MORNING)

        again = start_bill_run(
            service="WATER", period="2026-11", issued_on=ISSUED_ON, started_by=finance, at=MORNING
        )

        assert again.state == "PUBLISHING"
        assert work_and_settle(again).summary["bills"] == 1

    def test_previews_those_that_had_no_bill(self, branch: Branch, finance: Staff) -> None:
        make_water_account(branch=branch, readings={"2026-11-10": "40"})
        late = make_water_account(branch=branch)
        publish(preview(), finance)
        read(late.installations.get(), "2026-11-12", "10")

        run = preview()

        assert (run.state, Bill.objects.count()) == ("PREVIEWED", 1)
        assert publish(run, finance).summary["bills"] == 2


def totals(run: BillRun) -> list[tuple[Any, ...]]:
    return list(
        BillRunTotal.objects.filter(chunk__run=run)
        .order_by("component", "tier")
        .values_list("district", "category", "component", "tier", "bills", "quantity", "amount")
    )


def work_and_settle(run: BillRun) -> BillRun:
    run.refresh_from_db()
    while work_on_chunk(run, pricing_of(run), worker="here", at=MORNING):
        pass
    return settle_bill_run(run, at=MORNING)


def refuse_account(account_id: int, drafts: Any, *args: Any) -> list[int]:
    if any(draft.account_id == account_id for draft in drafts):
        raise OSError("the disk is full")
    return issue_bills(drafts, *args)
