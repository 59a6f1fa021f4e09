"""Another's money pays bills, goes back to the payer, and is never the customer's credit."""

from collections import Counter
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import (
    Balance,
    Bill,
    Donation,
    DonationGrant,
    DonationReversal,
    Payment,
    Posting,
    Tender,
    ThirdPartyPayer,
)
from billing.queries.donations import left_of
from billing.services.adjustments import approve_adjustment, propose_adjustment
from billing.services.cancellations import cancel_bill
from billing.services.donations import approve_grant, propose_grant, refuse_grant
from billing.services.offers import PaymentRequest, TenderOffer
from billing.services.refusals import BillingRefused
from billing.services.third_parties import enter_payer
from counters.models import Shift
from counters.services.payments import reverse_payment_at_counter, take_payment_at_counter
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove
from tests.counters.rows import broken_invariants
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay
from tests.factories.donations import make_donation, make_payer, take_back

TWENTY = Decimal("20.00")


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def manager(branch: Branch) -> Staff:
    return make_staff(role="manager", branch=branch)


@pytest.fixture
def bill(account: Account) -> Bill:
    return make_bill(account, total="100.00")


def propose(bill: Bill, by: Staff, donation: Donation | None = None, **fields: Any) -> DonationGrant:
    donation = donation or make_donation(bill.account.branch)
    return propose_grant(
        donation, bill, **{"amount": Decimal("100.00"), "reason": "低保户", "by": by, "at": MORNING, **fields}
    )


def refused_with(code: str, call: Any) -> None:
    before = _rows()
    with pytest.raises(BillingRefused) as refusal:
        call()
    assert (refusal.value.code, _rows()) == (code, before)


def _rows() -> list[int]:
    models: list[Any] = [Donation, DonationGrant, DonationReversal, Payment, Posting, ThirdPartyPayer]
    return [model.objects.count() for model in models]


@pytest.mark.django_db
class TestADonation:
    def test_lies_in_a_pot_of_its_own(self, branch: Branch) -> None:
        donation = make_donation(branch)

        posting = Posting.objects.get()
        assert (posting.debit, posting.credit, posting.amount) == (
            "clearing:bank",
            "donation",
            donation.amount,
        )
        assert posting.account is None
        assert broken_invariants() == []

    def test_is_taken_once_however_often_it_is_sent(self, branch: Branch) -> None:
        payer, by, request_id = make_payer(branch), make_staff(role="supervisor", branch=branch), uuid4()

        first, second = (
            make_donation(branch, payer=payer, by=by, request_id=request_id, reference="S1") for _ in range(2)
        )
        assert first == second
        assert Posting.objects.count() == 1

    def test_is_not_mistaken_for_another_because_the_form_was_sent_before(self, branch: Branch) -> None:
        payer, by = make_payer(branch), make_staff(role="supervisor", branch=branch)
        first = make_donation(branch, payer=payer, by=by, reference="S1")

        for changed in ({"amount": TWENTY}, {"reference": "S2"}, {"payer": make_payer(branch)}):
            same = {"payer": payer, "by": by, "reference": "S1", "request_id": first.request_id, **changed}
            refused_with("form_reused", lambda same=same: make_donation(branch, **same))

    def test_has_a_slip_that_pays_no_bill_besides(
        self, branch: Branch, account: Account, bill: Bill, shift: Shift
    ) -> None:
        make_donation(branch, method="POS", reference="S1")

        slip = TenderOffer("POS", Decimal("100.00"), "s1")
        refused_with("reference_used", lambda: pay(shift, account, [bill], slip))

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"amount": Decimal("0.00")}, "not_money"),
            ({"amount": Decimal("0.001")}, "not_money"),
            ({"method": "CASH"}, "unknown_method"),
            ({"reference": " "}, "no_reference"),
            ({"reference": "㍿" * 20}, "bad_reference"),
            ({"reference": "JZ\n1"}, "bad_reference"),
            ({"purpose": ""}, "purpose_missing"),
            ({"reference": "ｓ1"}, "reference_used"),
        ],
    )
    def test_is_refused(self, branch: Branch, fields: dict[str, Any], code: str) -> None:
        payer, by = make_payer(branch), make_staff(role="supervisor", branch=branch)
        make_donation(branch, reference="S1")

        refused_with(code, lambda: make_donation(branch, payer=payer, by=by, **fields))

    def test_is_received_by_who_may(self, branch: Branch) -> None:
        payer = make_payer(branch)
        for by, code in (
            (make_staff(role="cashier", branch=branch), "may_not_receive"),
            (make_staff(role="collector"), "unknown_payer"),
        ):
            refused_with(code, lambda by=by: make_donation(branch, payer=payer, by=by))


