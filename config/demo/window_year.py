"""The 5P cards of the year before: the figures of the source essay, card for card (domain.md 0.2).

80 people at the windows, 1,356 cards — polite 271, patient 281, positive 263, passionate 311, professional 230 —
and exactly ten who reached a star.
"""

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.copying import copy_rows
from accounts.models import Staff
from config.demo.card_givers import Card, Givers, at_windows
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.names import person_name
from config.demo.praise_words import words_for
from config.demo.visits import at_time
from service_quality.models import CardSerial, serial_text
from service_quality.promotions import KINDS

PEOPLE_AT_WINDOWS = 80
CARDS = dict(zip(KINDS, (271, 281, 263, 311, 230), strict=True))
STARS = (46, 43, 40, 38, 36, 34, 33, 32, 31, 30)
OF_EACH = 3
FEWEST, MOST = 3, 28
FROM_CUSTOMERS = 0.72
_COLUMNS = (
    "serial", "kind", "source", "medium", "receiver_id", "giver_id", "text", "given_on", "entered_at",
    "entered_by_id", "shown_at", "shown_by_id", "void_reason",
)  # fmt: skip


def write_last_year(company: Company, on: datetime.date, chance: Chance) -> None:
    """Take over the paper books of the year before `on`."""
    year = on.year - 1
    own = at_windows(company)
    people = own + hire_for_a_season(company, year, PEOPLE_AT_WINDOWS - len(own), chance)
    cards = list(_cards(people, year, chance))
    cards.sort(key=lambda one: one.given_on)
    givers = Givers(company, people, chance)
    entered_at = at_time(datetime.date(on.year, 1, 1), 9)
    supervisor = company.supervisor_of(1)
    prefix = f"5P{year % 100:02}"
    copy_rows(
        "service_quality_praisecard",
        _COLUMNS,
        (
            _row(card, serial_text(prefix, number), givers, entered_at, supervisor, chance)
            for number, card in enumerate(cards, 1)
        ),
    )
    CardSerial.objects.create(prefix=prefix, last=len(cards))


def hire_for_a_season(company: Company, year: int, count: int, chance: Chance) -> list[Staff]:
    """Who helped out at the windows in that year and has gone back; nobody of them can sign in."""
    halls = list(company.halls.values())
    nobody = make_password(None)
    gone = datetime.date(year, 12, 31)
    staff = Staff.objects.bulk_create(
        Staff(
            number=f"{8001 + index}",
            name=person_name(chance)[0],
            post=Staff.Post.CASHIER if index % 3 else Staff.Post.ADVISER,
            branch_id=halls[index % len(halls)].branch_id,
            password=nobody,
            hired_on=datetime.date(year - 1, 10, 8),
            left_on=gone,
            left_reason="窗口支援期满，回原岗位",
            is_active=False,
        )
        for index in range(count)
    )
    groups = {group.name: group.pk for group in Group.objects.all()}
    Staff.groups.through.objects.bulk_create(
        Staff.groups.through(staff_id=one.pk, group_id=groups[one.post.lower()]) for one in staff
    )
    return staff


def _cards(people: Sequence[Staff], year: int, chance: Chance) -> Iterator[Card]:
    left = Counter(CARDS)
    totals = _totals(len(people) - len(STARS), chance)
    order = list(people)
    chance.shuffle(order)
    kinds: dict[int, list[str]] = {}
    # A star needs some of each kind; the other cards are dealt as they come.
    for one in order[: len(STARS)]:
        kinds[one.pk] = [kind for kind in KINDS for _ in range(OF_EACH)]
        left.subtract(kinds[one.pk])
    rest = list(left.elements())
    chance.shuffle(rest)
    for one, total in zip(order, (*STARS, *totals), strict=True):
        own = kinds.setdefault(one.pk, [])
        while len(own) < total:
            own.append(rest.pop())
        for kind in own:
            yield Card(one, kind, _day(year, chance))


def _totals(people: int, chance: Chance) -> list[int]:
    """How many cards each of the others received: all that the stars left, nobody enough for a star."""
    cards = sum(CARDS.values()) - sum(STARS)
    totals = [cards // people + (index < cards % people) for index in range(people)]
    for _ in range(people * 40):
        giver, taker = chance.randrange(people), chance.randrange(people)
        if totals[giver] > FEWEST and totals[taker] < MOST:
            totals[giver] -= 1
            totals[taker] += 1
    return totals


def _day(year: int, chance: Chance) -> datetime.date:
    return datetime.date(year, 1, 1) + datetime.timedelta(days=chance.randrange(365))


def _row(
    card: Card,
    serial: str,
    givers: Givers,
    entered_at: datetime.datetime,
    supervisor: Staff,
    chance: Chance,
) -> tuple[Any, ...]:
    found = None if chance.happens(FROM_CUSTOMERS) else givers.find(card)
    source, giver = found or ("CUSTOMER", None)
    return (
        serial, card.kind, source, "TAKEN_OVER", card.receiver.pk, giver.pk if giver else None,
        words_for(card.kind, chance), card.given_on, entered_at, supervisor.pk, entered_at, supervisor.pk, "",
    )  # fmt: skip
