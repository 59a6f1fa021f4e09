import datetime
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import AllocationPolicy, Balance, Bill, Payment, Posting
from billing.services.offers import PaymentRequest, TenderOffer
from counters.models import Shift, TillEntry
from counters.services.payments import take_payment_at_counter
from tests.counters.days import close_short
from tests.counters.rows import all_rows, broken_invariants, refused
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill, make_late_charge_rule
from tests.factories.counters import MORNING, cash, make_shift, pay, pos

pytestmark = pytest.mark.django_db

OCTOBER = datetime.date(2026, 10, 31)
ONE_DAY = datetime.timedelta(days=1)


def postings(payment: Payment) -> list[tuple[str, str, str]]:
    rows = Posting.objects.filter(payment=payment).order_by("id")
    return [(row.debit.partition(":")[0], row.credit, str(row.amount)) for row in rows]


def standing(bill: Bill) -> tuple[str, str, str]:
    bill.refresh_from_db()
    return bill.state, str(bill.outstanding), str(bill.late_charge_left)


def prepaid(account: Account) -> str:
    return str(Balance.objects.get(account=account).prepaid)


class TestTakePayment:
    def test_settles_the_bill_and_gives_change_on_cash(self, shift: Shift, account: Account) -> None:
        bill = make_bill(account, total="86.20")

        payment = pay(shift, account, [bill], cash("100.00"))

        assert standing(bill) == ("PAID", "0.00", "0.00")
        assert payment.change_given == Decimal("13.80")
        assert postings(payment) == [("cash", "receivable", "86.20")]
        assert Balance.objects.get(account=account).receivable == 0

    def test_leaves_the_rest_open_when_less_is_handed_over(self, shift: Shift, account: Account) -> None:
        bill = make_bill(account, total="86.20")

        pay(shift, account, [bill], cash("50.00"))

        assert standing(bill) == ("OPEN", "36.20", "0.00")
        assert Balance.objects.get(account=account).receivable == Decimal("36.20")

    def test_settles_bills_of_several_accounts_at_once(
        self, shift: Shift, account: Account, branch: Branch
    ) -> None:
        other = make_account(branch=branch, customer=account.customer)
        bills = [
            make_bill(account, total="10.00"),
            make_bill(other, total="20.00"),
            make_bill(other, total="30.00"),
        ]

        payment = pay(shift, account, bills, cash("60.00"))

        assert [standing(bill)[0] for bill in bills] == ["PAID", "PAID", "PAID"]
        assert payment.allocations.count() == 3
        assert set(Balance.objects.values_list("receivable", flat=True)) == {Decimal("0.00")}

    def test_settles_the_oldest_bill_first_whatever_the_order_asked_for(
        self, shift: Shift, account: Account
    ) -> None:
        newer, older = make_bill(account), make_bill(account, due_on=OCTOBER)

        pay(shift, account, [newer, older], cash("150.00"))

        assert standing(older)[0] == "PAID"
        assert standing(newer) == ("OPEN", "50.00", "0.00")

    def test_takes_the_change_out_of_the_cash_and_draws_on_the_card_first(
        self, shift: Shift, account: Account
    ) -> None:
        bill = make_bill(account, total="86.20")

        payment = pay(shift, account, [bill], cash("50.00"), pos("40.00"))

        assert payment.change_given == Decimal("3.80")
        assert postings(payment) == [("clearing", "receivable", "40.00"), ("cash", "receivable", "46.20")]
        assert TillEntry.objects.get(payment=payment).cash_in == Decimal("46.20")

    def test_pays_principal_before_late_charge_and_leaves_the_late_charge_open(
        self, shift: Shift, account: Account
    ) -> None:
        make_late_charge_rule(service="HEAT")
        # 23 days × 0.5 % × 100.
        bill = make_bill(account, due_on=OCTOBER)

        payment = pay(shift, account, [bill], cash("105.00"))

        assert standing(bill) == ("OPEN", "0.00", "6.50")
        assert postings(payment) == [("receivable", "late_charge", "5.00"), ("cash", "receivable", "105.00")]

    def test_takes_late_charge_first_where_the_policy_says_so_and_never_asks_for_it_twice(
        self, shift: Shift, account: Account
    ) -> None:
        AllocationPolicy.objects.create(effective_from=OCTOBER, within_bill="LATE_CHARGE_FIRST")
        make_late_charge_rule(service="HEAT")
        bill = make_bill(account, due_on=OCTOBER)

        first = pay(shift, account, [bill], cash("11.50"))
        second = pay(shift, account, [bill], cash("200.00"))

        assert [(share.principal, share.late_charge) for share in first.allocations.all()] == [
            (Decimal("0.00"), Decimal("11.50"))
        ]
        assert second.allocated == Decimal("100.00")

    def test_uses_the_accounts_own_credit_before_the_money(self, shift: Shift, account: Account) -> None:
        pay(shift, account, [], cash("30.00"), keep_as_credit=True)
        bill = make_bill(account)

        payment = pay(shift, account, [bill], cash("100.00"))

        assert payment.change_given == Decimal("30.00")
        assert postings(payment) == [("prepaid", "receivable", "30.00"), ("cash", "receivable", "70.00")]
        assert prepaid(account) == "0.00"

    def test_leaves_the_credit_alone_where_the_policy_says_so(self, shift: Shift, account: Account) -> None:
        AllocationPolicy.objects.create(effective_from=OCTOBER, uses_credit=False)
        pay(shift, account, [], cash("30.00"), keep_as_credit=True)

        pay(shift, account, [make_bill(account)], cash("100.00"))

        assert prepaid(account) == "30.00"

    def test_uses_the_credit_of_each_account_for_its_own_bills_only(
        self, shift: Shift, account: Account, branch: Branch
    ) -> None:
        other = make_account(branch=branch)
        pay(shift, account, [], cash("500.00"), keep_as_credit=True)
        pay(shift, other, [], cash("5.00"), keep_as_credit=True)
        bills = [make_bill(account, total="10.00"), make_bill(other, total="20.00")]

        payment = pay(shift, account, bills, cash("15.00"))

        assert payment.change_given == 0
        assert (prepaid(account), prepaid(other)) == ("490.00", "0.00")
        assert broken_invariants() == []

    def test_needs_no_money_when_the_credit_is_enough(self, shift: Shift, account: Account) -> None:
        pay(shift, account, [], pos("120.00"), keep_as_credit=True)
        bill = make_bill(account)

        payment = pay(shift, account, [bill])

        assert standing(bill)[0] == "PAID"
        assert (payment.tendered, payment.change_given) == (Decimal("100.00"), Decimal("0.00"))
        assert prepaid(account) == "20.00"

    def test_keeps_what_is_over_as_credit_only_when_asked(self, shift: Shift, account: Account) -> None:
        bill = make_bill(account)

        payment = pay(shift, account, [bill], pos("80.00"), cash("50.00"), keep_as_credit=True)

        assert (payment.credited, payment.change_given) == (Decimal("30.00"), Decimal("0.00"))
        assert postings(payment) == [
            ("clearing", "receivable", "80.00"),
            ("cash", "receivable", "20.00"),
            ("cash", "prepaid", "30.00"),
        ]
        assert prepaid(account) == "30.00"

    def test_numbers_the_receipts_of_a_shift_without_a_gap(self, shift: Shift, account: Account) -> None:
        bill = make_bill(account)
        first = pay(shift, account, [bill], cash("40.00"))
        with refused("bill_settled"):
            pay(shift, account, [bill, Bill(pk=0)], cash("40.00"))

        second = pay(shift, account, [bill], cash("60.00"))

        assert [first.receipt.number, second.receipt.number] == [f"{shift.code}-0001", f"{shift.code}-0002"]
        shift.refresh_from_db()
        assert shift.receipts_issued == 2

    def test_writes_one_line_into_the_audit_trail(self, shift: Shift, account: Account) -> None:
        payment = pay(shift, account, [make_bill(account)], cash("100.00"))

        entry = AuditEntry.objects.get(action="take_payment")
        assert (entry.object_id, entry.actor, entry.request_id) == (
            str(payment.pk),
            shift.cashier,
            payment.request_id,
        )

    def test_lets_somebody_with_the_permission_skip_an_older_bill(
        self, shift: Shift, account: Account, cashier: Staff
    ) -> None:
        cashier.user_permissions.add(Permission.objects.get(codename="pay_out_of_order"))
        make_bill(account, due_on=OCTOBER)
        newer = make_bill(account)

        pay(make_again(shift), account, [newer], cash("100.00"))

        assert standing(newer)[0] == "PAID"

    def test_takes_what_a_closed_account_still_owes(self, shift: Shift, account: Account) -> None:
        bill = make_bill(account)
        Account.objects.filter(pk=account.pk).update(state="CLOSED", closed_on=OCTOBER)

        pay(shift, account, [bill], cash("100.00"))

        assert standing(bill)[0] == "PAID"

    def test_leaves_the_books_whole(self, shift: Shift, account: Account) -> None:
        make_late_charge_rule(service="HEAT")
        bills = [make_bill(account, due_on=OCTOBER), make_bill(account, total="33.33")]
        pay(shift, account, bills, cash("111.11"))
        pay(shift, account, bills, pos("100.00"), cash("0.07"), keep_as_credit=True)

        assert broken_invariants() == []


