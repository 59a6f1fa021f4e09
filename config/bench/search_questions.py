"""What clerks type into the search box, about accounts that exist."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from django.db import connection

from accounts.folding import fold
from accounts.models import Staff
from config.bench.town import SEED
from config.demo.chance import Chance

SAMPLE = 2_000


class Way(Enum):
    """How somebody names a customer."""

    ACCOUNT_NO = "account number"
    OLD_ACCOUNT_NO = "old account number"
    PHONE_TAIL = "last four of a phone"
    NAME = "whole name"
    TWO_OF_A_NAME = "two characters of a name"
    TWO_OF_AN_ADDRESS = "two characters of an address"
    SURNAME = "surname alone"
    DOOR = "community and door"
    INITIALS = "pinyin initials"
    NAME_AND_COMMUNITY = "name and community"
    SURNAME_AND_PHONE = "surname and last four of a phone"


@dataclass(frozen=True, slots=True)
class Question:
    """What is typed, by whom, and what somebody who knows the way looks for: a number, or search keys."""

    way: Way
    typed: str
    asked_by: Staff
    number: str = ""
    keys: tuple[str, ...] = ()


class _Subject(NamedTuple):
    """An account that somebody asks for."""

    account_no: str
    old_account_no: str | None
    name: str
    name_initials: str
    community: str
    street: str
    door: str
    phone: str


_SUBJECTS = """
    SELECT a.account_no, a.old_account_no, c.name, c.name_initials, p.community, p.street, p.door, t.phone
    FROM accounts_account a
    JOIN accounts_customer c ON c.id = a.customer_id AND c.kind = 'PERSON' AND length(c.name) BETWEEN 2 AND 4
    JOIN accounts_premises p ON p.id = a.premises_id
    JOIN accounts_contact t ON t.customer_id = c.id AND t.kind = 'MOBILE'
    WHERE a.branch_id = %s ORDER BY hashint8(a.id), t.id LIMIT %s
"""


def questions(asked_by: Staff) -> Iterator[Question]:
    """Every way in turn, without end, about accounts of the own branch."""
    with connection.cursor() as cursor:
        cursor.execute(_SUBJECTS, [asked_by.branch_id, SAMPLE])
        subjects = [_Subject(*row) for row in cursor.fetchall()]
    chance = Chance(SEED, f"questions of {asked_by.number}")
    with_old_number = [one for one in subjects if one.old_account_no]
    while True:
        for way in Way:
            one = chance.choice(with_old_number if way is Way.OLD_ACCOUNT_NO else subjects)
            yield _question(way, one, asked_by, chance)


def _question(way: Way, one: _Subject, asked_by: Staff, chance: Chance) -> Question:
    if way is Way.ACCOUNT_NO:
        return Question(way, one.account_no, asked_by, number=one.account_no)
    if way is Way.OLD_ACCOUNT_NO:
        old = one.old_account_no or ""
        return Question(way, old, asked_by, number=old)
    typed, keys = _words(one, chance)[way]
    return Question(way, typed, asked_by, keys=keys)


def _words(one: _Subject, chance: Chance) -> Mapping[Way, tuple[str, tuple[str, ...]]]:
    tail, surname = one.phone[-4:], one.name[0]
    pair = chance.choice([*filter(str.isalpha, _bigrams(chance.choice([one.community, one.street])))])
    return {
        Way.PHONE_TAIL: (tail, (f"*{tail}",)),
        Way.NAME: (one.name, _bigrams(one.name)),
        Way.TWO_OF_A_NAME: (one.name[-2:], (one.name[-2:],)),
        Way.TWO_OF_AN_ADDRESS: (pair, (pair,)),
        Way.SURNAME: (surname, (f"^{surname}",)),
        Way.DOOR: (f"{one.community} {one.door}", (*_bigrams(one.community), f"#{one.door}")),
        Way.INITIALS: (one.name_initials, (f"~{one.name_initials}",)),
        Way.NAME_AND_COMMUNITY: (
            f"{one.name} {one.community}",
            (*_bigrams(one.name), *_bigrams(one.community)),
        ),
        Way.SURNAME_AND_PHONE: (f"{surname} {tail}", (f"^{surname}", f"*{tail}")),
    }


def _bigrams(words: str) -> tuple[str, ...]:
    return tuple(map("".join, pairwise(fold(words))))