@pytest.mark.django_db
class TestAGrant:
    def test_pays_the_bill_of_a_household_with_the_donor_on_it(
        self, bill: Bill, supervisor: Staff, manager: Staff
    ) -> None:
        grant = approve_grant(propose(bill, supervisor), by=manager, at=MORNING)

        bill.refresh_from_db()
        assert (bill.state, bill.outstanding) == ("PAID", Decimal("0.00"))
        assert grant.payment is not None
        assert (grant.payment.channel, grant.payment.third_party.payer) == ("DONATION", grant.donation.payer)
        assert Tender.objects.get().method == "DONATION"
        assert left_of(grant.donation) == Decimal("1900.00")
        assert broken_invariants() == []

    def test_leaves_the_customers_own_credit_alone(
        self, account: Account, bill: Bill, shift: Shift, supervisor: Staff, manager: Staff
    ) -> None:
        pay(shift, account, [], cash("30.00"), keep_as_credit=True)

        approve_grant(propose(bill, supervisor), by=manager, at=MORNING)

        assert Balance.objects.get(account=account).prepaid == Decimal("30.00")

    def test_lies_in_the_pot_again_when_it_is_undone(
        self, account: Account, bill: Bill, shift: Shift, supervisor: Staff, manager: Staff
    ) -> None:
        grant = approve_grant(propose(bill, supervisor), by=manager, at=MORNING)
        assert grant.payment is not None

        reverse_payment_at_counter(
            grant.payment, shift=shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="", at=MORNING,
            reversed_by=shift.cashier, approved_by=supervisor,
        )  # fmt: skip

        bill.refresh_from_db()
        assert bill.outstanding == Decimal("100.00")
        assert left_of(grant.donation) == Decimal("2000.00")
        assert Balance.objects.get(account=account).prepaid == Decimal("0.00")
        assert broken_invariants() == []

    def test_stays_in_the_pot_when_it_is_refused(self, bill: Bill, supervisor: Staff, manager: Staff) -> None:
        grant = refuse_grant(propose(bill, supervisor), by=manager, at=MORNING)

        assert left_of(grant.donation) == Decimal("2000.00")
        refused_with("already_decided", lambda: approve_grant(grant, by=manager, at=MORNING))

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"amount": Decimal("100.01")}, "more_than_owed"),
            ({"amount": Decimal("NaN")}, "not_money"),
            ({"reason": ""}, "reason_missing"),
        ],
    )
    def test_is_not_proposed(self, bill: Bill, supervisor: Staff, fields: dict[str, Any], code: str) -> None:
        donation = make_donation(bill.account.branch)

        refused_with(code, lambda: propose(bill, supervisor, donation, **fields))

    def test_is_not_proposed_beyond_the_pot(self, bill: Bill, supervisor: Staff) -> None:
        donation = make_donation(bill.account.branch, amount=Decimal("120.00"))
        propose(bill, supervisor, donation)
        other = make_bill(bill.account, total="50.00")

        refused_with("more_than_left", lambda: propose(other, supervisor, donation, amount=Decimal("20.01")))
        refused_with("proposed_before", lambda: propose(bill, supervisor, donation, amount=Decimal("20.00")))

    def test_is_given_by_another_person(
        self, branch: Branch, bill: Bill, manager: Staff, finance: Staff
    ) -> None:
        grant = propose(bill, finance)
        for by, code in (
            (finance, "same_person"),
            (make_staff(role="supervisor", branch=branch), "may_not_approve"),
        ):
            refused_with(code, lambda by=by: approve_grant(grant, by=by, at=MORNING))

    def test_is_not_given_once_the_customer_has_paid(
        self, account: Account, bill: Bill, shift: Shift, supervisor: Staff, manager: Staff
    ) -> None:
        grant = propose(bill, supervisor)
        pay(shift, account, [bill], cash("100.00"))

        refused_with("bill_settled", lambda: approve_grant(grant, by=manager, at=MORNING))