def make_again(shift: Shift) -> Shift:
    """The shift as another request sees it, without the permissions that were read before."""
    return Shift.objects.select_related("cashier").get(pk=shift.pk)


@dataclass(frozen=True, slots=True)
class Offer:
    """A payment that would be taken; each refusal changes one thing."""

    shift: Shift
    account: Account
    bill: Bill
    older: Bill
    paid: Bill
    elsewhere: Bill

    def request(self, **changes: Any) -> PaymentRequest:
        wanted = PaymentRequest(uuid4(), self.account.pk, (self.older.pk, self.bill.pk), (cash("200.00"),))
        return replace(wanted, **changes)


@pytest.fixture
def offer(shift: Shift, account: Account, branch: Branch, stranger: Staff) -> Offer:
    paid = make_bill(account, total="10.00", due_on=OCTOBER - ONE_DAY)
    pay(shift, account, [paid], pos("10.00", "USED1"))
    assert stranger.branch is not None
    return Offer(
        shift,
        account,
        bill=make_bill(account, total="60.00"),
        older=make_bill(account, total="40.00", due_on=OCTOBER),
        paid=paid,
        elsewhere=make_bill(make_account(branch=stranger.branch)),
    )


NOT_MONEY = [
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "0",
    "0.00",
    "-0.01",
    "0.001",
    "99.995",
    "100000000",
    "1E+999999",
]
REFUSALS: list[tuple[str, Any, str]] = [
    ("a bill paid before", lambda o: {"bill_ids": (o.paid.pk,)}, "bill_settled"),
    ("a bill that never was", lambda o: {"bill_ids": (o.older.pk, 999_999)}, "bill_settled"),
    ("a newer bill only", lambda o: {"bill_ids": (o.bill.pk,)}, "older_bill_skipped"),
    ("a bill of another branch", lambda o: {"bill_ids": (o.elsewhere.pk,)}, "bill_settled"),
    ("an account of another branch", lambda o: {"account_id": o.elsewhere.account_id}, "unknown_account"),
    ("an account that never was", lambda o: {"account_id": 999_999}, "unknown_account"),
    ("no money and no credit", lambda o: {"tenders": ()}, "nothing_to_take"),
    ("money for no bill", lambda o: {"bill_ids": ()}, "nothing_owed"),
    ("a card charged too much", lambda o: {"tenders": (pos("100.01"),)}, "too_much"),
    (
        "more over than cash",
        lambda o: {"tenders": (pos("100.00"), cash("5.00"), pos("0.01", "2"))},
        "too_much",
    ),
    ("a slip of another payment", lambda o: {"tenders": (pos("100.00", "USED1"),)}, "reference_used"),
    ("the same slip in small letters", lambda o: {"tenders": (pos("100.00", " used1"),)}, "reference_used"),
    ("the same slip in full width", lambda o: {"tenders": (pos("100.00", "ＵＳＥＤ１"),)}, "reference_used"),
    ("one slip twice", lambda o: {"tenders": (pos("50.00", "X1"), pos("50.00", "x1"))}, "reference_used"),
    ("a card without slip", lambda o: {"tenders": (pos("100.00", ""),)}, "no_reference"),
    ("a slip of blanks", lambda o: {"tenders": (pos("100.00", "  "),)}, "no_reference"),
    ("a slip with a null byte", lambda o: {"tenders": (pos("100.00", "1\0"),)}, "bad_reference"),
    ("a slip too long", lambda o: {"tenders": (pos("100.00", "1" * 65),)}, "bad_reference"),
    ("credit as a tender", lambda o: {"tenders": (TenderOffer("PREPAID", Decimal("1")),)}, "unknown_method"),
    ("an unknown tender", lambda o: {"tenders": (TenderOffer("GOLD", Decimal("1")),)}, "unknown_method"),
    ("cash in two heaps", lambda o: {"tenders": (cash("50.00"), cash("50.00"))}, "cash_twice"),
    (
        "seven tenders",
        lambda o: {"tenders": tuple(pos("1.00", str(n)) for n in range(7))},
        "too_many_tenders",
    ),
    *[
        (f"{amount} yuan", lambda o, amount=amount: {"tenders": (cash(amount),)}, "not_money")
        for amount in NOT_MONEY
    ],
]


