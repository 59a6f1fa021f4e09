"""Visits, ratings and 5P cards for tests. What is not named is plain and unique."""

import datetime
from typing import Any

from accounts.models import Account, Staff
from billing.models import Payment
from counters.models import Shift, Ticket, TicketPayment, TicketService, Window
from counters.queries.visit_code import visit_code
from service_quality.models import PraiseCard, RatingTablet
from service_quality.services.card_books import make_card_book
from service_quality.services.cards import give_card_to_colleague
from service_quality.services.ratings import rate_by_receipt
from service_quality.services.tablets import renew_tablet
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, make_shift, pay


def make_tablet(window: Window) -> RatingTablet:
    return renew_tablet(window, by=make_staff(role="supervisor", branch=window.hall.branch), at=MORNING)


def make_payment(shift: Shift, *, account: Account | None = None, at: datetime.datetime = MORNING) -> Payment:
    """Ten yuan in cash for a bill, at the window of the shift."""
    account = account or make_account(branch=shift.cashier.branch)
    return pay(shift, account, [make_bill(account, total="10.00")], cash("10.00"), at=at)


def make_done_ticket(
    shift: Shift, *payments: Payment, number: int = 17, at: datetime.datetime = MORNING
) -> Ticket:
    """A customer with a number whom the shift's window has served, and what was paid meanwhile."""
    service, _is_new = TicketService.objects.get_or_create(
        code="A", defaults={"name": "缴费", "name_en": "Payments"}
    )
    called_at = at - datetime.timedelta(minutes=3)
    ticket = Ticket.objects.create(
        hall=shift.window.hall,
        service=service,
        waits_for=service,
        business_date=shift.business_date,
        number=number,
        issued_at=called_at,
        place_at=called_at,
        state=Ticket.State.DONE,
        window=shift.window,
        staff=shift.cashier,
        shift=shift,
        called_at=called_at,
        ended_at=at,
    )
    for payment in payments:
        TicketPayment.objects.create(ticket=ticket, payment=payment)
    return ticket


def make_rating(
    shift: Shift | None = None, *, level: int = 5, at: datetime.datetime = MORNING, comment: str = ""
) -> Any:
    shift = shift or make_shift(make_staff(), at=at)
    return rate_by_receipt(make_payment(shift, at=at), level=level, comment=comment, at=at)


def make_card(receiver: Staff, giver: Staff, *, kind: str = "PATIENT", **fields: Any) -> PraiseCard:
    return give_card_to_colleague(
        receiver, kind=kind, giver=giver, **{"text": "耐心", "at": MORNING, **fields}
    )


def quality_objects(own: Payment, foreign: Payment) -> dict[str, tuple[str, str]]:
    """Of everything of ratings and cards that an address can name, one of each branch."""
    payments = (own, foreign)
    windows = [one.till_entries.get().shift.window for one in payments]
    halls = [window.hall for window in windows]
    ratings = [
        rate_by_receipt(one, level=1, comment="CANARY" * index, at=MORNING)
        for index, one in enumerate(payments)
    ]
    supervisors = [make_staff(role="supervisor", branch=hall.branch) for hall in halls]
    # Everybody sees the wall and the stars, with the names of every branch; the lists of cards are the branch's own.
    cards = [make_card(make_staff(branch=one.branch), one) for one in supervisors]
    books = [
        make_card_book(hall, sheets=1, by=by, at=MORNING) for hall, by in zip(halls, supervisors, strict=True)
    ]
    codes = [visit_code(one.receipt) for one in payments]
    return {
        "visit code": (codes[0], codes[1]),
        "tablet": (make_tablet(windows[0]).key, make_tablet(windows[1]).key),
        "window": (str(windows[0].pk), str(windows[1].pk)),
        "follow-up": (str(ratings[0].follow_up.pk), str(ratings[1].follow_up.pk)),
        "5P card": (cards[0].serial, cards[1].serial),
        "card book": (str(books[0].pk), str(books[1].pk)),
    }