@pytest.mark.django_db
class TestADonationThatWasEnteredWrongly:
    def test_leaves_its_pot_by_a_linked_row(self, branch: Branch, supervisor: Staff, manager: Staff) -> None:
        donation = make_donation(branch)

        reversal = take_back(donation, supervisor, manager)

        assert (reversal.posting.debit, reversal.posting.credit) == ("donation", "clearing:bank")
        assert (reversal.posting.amount, reversal.posting.reverses) == (donation.amount, donation.posting)
        assert left_of(donation) == Decimal("0.00")
        assert broken_invariants() == []
        entry = AuditEntry.objects.get(action="donation.reverse")
        assert (entry.actor, entry.details["approved_by"]) == (supervisor, manager.number)

    def test_is_taken_back_once_however_often_it_is_sent(
        self, branch: Branch, supervisor: Staff, manager: Staff
    ) -> None:
        donation, request_id = make_donation(branch), uuid4()

        first, second = (take_back(donation, supervisor, manager, request_id=request_id) for _ in range(2))

        assert first == second
        changed = {"request_id": request_id, "reason": "ENTERED_TWICE"}
        refused_with("form_reused", lambda: take_back(donation, supervisor, manager, **changed))
        refused_with("already_reversed", lambda: take_back(donation, supervisor, manager))

    def test_may_be_entered_once_more_with_its_slip(
        self, branch: Branch, supervisor: Staff, manager: Staff
    ) -> None:
        take_back(make_donation(branch, reference="S1"), supervisor, manager)

        make_donation(branch, reference="S1", amount=Decimal("200.00"))

        payer, by = make_payer(branch), supervisor
        refused_with("reference_used", lambda: make_donation(branch, reference="S1", payer=payer, by=by))
        assert broken_invariants() == []

    def test_pays_nothing_any_more(self, bill: Bill, supervisor: Staff, manager: Staff) -> None:
        donation = make_donation(bill.account.branch)
        take_back(donation, supervisor, manager)

        refused_with("more_than_left", lambda: propose(bill, supervisor, donation))

    def test_stays_while_something_of_it_is_proposed_or_given(
        self, bill: Bill, shift: Shift, supervisor: Staff, manager: Staff
    ) -> None:
        grant = propose(bill, supervisor)
        refused_with("already_given", lambda: take_back(grant.donation, supervisor, manager))
        grant = approve_grant(grant, by=manager, at=MORNING)
        refused_with("already_given", lambda: take_back(grant.donation, supervisor, manager))
        assert grant.payment is not None

        reverse_payment_at_counter(
            grant.payment, shift=shift, request_id=uuid4(), reason="WRONG_ACCOUNT", note="", at=MORNING,
            reversed_by=shift.cashier, approved_by=supervisor,
        )  # fmt: skip
        take_back(grant.donation, supervisor, manager)

        assert broken_invariants() == []

    def test_is_taken_back_by_two_who_may(
        self, branch: Branch, supervisor: Staff, manager: Staff, finance: Staff
    ) -> None:
        donation = make_donation(branch)
        cashier = make_staff(role="cashier", branch=branch)
        for by, approved_by, code in (
            (finance, finance, "same_person"),
            (supervisor, cashier, "may_not_approve"),
            (supervisor, make_staff(role="supervisor", branch=branch), "may_not_approve"),
            (cashier, manager, "may_not_receive"),
            (make_staff(role="collector"), manager, "unknown_payer"),
        ):
            refused_with(code, lambda by=by, second=approved_by: take_back(donation, by, second))

    @pytest.mark.parametrize(
        ("fields", "code"), [({"reason": "WHIM"}, "unknown_reason"), ({"note": "多" * 201}, "note_too_long")]
    )
    def test_is_taken_back_for_a_reason(
        self, branch: Branch, supervisor: Staff, manager: Staff, fields: dict[str, Any], code: str
    ) -> None:
        donation = make_donation(branch)

        refused_with(code, lambda: take_back(donation, supervisor, manager, **fields))


@pytest.mark.django_db
class TestAPaymentOfAnother:
    def take(self, shift: Shift, bill: Bill, **fields: Any) -> Payment:
        assert shift.cashier.branch is not None
        payer = make_payer(shift.cashier.branch, kind="EMPLOYER")
        wanted = PaymentRequest(
            uuid4(),
            bill.account_id,
            (bill.pk,),
            (cash(fields.pop("amount", "100.00")),),
            payer_id=payer.pk,
            **fields,
        )
        return take_payment_at_counter(wanted, shift=shift, taken_by=shift.cashier, at=MORNING)

    def test_keeps_its_payer(self, shift: Shift, bill: Bill) -> None:
        payment = self.take(shift, bill, amount="150.00")

        assert payment.third_party.payer.kind == "EMPLOYER"
        assert payment.change_given == Decimal("50.00")
        assert broken_invariants() == []

    def test_sent_again_is_the_same_payment_although_its_bill_is_settled(
        self, shift: Shift, account: Account, bill: Bill
    ) -> None:
        payer, request_id = make_payer(account.branch, kind="VILLAGE"), uuid4()
        first, again = (
            take_payment_at_counter(
                PaymentRequest(request_id, account.pk, bills, (cash("100.00"),), payer_id=payer.pk),
                shift=shift, taken_by=shift.cashier, at=MORNING,
            )
            for bills in ((bill.pk,), ())
        )  # fmt: skip

        assert first == again
        assert Payment.objects.count() == 1

    def test_is_never_kept_as_the_customers_credit(self, shift: Shift, bill: Bill) -> None:
        with pytest.raises(BillingRefused) as refusal:
            self.take(shift, bill, amount="150.00", keep_as_credit=True)

        assert refusal.value.code == "payer_gets_it_back"
        assert not Payment.objects.exists()

    def test_cannot_pretend_to_be_a_donation(self, shift: Shift, bill: Bill) -> None:
        with pytest.raises(BillingRefused) as refusal:
            self.take(shift, bill, is_donated=True)

        assert refusal.value.code == "unknown_method"

    def test_keeps_its_bill_from_becoming_the_customers_credit(
        self, account: Account, shift: Shift, bill: Bill, finance: Staff, supervisor: Staff, manager: Staff
    ) -> None:
        self.take(shift, bill)
        adjustment = propose_adjustment(
            account, bill=bill, amount=-TWENTY, component="supply", reason="SERVICE_FAULT", note="优惠",
            proposed_by=finance, at=MORNING,
        )  # fmt: skip

        refused_with(
            "paid_by_another",
            lambda: cancel_bill(
                bill, reason="WRONG_READING", note="抄错", cancelled_by=supervisor, approved_by=manager,
                request_id=uuid4(), at=MORNING,
            ),
        )  # fmt: skip
        refused_with(
            "paid_by_another", lambda: approve_adjustment(adjustment, approved_by=manager, at=MORNING)
        )


