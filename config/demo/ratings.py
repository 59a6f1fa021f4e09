"""The last weeks at the tablets and on the phones: ratings, follow-ups of the bad ones, and the cards of the year."""

import datetime
from collections.abc import Iterator
from typing import Any

from accounts.copying import copy_rows, reserve_ids
from accounts.models import Staff
from billing.business_date import business_date_of
from billing.models import Payment
from config.demo.card_givers import Card, Givers, at_windows
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.praise_words import BAD_WORDS, FINDINGS, GOOD_WORDS, words_for
from config.demo.visits import at_time
from counters.models import TicketPayment
from service_quality.models import CardSerial, RatingTablet, Supervision, serial_text
from service_quality.promotions import KINDS
from service_quality.queries.finished_visits import Extent, VisitKeys, Wanted
from service_quality.satisfaction import BAD
from service_quality.services.follow_ups import due_day

WEEKS = datetime.timedelta(days=45)
MOST_VISITS, MOST_CARDS = 20_000, 260
# However few accounts there are: among the last visits some were bad, and still wait for the supervisor.
BAD_AT_LAST = {2: 2, 5: 1, 9: 2}
RATED, BY_PHONE, READ_AFTER = 0.6, 0.2, 2
# Two cashiers at their best and their worst; the others lie between.
_BEST = {5: 0.78, 4: 0.16, 3: 0.04, 2: 0.015, 1: 0.005}
_WORST = {5: 0.42, 4: 0.34, 3: 0.15, 2: 0.06, 1: 0.03}
_RATING = (
    "id", "ticket_id", "payment_id", "staff_id", "hall_id", "window_id", "level", "channel", "comment",
    "business_date", "rated_at",
)  # fmt: skip
_FOLLOW_UP = (
    "rating_id", "opened_at", "due_on", "owner_id", "state", "finding", "measure", "done_at", "done_by_id",
)  # fmt: skip
_CARD = (
    "serial", "kind", "source", "medium", "receiver_id", "giver_id", "payment_id", "text", "given_on", "entered_at",
    "entered_by_id", "shown_at", "shown_by_id", "void_reason",
)  # fmt: skip


def set_up_tablets(company: Company, on: datetime.date, chance: Chance) -> None:
    """A tablet before every window, and a supervisor for every hall."""
    RatingTablet.objects.bulk_create(
        RatingTablet(window=window, key=chance.uuid().hex, made_at=at_time(on, 7))
        for windows in company.windows.values()
        for window in windows
    )
    Supervision.objects.bulk_create(
        Supervision(hall=hall, supervisor=company.supervisor_of(number))
        for number, hall in company.halls.items()
    )


def rate_visits(company: Company, on: datetime.date, chance: Chance) -> None:
    """Three in five visits of the last weeks are rated; what was bad is followed up, but for the last ones."""
    visits = Wanted(Extent(on - WEEKS, on)).keys(MOST_VISITS, 0)
    rated = [one for one in reversed(visits) if one.rating_id is None and chance.happens(RATED)]
    halls = {window.pk: hall for hall, windows in company.windows.items() for window in windows}
    payments = dict(TicketPayment.objects.order_by("payment_id").values_list("ticket_id", "payment_id"))
    rows = [
        _rating(
            pk,
            one,
            company.halls[halls[one.window_id]].pk,
            payments,
            BAD_AT_LAST.get(len(rated) - index),
            chance,
        )
        for index, (pk, one) in enumerate(
            zip(reserve_ids("service_quality_rating", len(rated)), rated, strict=True)
        )
    ]
    waiting = {row[0] for row in rows[-max(BAD_AT_LAST) :]}
    copy_rows("service_quality_rating", _RATING, rows)
    owners = {company.halls[number].pk: company.supervisor_of(number) for number in company.halls}
    days = {row[-2] for row in rows}
    due = {day: due_day(day) for day in days}
    bad = [row for row in rows if row[6] in BAD]
    copy_rows(
        "service_quality_followup",
        _FOLLOW_UP,
        (_follow_up(row, owners[row[4]], due[row[-2]], chance, is_open=row[0] in waiting) for row in bad),
    )


