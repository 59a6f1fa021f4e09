"""5P cards: who may give one to whom, and what keeps them honest (domain.md 4.3)."""

import datetime
from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction

from accounts.models import AuditEntry, Staff
from counters.models import Shift
from service_quality.models import CardBook, PraiseCard
from service_quality.services.card_books import make_card_book
from service_quality.services.cards import (
    enter_card_among_staff,
    enter_card_of_customer,
    give_card_for_receipt,
    show_words,
    void_card,
)
from tests.counters.rows import refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.factories.quality import make_card, make_payment

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
DAY = datetime.timedelta(days=1)


@pytest.fixture
def colleague(cashier: Staff) -> Staff:
    return make_staff(branch=cashier.branch)


@pytest.fixture
def book(shift: Shift, supervisor: Staff) -> CardBook:
    return make_card_book(shift.window.hall, sheets=1, by=supervisor, at=MORNING)


class TestGiveCardForReceipt:
    def test_is_for_whoever_took_the_payment(self, shift: Shift) -> None:
        payment = make_payment(shift)

        card = give_card_for_receipt(payment, kind="PASSIONATE", text=" 热情周到 ", at=MORNING)

        assert (card.receiver, card.giver, card.payment, card.text) == (
            shift.cashier, None, payment, "热情周到",
        )  # fmt: skip
        assert (card.source, card.medium, card.serial) == ("CUSTOMER", "ELECTRONIC", "5E26-000001")
        assert card.shown_at is None
        assert AuditEntry.objects.filter(action="quality.give_card").count() == 1

    def test_takes_one_for_a_receipt_until_it_is_voided(self, shift: Shift, supervisor: Staff) -> None:
        payment = make_payment(shift)
        card = give_card_for_receipt(payment, kind="POLITE", at=MORNING)

        with refused("given_already"):
            give_card_for_receipt(payment, kind="PATIENT", at=MORNING)

        void_card(card, reason="收据拿错", by=supervisor, at=MORNING)
        assert give_card_for_receipt(payment, kind="PATIENT", at=MORNING).serial == "5E26-000002"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"kind": "PRETTY"}, "unknown_kind"),
            ({"text": "好" * 201}, "text_too_long"),
            ({"at": MORNING + 31 * DAY}, "too_late"),
        ],
    )
    def test_refuses_and_gives_nothing(self, shift: Shift, changes: dict[str, Any], code: str) -> None:
        payment = make_payment(shift)

        with refused(code):
            give_card_for_receipt(payment, **{"kind": "POLITE", "at": MORNING, **changes})

    def test_refuses_who_is_signed_in(self, shift: Shift, supervisor: Staff) -> None:
        payment = make_payment(shift)

        with refused("own_receipt"):
            give_card_for_receipt(payment, kind="POLITE", at=MORNING, signed_in=shift.cashier)
        with refused("staff_give_elsewhere"):
            give_card_for_receipt(payment, kind="POLITE", at=MORNING, signed_in=supervisor)


class TestGiveCardToColleague:
    @pytest.mark.parametrize(
        ("giver", "receiver", "source"),
        [
            ("cashier", "adviser", "COLLEAGUE"),
            ("supervisor", "cashier", "SUPERIOR"),
            ("manager", "supervisor", "SUPERIOR"),
            ("adviser", "supervisor", "SUBORDINATE"),
            ("supervisor", "supervisor", "COLLEAGUE"),
        ],
    )
    def test_knows_by_their_posts_who_stands_above_whom(self, giver: str, receiver: str, source: str) -> None:
        card = make_card(make_staff(role=receiver), make_staff(role=giver))

        assert card.source == source

    def test_refuses_a_card_to_oneself(self, cashier: Staff) -> None:
        with refused("to_oneself"):
            make_card(cashier, cashier)

    def test_refuses_whoever_has_left(self, cashier: Staff) -> None:
        gone = make_staff(is_active=False, left_on=TODAY, left_reason="退休")

        with refused("not_at_work"):
            make_card(gone, cashier)

    def test_takes_one_a_day_for_the_same_person(self, cashier: Staff, colleague: Staff) -> None:
        make_card(colleague, cashier)

        with refused("already_today"):
            make_card(colleague, cashier, kind="POLITE")

        make_card(colleague, cashier, at=MORNING + DAY)

    def test_takes_five_in_a_month(self, cashier: Staff) -> None:
        *first, sixth = [make_staff() for _ in range(6)]
        for one in first:
            make_card(one, cashier)

        with refused("too_many"):
            make_card(sixth, cashier)

        make_card(sixth, cashier, at=MORNING.replace(month=12, day=1))

    @pytest.mark.parametrize(("days", "code"), [(1, "loop"), (30, "loop"), (31, None)])
    def test_takes_none_back_from_whom_it_was_given_to(
        self, cashier: Staff, colleague: Staff, days: int, code: str | None
    ) -> None:
        make_card(colleague, cashier)
        later = MORNING + days * DAY

        if code is None:
            make_card(cashier, colleague, at=later)
        else:
            with refused(code):
                make_card(cashier, colleague, at=later)

    def test_forgets_a_voided_card(self, cashier: Staff, colleague: Staff, supervisor: Staff) -> None:
        void_card(make_card(colleague, cashier), reason="互换", by=supervisor, at=MORNING)

        back, again = make_card(cashier, colleague), make_card(make_staff(), cashier)

        assert (back.receiver, again.giver) == (cashier, cashier)


