"""Pages of corrections: a bill cancelled with a preview, proposals, decisions, batches."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Account, Staff
from billing import tasks
from billing.models import Adjustment, Bill, BillCancellation, CorrectionBatch, Reading, Waiver
from billing.services.adjustments import approve_adjustment, propose_adjustment
from billing.services.bill_run import run_billing
from billing.services.cancellations import cancel_bill
from billing.services.waivers import propose_waiver
from tests.billing.metering import make_tariff, make_water_account
from tests.counters.rows import all_rows, broken_invariants
from tests.factories.accounts import make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay
from tests.hall import PASSWORD, TODAY, Hall, signed_in, text_of
from tests.pages.test_no_english_left import english_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance(hall: Hall) -> Staff:
    return make_staff(role="finance", branch=hall.branch, name="邓玉珍", password=PASSWORD)


@pytest.fixture
def water(hall: Hall) -> Account:
    """40 m³ billed in November: 137.20."""
    account = make_water_account(branch=hall.branch, readings={"2026-11-10": "40"})
    make_tariff()
    run_billing(service="WATER", period="2026-11", issued_on=TODAY, started_by=None, at=MORNING)
    return account


def form_of(account: Account, **changes: Any) -> dict[str, Any]:
    reading = Reading.objects.get(installation__account=account, state="ACCEPTED")
    return {
        "request_id": str(uuid4()),
        "reason": "WRONG_READING",
        "what": "rebill",
        "reading": str(reading.pk),
        "value": "30",
        "note": "抄错一位",
        "step": "preview",
        **changes,
    }


def cancel_address(bill: Bill) -> str:
    return f"/bills/{bill.number}/cancel/"


def previewed(client: Client, bill: Bill, form: dict[str, Any]) -> dict[str, Any]:
    """The form as the page sends it back after the preview."""
    answer = client.post(cancel_address(bill), form)
    assert answer.status_code == 200, answer.context["form"].errors
    return {**form, "previewed": answer.context["preview"]["fingerprint"], "step": "confirm"}


class TestCancellingABill:
    def test_shows_old_and_new_lines_before_anything_is_changed(self, water: Account, finance: Staff) -> None:
        client, bill = signed_in(finance), water.bills.get()
        before = all_rows()

        answer = client.post(cancel_address(bill), form_of(water))

        preview = answer.context["preview"]
        assert all_rows() == before
        assert (preview["difference"], preview["to_pay"]) == (Decimal("-34.30"), Decimal("102.90"))
        (exchange,) = preview["exchanges"]
        assert [(line["old_amount"], line["new_amount"]) for line in exchange["lines"]] == [
            (Decimal("82.80"), Decimal("62.10")),
            (Decimal("54.40"), Decimal("40.80")),
        ]
        assert "抄错一位" in text_of(answer)

    def test_happens_on_confirming_and_tells_the_customer_why(self, water: Account, finance: Staff) -> None:
        client, bill = signed_in(finance), water.bills.get()

        answer = client.post(cancel_address(bill), previewed(client, bill, form_of(water)))

        assert answer.headers["Location"] == f"/bills/{bill.number}/"
        page = client.get(f"/bills/{bill.number}/")
        assert page.context["cancellation"].note == "抄错一位"
        assert page.context["replaced_by"]["number"] == f"{bill.number}-R1"
        assert "抄错一位" in text_of(page)
        new = client.get(f"/bills/{bill.number}-R1/")
        assert new.context["replaces"]["number"] == bill.number
        assert broken_invariants() == []

    def test_confirmed_twice_happens_once(self, water: Account, finance: Staff) -> None:
        client, bill = signed_in(finance), water.bills.get()
        form = previewed(client, bill, form_of(water))

        client.post(cancel_address(bill), form)
        # The bill is cancelled: the page now offers to bill it again, which was done.
        answer = client.post(cancel_address(bill), form)

        assert answer.status_code == 422
        assert (BillCancellation.objects.count(), water.bills.count()) == (1, 2)

    def test_is_not_confirmed_by_a_form_that_was_changed_after_the_preview(
        self, water: Account, finance: Staff
    ) -> None:
        client, bill = signed_in(finance), water.bills.get()
        form = previewed(client, bill, form_of(water))

        answer = client.post(cancel_address(bill), {**form, "value": "20"})

        assert answer.status_code == 422
        assert answer.context["preview"]["difference"] == Decimal("-68.60")
        assert not BillCancellation.objects.exists()

    def test_of_a_paid_bill_takes_a_second_person(self, hall: Hall, water: Account, finance: Staff) -> None:
        client, bill = signed_in(finance), water.bills.get()
        pay(hall.shift, water, [bill], cash("137.20"))
        form = previewed(client, bill, form_of(water))
        for second in ({}, {"second_number": hall.supervisor.number, "second_password": "wrong"}):
            refused = client.post(cancel_address(bill), {**form, **second})
            assert refused.status_code == 422
            # What would happen stands there still, with the fields to sign in.
            assert refused.context["preview"]["needs_second_person"]
        assert not BillCancellation.objects.exists()

        client.post(
            cancel_address(bill),
            {**form, "second_number": hall.supervisor.number, "second_password": PASSWORD},
        )

        cancellation = BillCancellation.objects.get()
        assert (cancellation.approved_by, cancellation.returned) == (hall.supervisor, Decimal("137.20"))

    def test_alone_says_what_becomes_prepaid_credit(self, hall: Hall, water: Account, finance: Staff) -> None:
        client, bill = signed_in(finance), water.bills.get()
        pay(hall.shift, water, [bill], cash("37.20"))
        form = previewed(client, bill, form_of(water, what="cancel", reading="", value=""))

        client.post(
            cancel_address(bill),
            {**form, "second_number": hall.supervisor.number, "second_password": PASSWORD},
        )

        assert water.bills.get().state == "CANCELLED"
        water.balance.refresh_from_db()
        assert water.balance.prepaid == Decimal("37.20")

    @pytest.mark.parametrize(
        "changes",
        [
            {"reason": ""}, {"reason": "BECAUSE"}, {"note": ""}, {"note": "a" * 201}, {"note": "\x00"},
            {"what": ""}, {"what": "x"}, {"value": ""}, {"value": "-1"}, {"value": "1e3"}, {"value": "１２"},
            {"reading": ""}, {"reading": "0"}, {"reading": "\x00"}, {"request_id": ""}, {"request_id": "abc"},
            {"second_number": "\x00"}, {"second_number": "nobody", "second_password": "x"},
        ],
    )  # fmt: skip
    def test_refuses_a_form_that_is_wrong_and_keeps_what_was_typed(
        self, water: Account, finance: Staff, changes: dict[str, Any]
    ) -> None:
        bill = water.bills.get()

        answer = signed_in(finance).post(cancel_address(bill), form_of(water, **changes))

        assert answer.status_code == 422
        assert answer.context["form"]["what"].value() == changes.get("what", "rebill")
        assert not BillCancellation.objects.exists()

    def test_shows_the_refusal_of_the_engine_in_its_words(self, water: Account, finance: Staff) -> None:
        make_bill(water, kind=Bill.Kind.OPENING)
        opening = water.bills.get(kind="OPENING")

        answer = signed_in(finance).post(cancel_address(opening), form_of(water, reading="", value=""))

        assert answer.status_code == 422
        assert answer.context["form"].non_field_errors()

    def test_offers_to_bill_a_cancelled_period_again(self, water: Account, finance: Staff) -> None:
        client, bill = signed_in(finance), water.bills.get()
        cancel_bill(bill, reason="OTHER", note="", cancelled_by=finance, request_id=uuid4(), at=MORNING)
        assert client.get(cancel_address(bill)).status_code == 200

        answer = client.post(cancel_address(bill))

        assert answer.headers["Location"] == f"/bills/{bill.number}-R1/"


class TestProposing:
    def test_an_adjustment_leads_back_to_the_bill_that_shows_it(self, hall: Hall, finance: Staff) -> None:
        client = signed_in(finance)

        answer = client.post(
            f"/bills/{hall.bill.number}/adjust/",
            {"way": "credit", "amount": "12.34", "component": "supply", "reason": "LEAK", "note": "暗漏减免"},
        )

        assert answer.headers["Location"] == f"/bills/{hall.bill.number}/"
        assert Adjustment.objects.get().amount == Decimal("-12.34")
        page = client.get(f"/bills/{hall.bill.number}/")
        assert "暗漏减免" in text_of(page)
        assert [one["amount"] for one in page.context["adjustments"]] == [Decimal("-12.34")]

    @pytest.mark.parametrize(
        "changes",
        [
            {"amount": ""}, {"amount": "-1"}, {"amount": "1.234"}, {"amount": "1000.00"}, {"way": "x"},
            {"component": "heating"}, {"reason": ""}, {"note": ""}, {"note": "\x00"},
        ],
    )  # fmt: skip
    def test_an_adjustment_that_is_wrong_is_refused_with_the_input_intact(
        self, hall: Hall, finance: Staff, changes: dict[str, Any]
    ) -> None:
        form = {"way": "credit", "amount": "1", "component": "supply", "reason": "LEAK", "note": "暗漏"}

        answer = signed_in(finance).post(f"/bills/{hall.bill.number}/adjust/", {**form, **changes})

        assert answer.status_code == 422
        assert answer.context["form"]["amount"].value() == changes.get("amount", "1")
        assert not Adjustment.objects.exists()

    def test_a_waiver_may_be_proposed_by_an_adviser(self, hall: Hall) -> None:
        adviser = signed_in(make_staff(role="adviser", branch=hall.branch))
        address = f"/bills/{hall.bill.number}/waive/"
        assert adviser.get(address).context["late_charge"] == Decimal("4.00")

        refused = adviser.post(address, {"amount": "4.01", "reason": "HARDSHIP", "note": "困难"})
        taken = adviser.post(address, {"amount": "4.00", "reason": "HARDSHIP", "note": "困难"})

        assert (refused.status_code, taken.status_code) == (422, 302)
        assert Waiver.objects.get().amount == Decimal("4.00")

    def test_is_offered_to_those_who_may(self, hall: Hall, finance: Staff) -> None:
        def offered(staff: Staff) -> list[str]:
            page = signed_in(staff).get(f"/bills/{hall.bill.number}/")
            return [action["url"].split("/")[-2] for action in page.context["correction_actions"]]

        assert offered(finance) == ["adjust", "waive", "new", "cancel"]
        assert offered(make_staff(role="adviser", branch=hall.branch)) == ["adjust", "waive"]
        assert offered(hall.cashier) == []


class TestTheList:
    @pytest.fixture
    def adjustment(self, hall: Hall, finance: Staff) -> Adjustment:
        return propose_adjustment(
            hall.account, bill=hall.bill, amount=Decimal("-9.99"), component="supply", reason="LEAK", note="暗漏",
            proposed_by=finance, at=MORNING,
        )  # fmt: skip

    def test_lets_the_supervisor_decide(self, hall: Hall, adjustment: Adjustment) -> None:
        client = signed_in(hall.supervisor)
        (row,) = client.get("/corrections/").context["adjustments"]

        answer = client.post(row["decide_url"], {"decision": "approve"})

        assert answer.headers["Location"] == "/corrections/"
        adjustment.refresh_from_db()
        assert (adjustment.state, adjustment.decided_by) == ("APPROVED", hall.supervisor)
        assert client.get("/corrections/").context["adjustments"] == []
        assert len(client.get("/corrections/?show=done").context["adjustments"]) == 1

    def test_lets_nobody_decide_the_own_proposal(self, hall: Hall, finance: Staff) -> None:
        own = propose_adjustment(
            hall.account, amount=Decimal("-1"), component="supply", reason="LEAK", note="暗漏",
            proposed_by=hall.supervisor, at=MORNING,
        )  # fmt: skip
        client = signed_in(hall.supervisor)
        assert client.get("/corrections/?show=mine").context["adjustments"][0]["decide_url"] == ""

        answer = client.post(f"/corrections/adjustments/{own.pk}/", {"decision": "approve"})

        assert answer.status_code == 422
        own.refresh_from_db()
        assert own.state == "PROPOSED"

    def test_refuses_what_was_decided_meanwhile(self, hall: Hall, adjustment: Adjustment) -> None:
        approve_adjustment(adjustment, approved_by=hall.supervisor, at=MORNING)

        answer = signed_in(hall.supervisor).post(
            f"/corrections/adjustments/{adjustment.pk}/", {"decision": "refuse"}
        )

        assert answer.status_code == 422
        assert answer.context["form"].non_field_errors()

    def test_leaves_a_waiver_above_the_own_limit_to_the_manager(self, hall: Hall, finance: Staff) -> None:
        bill = make_bill(hall.account, total="10000.00", due_on=hall.bill.due_on)
        waiver = propose_waiver(
            bill, amount=Decimal("200.01"), reason="OTHER", note="停机", proposed_by=finance, at=MORNING
        )
        supervisor, manager = signed_in(hall.supervisor), signed_in(make_staff(role="manager"))
        (row,) = supervisor.get("/corrections/").context["waivers"]
        assert row["is_above_limit"]

        assert supervisor.post(row["decide_url"], {"decision": "approve"}).status_code == 422
        assert manager.post(row["decide_url"], {"decision": "approve"}).status_code == 302

        waiver.refresh_from_db()
        assert waiver.state == "APPROVED"

    def test_shows_a_cashier_what_belongs_to_the_own_branch(self, hall: Hall, adjustment: Adjustment) -> None:
        assert len(signed_in(hall.cashier).get("/corrections/").context["adjustments"]) == 1
        assert signed_in(hall.stranger).get("/corrections/").context["adjustments"] == []

    def test_that_is_empty_says_so(self, hall: Hall) -> None:
        answer = signed_in(hall.cashier).get("/corrections/")

        assert answer.status_code == 200
        assert 'class="empty"' in text_of(answer)


class TestABatch:
    def test_goes_from_the_selection_to_the_last_bill(self, hall: Hall, finance: Staff) -> None:
        clerk, supervisor = signed_in(finance), signed_in(hall.supervisor)
        for _ in range(3):
            make_bill(hall.account, total="10.00", kind=Bill.Kind.ONE_OFF)
        shown = clerk.get("/corrections/batches/new/?service=WATER")
        assert shown.context["extent"].bills == 5

        made = clerk.post(
            "/corrections/batches/new/",
            {"service": "WATER", "reason": "DOUBLE", "note": "重复出账", "request_id": str(uuid4())},
        )
        address = made.headers["Location"]
        assert clerk.post(f"{address}run/").status_code == 422
        assert clerk.post(f"{address}decide/", {"decision": "approve"}).status_code == 403
        # Approved, and a worker is called at once.
        assert supervisor.post(f"{address}decide/", {"decision": "approve"}).status_code == 302
        assert clerk.get(f"{address}progress/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"

        page = clerk.get(address)
        assert page.context["progress"] == {"waiting": 0, "cancelled": 5, "left": 0, "all": 5}
        assert CorrectionBatch.objects.get().state == "DONE"
        assert broken_invariants() == []

    def test_shows_how_far_the_workers_are_and_calls_them_again(
        self, hall: Hall, finance: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clerk, supervisor = signed_in(finance), signed_in(hall.supervisor)
        form = {"service": "WATER", "reason": "DOUBLE", "note": "重复出账", "request_id": str(uuid4())}
        address = clerk.post("/corrections/batches/new/", form).headers["Location"]
        with monkeypatch.context() as idle:
            idle.setattr(tasks.work_on_batch, "apply_async", lambda args, retry: None)
            supervisor.post(f"{address}decide/", {"decision": "approve"})

        bar = clerk.get(f"{address}progress/", headers={"HX-Request": "true"})
        called = clerk.post(f"{address}run/")

        assert (bar.status_code, bar.context["progress"]["waiting"]) == (200, 2)
        assert called.status_code == 302
        assert CorrectionBatch.objects.get().state == "DONE"
        assert clerk.post(f"{address}run/").status_code == 422

    @pytest.mark.parametrize(
        "changes", [{"note": ""}, {"reason": ""}, {"service": ""}, {"period": "\x00"}, {"request_id": "1"}]
    )
    def test_refuses_a_form_that_is_wrong(self, hall: Hall, finance: Staff, changes: dict[str, str]) -> None:
        form = {"service": "WATER", "reason": "DOUBLE", "note": "重复", "request_id": str(uuid4())}

        answer = signed_in(finance).post("/corrections/batches/new/", {**form, **changes})

        assert answer.status_code == 422
        assert answer.context["form"]["note"].value() == changes.get("note", "重复")
        assert not CorrectionBatch.objects.exists()

    def test_refuses_a_selection_that_is_wrong(self, hall: Hall, finance: Staff) -> None:
        assert signed_in(finance).get("/corrections/batches/new/?period=%00").status_code == 422


class TestInChinese:
    def test_has_no_english_left(self, hall: Hall, water: Account, finance: Staff) -> None:
        clerk, supervisor, bill = signed_in(finance), signed_in(hall.supervisor), water.bills.get()
        proposal = {"way": "credit", "amount": "1", "component": "supply", "reason": "LEAK", "note": "暗漏"}
        clerk.post(f"/bills/{hall.bill.number}/adjust/", proposal)
        clerk.post(f"/bills/{hall.bill.number}/adjust/", {**proposal, "way": "charge"})
        clerk.post(f"/bills/{hall.bill.number}/waive/", {"amount": "1", "reason": "OTHER", "note": "停机"})
        selection = {"service": "WATER", "reason": "DOUBLE", "note": "重复", "request_id": str(uuid4())}
        batch = clerk.post("/corrections/batches/new/", selection).headers["Location"]
        answers = [
            clerk.post(cancel_address(bill), form_of(water)),
            clerk.post(cancel_address(bill), form_of(water, value="", reason="")),
            supervisor.get("/corrections/"),
            clerk.get(batch),
            clerk.get("/corrections/batches/new/?service=WATER"),
            clerk.post(f"{batch}run/"),
        ]
        for row in (*Adjustment.objects.all(), *Waiver.objects.all()):
            kind = "adjustments" if isinstance(row, Adjustment) else "waivers"
            supervisor.post(f"/corrections/{kind}/{row.pk}/", {"decision": "approve"})
        clerk.post(cancel_address(bill), previewed(clerk, bill, form_of(water)))
        addresses = (
            f"/bills/{bill.number}/", f"/bills/{bill.number}-R1/", f"/bills/{hall.bill.number}/",
            cancel_address(bill), f"/bills/{hall.bill.number}/adjust/", f"/bills/{hall.bill.number}/waive/",
            "/corrections/?show=mine", "/corrections/?show=done", "/corrections/batches/new/",
            *(f"/bills/{charge.number}/" for charge in Bill.objects.filter(charged_by__isnull=False)),
        )  # fmt: skip

        left = [english_in(text_of(answer)) for answer in (*answers, *map(clerk.get, addresses))]

        assert [words for words in left if words] == []
