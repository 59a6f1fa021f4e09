"""What a clerk typed into the search box, cut into the keys of the search index (migrations 0003 and 0005)."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice, pairwise, product
from typing import NamedTuple

from accounts.door import Door, door_key, door_part, match_door
from accounts.folding import fold, is_invisible

LONGEST_TEXT = 100
MOST_PIECES = 8
MOST_WAYS = 12
SHORTEST_ACCOUNT_NO, LONGEST_ACCOUNT_NO = 6, 20
PHONE_TAIL = 4
PHONE_LENGTHS = range(7, 13)
# The content of the QR code on our own papers.
SCAN_PREFIX = "nc:"

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_BREAKS = re.compile(r"[\s\"'`‘’“”«»《》,,。、;:;:()()\[\]【】/\\|]+")
# 5号楼 2单元 301: what is one door for a reader becomes one word.
_INSIDE_A_DOOR = re.compile(r"(?<=[楼栋幢座元])\s+(?=[0-9])")
_THREE_NUMBERS = re.compile(r"(?<!\S)([0-9]{1,3})\s+([0-9]{1,2})\s+([0-9]{3,4})(?!\S)")
# ygjy5-2-301: initials written onto the door.
_INITIALS_AT_A_DOOR = re.compile(r"(?<![^\s])([a-z]{2,})(?=[0-9]+[-#][0-9])")
_COUNTRY_CODE = re.compile(r"\+86[\s-]*")
_PHONE = re.compile(r"(1[0-9]{10}|0[0-9]{2,3}-[0-9]{7,8})(?![0-9])")
_STREET = re.compile(r"[^\W\d_a-z]{1,20}?(?:路|街|巷|道|胡同|弄)[0-9]+号(?!楼)")
_ORDINAL = re.compile(r"[0-9]{1,2}[^\W\d_a-z]+|[0-9]+号")
_PLAIN = re.compile(r"[0-9a-z]+")
_COMMUNITY_TAIL = "小区"


class Kind(Enum):
    NUMBER = "number"
    LATIN = "latin"
    TEXT = "text"
    DOOR = "door"


class Way(NamedTuple):
    """One way to find a thing: the keys its row must hold, and how its account number must begin."""

    keys: tuple[str, ...] = ()
    number: str = ""


@dataclass(frozen=True)
class Piece:
    """One thing that was typed, folded, and every way in which it could be meant."""

    kind: Kind
    text: str
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Terms:
    """All that was typed. A row is wanted when it can be found in one of the ways."""

    pieces: tuple[Piece, ...] = ()
    ways: tuple[Way, ...] = ()
    # Scanned from a paper of ours: this number and no other.
    scanned: str = ""


def parse_terms(text: str) -> Terms:
    """Read the box. Nothing that can be typed or scanned is an error; what means nothing finds nothing."""
    text = _clean(text)
    if text.startswith(SCAN_PREFIX):
        return Terms(scanned=text.removeprefix(SCAN_PREFIX).strip().upper())
    text = " ".join(_BREAKS.sub(" ", _COUNTRY_CODE.sub("", text)).split())
    pieces = tuple(islice(_pieces(text), MOST_PIECES))
    ways = tuple(islice(_ways_of_all(pieces), MOST_WAYS))
    together = text.replace(" ", "")
    if len(pieces) > 1 and len(together) <= LONGEST_ACCOUNT_NO and together.isascii() and together.isdigit():
        # Numbers are read aloud and printed in groups: 0100 1723 64, 138 0000 1234.
        number = _number(together)
        return Terms((*pieces, number), (*number.ways, *ways))
    return Terms(pieces, ways)


def _clean(text: str) -> str:
    """A scanner ends with a line break; a pasted name brings direction marks: none of them means anything."""
    spaced = "".join(" " if character.isspace() else character for character in text[:LONGEST_TEXT])
    visible = "".join(character for character in spaced if not is_invisible(character))
    return fold(visible).translate(_DASHES)


def _pieces(text: str) -> Iterator[Piece]:
    text = _THREE_NUMBERS.sub(r"\1-\2-\3", _INSIDE_A_DOOR.sub("", text))
    text = _INITIALS_AT_A_DOOR.sub(r"\1 ", text)
    for term in text.split():
        yield from (piece for piece in _pieces_of(term) if piece.ways)


def _pieces_of(term: str) -> Iterator[Piece]:
    run = ""
    position = 0
    while position < len(term):
        piece, end = _piece_at(term, position)
        if piece or not _is_part_of_a_word(term[position]):
            if run:
                yield _text(run)
            run = ""
        else:
            run += term[position]
        if piece:
            yield piece
        position = end
    if run:
        yield _text(run)


def _piece_at(term: str, position: int) -> tuple[Piece | None, int]:
    if phone := _PHONE.match(term, position):
        return _number(phone[1].replace("-", "")), phone.end()
    if street := _STREET.match(term, position):
        return _text(street[0]), street.end()
    if found := match_door(term, position):
        door, end = found
        return _door(door), end
    if ordinal := _ORDINAL.match(term, position):
        return _text(ordinal[0]), ordinal.end()
    if plain := _PLAIN.match(term, position):
        return (_number(plain[0]) if plain[0].isdigit() else _latin(plain[0])), plain.end()
    return None, position + 1


def _number(digits: str) -> Piece:
    ways = []
    if SHORTEST_ACCOUNT_NO <= len(digits) <= LONGEST_ACCOUNT_NO:
        ways.append(Way(number=digits))
    if len(digits) == PHONE_TAIL or len(digits) in PHONE_LENGTHS:
        ways.append(Way((f"*{digits}",)))
    if len(digits) < SHORTEST_ACCOUNT_NO:
        ways += _ways_to_a_number_at_the_door(digits)
    return Piece(Kind.NUMBER, digits, tuple(ways))


def _latin(word: str) -> Piece:
    ways = []
    has_figure = any(character.isdigit() for character in word)
    if has_figure and SHORTEST_ACCOUNT_NO <= len(word) <= LONGEST_ACCOUNT_NO:
        ways.append(Way(number=word.upper()))
    if len(word) == 1:
        ways.append(Way((f"^{word}",)))
    else:
        ways += [Way((f"~{word}",)), Way(_bigrams(word))]
    if has_figure or len(word) == 1:
        ways += _ways_to_a_number_at_the_door(word)
    return Piece(Kind.LATIN, word, tuple(ways))


def _text(run: str) -> Piece:
    if len(run) == 1:
        return Piece(Kind.TEXT, run, (Way((f"^{run}",)),))
    ways = [Way(_bigrams(run))]
    if run.endswith(_COMMUNITY_TAIL) and len(run) > len(_COMMUNITY_TAIL) + 1:
        # 阳光家园小区 stands in the books as 阳光家园.
        ways.append(Way(_bigrams(run.removesuffix(_COMMUNITY_TAIL))))
    return Piece(Kind.TEXT, run, tuple(ways))


def _door(door: Door) -> Piece:
    building, unit, room = map(door_part, door)
    key = door_key(*door)
    ways = []
    if building:
        ways.append(Way((f"#{key}",)))
    if room and not (building and unit):
        ways.append(Way((f"#{building}", f"@{room}") if building else (f"@{room}",)))
    return Piece(Kind.DOOR, key, tuple(ways))


def _ways_to_a_number_at_the_door(word: str) -> list[Way]:
    part = door_part(word)
    return [Way((f"#{part}",)), Way((f"@{part}",))]


def _bigrams(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map("".join, pairwise(word))))


def _ways_of_all(pieces: Sequence[Piece]) -> Iterator[Way]:
    """Every piece must be found; an account has one number, so two of them in one way find nothing."""
    if not pieces:
        return
    for choice in product(*(piece.ways for piece in pieces)):
        numbers = {way.number for way in choice if way.number}
        if len(numbers) < 2:
            yield Way(tuple(key for way in choice for key in way.keys), "".join(numbers))


def _is_part_of_a_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")