class TestPaperCards:
    def test_are_numbered_on_and_on(self, book: CardBook, shift: Shift, supervisor: Staff) -> None:
        second = make_card_book(shift.window.hall, sheets=2, by=supervisor, at=MORNING)

        assert (book.serials()[0], book.serials()[-1]) == ("5P26-000001", "5P26-000008")
        assert (second.first, second.last, len(second.serials())) == (9, 24, 16)

    @pytest.mark.parametrize("sheets", [0, 51])
    def test_come_in_books_of_a_sensible_size(self, shift: Shift, supervisor: Staff, sheets: int) -> None:
        with refused("not_so_many"):
            make_card_book(shift.window.hall, sheets=sheets, by=supervisor, at=MORNING)

    @pytest.mark.parametrize("typed", ["5P26-000007", "5p26-7", " 7 "])
    def test_are_entered_with_the_receipt_of_the_customer(
        self, book: CardBook, shift: Shift, supervisor: Staff, typed: str
    ) -> None:
        payment = make_payment(shift)

        card = enter_card_of_customer(
            typed, payment, kind="PATIENT", text="讲得清楚", given_on=TODAY, by=supervisor, at=MORNING
        )

        assert (card.serial, card.receiver, card.medium) == ("5P26-000007", shift.cashier, "PAPER")
        assert (card.entered_by, card.shown_by) == (supervisor, supervisor)

    def test_are_entered_for_a_colleague(
        self, book: CardBook, cashier: Staff, colleague: Staff, supervisor: Staff
    ) -> None:
        card = enter_card_among_staff(
            "1", cashier, giver=colleague, kind="POSITIVE", given_on=TODAY, by=supervisor, at=MORNING
        )

        assert (card.giver, card.source) == (colleague, "COLLEAGUE")
        with refused("already_today"):
            enter_card_among_staff(
                "2", cashier, giver=colleague, kind="POSITIVE", given_on=TODAY, by=supervisor, at=MORNING
            )

    @pytest.mark.parametrize(
        ("serial", "given_on", "code"),
        [
            ("9", TODAY, "unknown_serial"),
            ("0", TODAY, "unknown_serial"),
            ("5P25-000001", TODAY, "unknown_serial"),
            ("5P26-１", TODAY, "unknown_serial"),
            ("", TODAY, "unknown_serial"),
            ("9" * 30, TODAY, "unknown_serial"),
            ("1", TODAY + DAY, "wrong_day"),
            ("1", TODAY - DAY, "wrong_day"),
        ],
    )
    def test_refuses_what_was_not_printed_or_cannot_be(
        self,
        book: CardBook,
        shift: Shift,
        supervisor: Staff,
        serial: str,
        given_on: datetime.date,
        code: str,
    ) -> None:
        payment = make_payment(shift)

        with refused(code):
            enter_card_of_customer(
                serial, payment, kind="POLITE", given_on=given_on, by=supervisor, at=MORNING
            )

    def test_refuses_a_serial_twice(self, book: CardBook, shift: Shift, supervisor: Staff) -> None:
        first, second = make_payment(shift), make_payment(shift)
        enter_card_of_customer("1", first, kind="POLITE", given_on=TODAY, by=supervisor, at=MORNING)

        with refused("used_serial"):
            enter_card_of_customer("1", second, kind="POLITE", given_on=TODAY, by=supervisor, at=MORNING)

    def test_refuses_whoever_enters_the_own_card(
        self, book: CardBook, cashier: Staff, supervisor: Staff
    ) -> None:
        with refused("own_card"):
            enter_card_among_staff(
                "1", supervisor, giver=cashier, kind="POLITE", given_on=TODAY, by=supervisor, at=MORNING
            )