class TestTakePaymentRefuses:
    @pytest.mark.parametrize(
        ("changes", "code"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
    )
    def test_and_takes_nothing(self, offer: Offer, changes: Any, code: str) -> None:
        wanted = offer.request(**changes(offer))

        with refused(code):
            take_payment_at_counter(wanted, shift=offer.shift, taken_by=offer.shift.cashier, at=MORNING)

    def test_nothing_of_the_offer_the_others_are_made_from(self, offer: Offer) -> None:
        payment = take_payment_at_counter(
            offer.request(), shift=offer.shift, taken_by=offer.shift.cashier, at=MORNING
        )

        assert (payment.allocated, payment.change_given) == (Decimal("100.00"), Decimal("100.00"))

    def test_cash_for_a_bill_that_the_credit_pays_alone(self, shift: Shift, account: Account) -> None:
        pay(shift, account, [], cash("100.00"), keep_as_credit=True)
        bill = make_bill(account)

        with refused("nothing_owed"):
            pay(shift, account, [bill], cash("100.00"))

    @pytest.mark.parametrize("keep_as_credit", [True, False])
    def test_credit_for_a_closed_account(self, shift: Shift, account: Account, keep_as_credit: bool) -> None:
        Account.objects.filter(pk=account.pk).update(state="CLOSED", closed_on=OCTOBER)

        with refused("account_closed"):
            pay(shift, account, [], cash("10.00"), keep_as_credit=keep_as_credit)

    def test_the_shift_of_somebody_else(self, offer: Offer, branch: Branch) -> None:
        colleague = make_staff(branch=branch)

        with refused("not_yours"):
            take_payment_at_counter(offer.request(), shift=offer.shift, taken_by=colleague, at=MORNING)

    def test_a_closed_shift(self, offer: Offer) -> None:
        close_short(offer.shift, "0.00", MORNING)

        with refused("not_open"):
            take_payment_at_counter(
                offer.request(), shift=offer.shift, taken_by=offer.shift.cashier, at=MORNING
            )

    @pytest.mark.parametrize(
        ("at", "is_taken"),
        [
            (datetime.datetime(2026, 11, 23, 23, 59, 59, 999_999, MORNING.tzinfo), True),
            (datetime.datetime(2026, 11, 24, 0, 0, 0, 0, MORNING.tzinfo), False),
            (datetime.datetime(2026, 11, 23, 15, 59, 59, 0, datetime.UTC), True),
            (datetime.datetime(2026, 11, 23, 16, 0, 0, 0, datetime.UTC), False),
        ],
    )
    def test_the_shift_of_another_day_from_midnight_at_the_office(
        self, offer: Offer, at: datetime.datetime, is_taken: bool
    ) -> None:
        if is_taken:
            payment = take_payment_at_counter(
                offer.request(), shift=offer.shift, taken_by=offer.shift.cashier, at=at
            )
            assert payment.business_date == datetime.date(2026, 11, 23)
        else:
            with refused("another_day"):
                take_payment_at_counter(
                    offer.request(), shift=offer.shift, taken_by=offer.shift.cashier, at=at
                )


class TestTheSameRequest:
    key = UUID("7b2f4a52-0000-4000-8000-000000000001")

    def take(self, offer: Offer, *, at: datetime.datetime = MORNING, **changes: Any) -> Payment:
        return take_payment_at_counter(
            offer.request(request_id=self.key, **changes),
            shift=offer.shift,
            taken_by=offer.shift.cashier,
            at=at,
        )

    def test_takes_the_money_once(self, offer: Offer) -> None:
        first = self.take(offer)
        before = all_rows()

        again = self.take(offer)

        assert again == first
        assert all_rows() == before

    def test_is_the_same_in_any_order_of_the_bills(self, offer: Offer) -> None:
        first = self.take(offer)

        assert self.take(offer, bill_ids=(offer.bill.pk, offer.older.pk)) == first

    def test_is_answered_after_the_shift_was_closed(self, offer: Offer) -> None:
        first = self.take(offer)
        close_short(offer.shift, "0.00", MORNING)

        assert self.take(offer) == first

    def test_is_answered_the_next_year(self, offer: Offer) -> None:
        first = self.take(offer)

        assert self.take(offer, at=MORNING + 400 * ONE_DAY) == first

    def test_is_answered_from_the_next_shift(self, offer: Offer) -> None:
        first = self.take(offer)
        close_short(offer.shift, "0.00", MORNING)
        later = replace(offer, shift=make_shift(offer.shift.cashier))

        assert self.take(later) == first

    def test_is_free_again_after_a_refusal(self, offer: Offer) -> None:
        with refused("nothing_to_take"):
            self.take(offer, tenders=())

        assert self.take(offer).request_id == self.key

    @pytest.mark.parametrize(
        "changes",
        [
            {"tenders": (cash("100.00"),)},
            {"tenders": (pos("100.00"),)},
            {"keep_as_credit": True},
            {"bill_ids": ()},
        ],
    )
    def test_with_other_content_is_refused(self, offer: Offer, changes: dict[str, Any]) -> None:
        self.take(offer)

        with refused("form_reused"):
            self.take(offer, **changes)

    def test_for_another_account_is_refused(self, offer: Offer, branch: Branch) -> None:
        self.take(offer)
        other = make_account(branch=branch)

        with refused("form_reused"):
            self.take(offer, account_id=other.pk)

    def test_of_another_person_is_refused(self, offer: Offer, branch: Branch) -> None:
        self.take(offer)
        theirs = replace(offer, shift=make_shift(make_staff(branch=branch)))

        with refused("form_reused"):
            self.take(theirs)


class TestStatements:
    def test_are_at_most_twenty_for_one_cash_payment(self, shift: Shift, account: Account) -> None:
        bill = make_bill(account)

        with CaptureQueriesContext(connection) as queries:
            pay(shift, account, [bill], cash("100.00"))

        assert len(queries) <= 20

    def test_are_as_many_for_ten_bills_as_for_one(
        self, shift: Shift, account: Account, branch: Branch
    ) -> None:
        make_late_charge_rule(service="HEAT")
        one = [make_bill(account, due_on=OCTOBER)]
        with CaptureQueriesContext(connection) as few:
            pay(shift, account, one, cash("200.00"))
        other = make_account(branch=branch)
        ten = [make_bill(owner, due_on=OCTOBER) for owner in (account, other) for _ in range(5)]

        with CaptureQueriesContext(connection) as many:
            pay(shift, account, ten, cash("2000.00"))

        assert len(many) == len(few)