@pytest.mark.django_db
class TestAPayer:
    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"kind": "NOBODY"}, "unknown_kind"),
            ({"name": "  "}, "name_missing"),
            ({"name": "华电 厂"}, "payer_known"),
            ({"by": "stranger"}, "unknown_branch"),
        ],
    )
    def test_is_refused(self, branch: Branch, supervisor: Staff, fields: dict[str, Any], code: str) -> None:
        make_payer(branch, kind="EMPLOYER", name="华电 厂")
        by = make_staff(role="collector") if "by" in fields else supervisor
        named = {"kind": "EMPLOYER", "name": "一中", "branch": branch, **fields, "by": by, "at": MORNING}

        refused_with(code, lambda: enter_payer(**named))


@pytest.mark.django_db(transaction=True)
class TestTwoGrantsOfOneDonation:
    def test_never_give_more_than_it_holds(self) -> None:
        branch = make_branch()
        by = make_staff(role="supervisor", branch=branch)
        donation = make_donation(branch, amount=Decimal("100.00"), by=by)
        bills = [make_bill(make_account(branch=branch), total="80.00") for _ in range(2)]

        results = at_once(
            *(
                lambda bill=bill: propose_grant(
                    donation, bill, amount=Decimal("80.00"), reason="低保户", by=by, at=MORNING
                )
                for bill in bills
            )
        )

        assert outcomes(results) == {"DonationGrant": 1, "more_than_left": 1}


@pytest.mark.django_db(transaction=True)
class TestOneDonationTwice:
    def test_is_taken_back_once(self) -> None:
        assert self.race() == {"DonationReversal": 1, "already_reversed": 1}

    def test_would_meet_the_wall_without_the_lock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        remove(monkeypatch, "billing.services.donation_reversals.lock_donation")
        make_them_meet(monkeypatch, "billing.services.donation_reversals.insert_rows", 2)

        assert self.race() == {"DonationReversal": 1, "IntegrityError": 1}

    def race(self) -> Counter[str]:
        branch = make_branch()
        by, manager = (make_staff(role=role, branch=branch) for role in ("supervisor", "manager"))
        donation = make_donation(branch, by=by)
        return outcomes(at_once(*[lambda: take_back(donation, by, manager)] * 2))


@pytest.mark.django_db(transaction=True)
class TestADonationThatIsTakenBackAndProposedAtOnce:
    def test_is_either_or(self) -> None:
        assert sorted(self.race()) in (
            ["DonationReversal", "more_than_left"],
            ["DonationGrant", "already_given"],
        )

    def test_would_be_both_without_the_lock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        remove(monkeypatch, "billing.services.donation_reversals.lock_donation")
        remove(monkeypatch, "billing.services.donations.lock_donation")
        barrier = Barrier(2)
        for verb in ("donation_reversals", "donations"):
            self.meet(monkeypatch, f"billing.services.{verb}.left_of", barrier)

        assert self.race() == {"DonationReversal": 1, "DonationGrant": 1}

    def race(self) -> Counter[str]:
        branch = make_branch()
        by, manager = (make_staff(role=role, branch=branch) for role in ("supervisor", "manager"))
        donation, bill = make_donation(branch, by=by), make_bill(make_account(branch=branch))
        return outcomes(
            at_once(lambda: take_back(donation, by, manager), lambda: propose(bill, by, donation))
        )

    def meet(self, monkeypatch: pytest.MonkeyPatch, where: str, barrier: Barrier) -> None:
        def wait(*args: Any, **kwargs: Any) -> Decimal:
            left = left_of(*args, **kwargs)
            barrier.wait(timeout=20)
            return left

        monkeypatch.setattr(where, wait)