class TestVoidCard:
    def test_needs_a_reason_and_happens_once(
        self, cashier: Staff, colleague: Staff, supervisor: Staff
    ) -> None:
        card = make_card(cashier, colleague)
        with refused("reason_missing"):
            void_card(card, reason="  ", by=supervisor, at=MORNING)

        voided = void_card(card, reason="重复填写", by=supervisor, at=MORNING)

        assert (voided.is_void, voided.voided_by, voided.void_reason) == (True, supervisor, "重复填写")
        with refused("voided_already"):
            void_card(card, reason="再来一次", by=supervisor, at=MORNING)

    def test_is_not_for_who_gave_or_received_it(self, cashier: Staff, supervisor: Staff) -> None:
        card = make_card(supervisor, cashier)

        with refused("own_card"):
            void_card(card, reason="不要", by=supervisor, at=MORNING)


class TestShowWords:
    def test_lets_the_words_of_a_customer_hang_once(self, shift: Shift, supervisor: Staff) -> None:
        card = give_card_for_receipt(make_payment(shift), kind="POLITE", text="谢谢", at=MORNING)

        shown = show_words(card, by=supervisor, at=MORNING)

        assert (shown.shown_at, shown.shown_by) == (MORNING, supervisor)
        with refused("shown_already"):
            show_words(card, by=supervisor, at=MORNING)

    def test_refuses_what_has_no_words_or_does_not_count(self, shift: Shift, supervisor: Staff) -> None:
        silent = give_card_for_receipt(make_payment(shift), kind="POLITE", at=MORNING)
        with refused("no_words"):
            show_words(silent, by=supervisor, at=MORNING)

        loud = give_card_for_receipt(make_payment(shift), kind="POLITE", text="哼", at=MORNING)
        void_card(loud, reason="不当言论", by=supervisor, at=MORNING)
        with refused("voided_already"):
            show_words(loud, by=supervisor, at=MORNING)


class TestTheDatabase:
    def create(self, **fields: Any) -> PraiseCard:
        return PraiseCard.objects.create(
            **{
                "serial": "X-1", "kind": "POLITE", "source": "COLLEAGUE", "medium": "ELECTRONIC",
                "given_on": TODAY, "entered_at": MORNING, **fields,
            }
        )  # fmt: skip

    def test_refuses_by_itself_what_the_verbs_refuse(
        self, shift: Shift, cashier: Staff, colleague: Staff, supervisor: Staff
    ) -> None:
        payment = make_payment(shift)
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("card_is_not_given_to_oneself", {"receiver": cashier, "giver": cashier}),
            ("card_of_a_colleague_names_its_giver", {"receiver": cashier}),
            ("card_of_a_customer_names_the_payment", {"receiver": cashier, "source": "CUSTOMER"}),
            (
                "is not for whoever took the payment",
                {"receiver": colleague, "source": "CUSTOMER", "payment": payment},
            ),
            (
                "card_on_paper_is_entered_by_somebody_else",
                {"receiver": cashier, "giver": colleague, "medium": "PAPER", "entered_by": cashier},
            ),
            (
                "card_is_voided_by_somebody_for_a_reason",
                {"receiver": cashier, "giver": colleague, "voided_at": MORNING, "voided_by": supervisor},
            ),
        ]

        for name, fields in wrong:
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                self.create(**fields)

    def test_takes_a_second_card_of_a_day_or_a_receipt_only_for_a_voided_one(
        self, shift: Shift, cashier: Staff, colleague: Staff
    ) -> None:
        make_card(cashier, colleague)
        payment = make_payment(shift)
        give_card_for_receipt(payment, kind="POLITE", at=MORNING)

        with pytest.raises(IntegrityError, match="one_card_a_day"), transaction.atomic():
            self.create(receiver=cashier, giver=colleague)
        with pytest.raises(IntegrityError, match="one_card_for_a_receipt"), transaction.atomic():
            self.create(receiver=cashier, source="CUSTOMER", payment=payment)

    def test_keeps_a_card_as_it_was_given(self, cashier: Staff, colleague: Staff, supervisor: Staff) -> None:
        card = make_card(cashier, colleague)
        with pytest.raises(Error), transaction.atomic():
            PraiseCard.objects.filter(pk=card.pk).update(receiver=supervisor)
        void_card(card, reason="作废", by=supervisor, at=MORNING)

        with pytest.raises(Error), transaction.atomic():
            PraiseCard.objects.filter(pk=card.pk).update(voided_at=None, voided_by=None, void_reason="")