def _rating(
    pk: int, one: VisitKeys, hall_id: int, payments: dict[int, int], bad: int | None, chance: Chance
) -> tuple[Any, ...]:
    share = one.staff_id % 7 / 6
    weights = {level: _BEST[level] * (1 - share) + _WORST[level] * share for level in _BEST}
    level = bad or chance.one_of(weights)
    by_phone = chance.happens(BY_PHONE) or bad is not None
    comment = chance.choice(BAD_WORDS if level in BAD else GOOD_WORDS) if by_phone else ""
    later = datetime.timedelta(minutes=chance.randint(5, 240)) if by_phone else datetime.timedelta(seconds=9)
    payment_id = one.payment_id or payments.get(one.ticket_id or 0)
    return (
        pk, one.ticket_id, payment_id, one.staff_id, hall_id, one.window_id, level, "QR" if by_phone else "TABLET",
        comment, business_date_of(one.finished_at),
        one.finished_at + later,
    )  # fmt: skip


def _follow_up(
    row: tuple[Any, ...], owner: Staff, due_on: datetime.date | None, chance: Chance, *, is_open: bool
) -> tuple[Any, ...]:
    rated_at: datetime.datetime = row[-1]
    if is_open:
        return row[0], rated_at, due_on, owner.pk, "OPEN", "", "", None, None
    finding, measure = chance.choice(FINDINGS)
    done_at = rated_at + datetime.timedelta(hours=chance.randint(1, 20))
    return row[0], rated_at, due_on, owner.pk, "DONE", finding, measure, done_at, owner.pk


def thank_this_year(company: Company, on: datetime.date, chance: Chance) -> None:
    """Customers give cards by the code on the receipt, and people at work thank each other."""
    payments = list(
        Payment.objects.filter(
            channel=Payment.Channel.COUNTER,
            business_date__year=on.year,
            taken_by__isnull=False,
            reversal__isnull=True,
        )
        .order_by("taken_at", "id")
        .values_list("id", "taken_by", "business_date", "taken_at")
    )
    chosen = sorted(chance.sample(range(len(payments)), min(MOST_CARDS, len(payments) // 4)))
    cards = [_from_customer(*payments[index], on=on, company=company, chance=chance) for index in chosen]
    cards += _among_us(company, on, chance)
    cards.sort(key=lambda card: card[-5])
    prefix = f"5E{on:%y}"
    copy_rows(
        "service_quality_praisecard",
        _CARD,
        ((serial_text(prefix, number), *card) for number, card in enumerate(cards, 1)),
    )
    CardSerial.objects.create(prefix=prefix, last=len(cards))


def _from_customer(
    payment_id: int,
    taken_by: int,
    day: datetime.date,
    taken_at: datetime.datetime,
    *,
    on: datetime.date,
    company: Company,
    chance: Chance,
) -> tuple[Any, ...]:
    kind = chance.choice(KINDS)
    text = words_for(kind, chance)
    # The words of the last two days nobody has read yet.
    is_read = bool(text) and (on - day).days > READ_AFTER
    entered_at = taken_at + datetime.timedelta(minutes=7)
    return (
        kind, "CUSTOMER", "ELECTRONIC", taken_by, None, payment_id, text, day, entered_at, None,
        entered_at if is_read else None, company.supervisor_of(1).pk if is_read else None, "",
    )  # fmt: skip


def _among_us(company: Company, on: datetime.date, chance: Chance) -> Iterator[tuple[Any, ...]]:
    """Every other day somebody thanks somebody."""
    people = at_windows(company)
    givers = Givers(company, people, chance)
    day = datetime.date(on.year, 1, 1)
    while day < on:
        card = Card(chance.choice(people), chance.choice(KINDS), day)
        if found := givers.find(card):
            source, giver = found
            at = at_time(day, 17, chance.randrange(60))
            yield (
                card.kind, source, "ELECTRONIC", card.receiver.pk, giver.pk, None, words_for(card.kind, chance), day,
                at, giver.pk, at, giver.pk, "",
            )  # fmt: skip
        day += datetime.timedelta(days=chance.randint(1, 3))
