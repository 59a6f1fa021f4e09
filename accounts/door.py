"""Doors as people write them: 5-2-301, 5#2-301, 5栋2单元301室, 1号门市, -101."""

import re
from typing import NamedTuple

from accounts.folding import fold

_ONES = "一二三四五六七八九"
_NUMERAL = re.compile(rf"(?=.)([{_ONES}]?)(十?)([{_ONES}]?)")
_TAIL = re.compile(r"(?:号楼|#楼|号|#|栋|幢|座|公寓|楼|单元|门|室|户)$")
_BELOW_GROUND = re.compile(r"(?:-|负|地下)([0-9]+)")
_KIND_OF_SHOP = "门市|门面|商铺|商网|网点|商服|车库"
_SHOP = re.compile(rf"([0-9]+[a-z]?)[号#]?({_KIND_OF_SHOP})|({_KIND_OF_SHOP})([0-9]+[a-z]?)[号#]?")

LONGEST_KEY = 64
NUMBER = rf"(?:[0-9]{{1,4}}[a-z]?|[a-z][0-9]{{0,2}}|[{_ONES}十]{{1,3}})"
SHOP = rf"(?:[0-9]+[a-z]?[号#]?(?:{_KIND_OF_SHOP})|(?:{_KIND_OF_SHOP})[0-9]+[a-z]?[号#]?)"
ROOM = r"(?:(?:-|负|地下)?[a-z]?[0-9]{1,5}[a-z]?[0-9]{0,2}(?![0-9a-z]))"
# A dash before the room is a sign for the basement, unless dashes stand everywhere: 5号楼-2单元-301.
# Of 文化路128号 the 128号 is no building: 号 alone counts only where a unit follows.
BUILDING = rf"(?<!第)(?P<building>{NUMBER}(?:号楼|#楼|栋|幢|座|公寓|楼|#|号(?={NUMBER}单元)))(?P<dash>-)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{BUILDING}(?:(?P<unit>{NUMBER})(?:单元|门(?![市面])|-)(?(dash)-?))?(?P<room>{SHOP}|{ROOM}[室户号]?(?![楼#]))?",
        rf"(?P<unit>{NUMBER})单元(?P<room>{SHOP}|{ROOM}[室户号]?)?",
        r"(?=[a-z-]*[0-9])(?P<building>[0-9a-z]{1,5})-(?:(?P<unit>[0-9a-z]{1,5})-)?(?P<room>-?[0-9a-z]{1,5})"
        r"室?(?![0-9a-z])",
        rf"(?P<room>{SHOP}|{ROOM}室|(?:-|负|地下)[0-9]+(?![0-9a-z]))",
    )
)


class Door(NamedTuple):
    building: str
    unit: str
    room: str


def door_key(building: str, unit: str, room: str) -> str:
    """The door in one form, whatever words stand around the numbers: 5-2-301. Missing parts are left out."""
    # One character can become several: ㍿ is four. What no door has is cut off as the column is.
    return "-".join(filter(None, map(door_part, (building, unit, room))))[:LONGEST_KEY]


def door_part(text: str) -> str:
    """One part of a door: 五号楼 → 5, 0301室 → 301, -101 → b101, 1号门市 → 门市1."""
    text = fold(text).replace(" ", "")
    if shop := _SHOP.fullmatch(text):
        return f"{shop[2] or shop[3]}{(shop[1] or shop[4]).lstrip('0')}"
    text = _TAIL.sub("", text)
    if below := _BELOW_GROUND.fullmatch(text):
        return "b" + below[1].lstrip("0")
    if numeral := _NUMERAL.fullmatch(text):
        return _figures(*numeral.groups())
    return text.lstrip("0") or text


def match_door(text: str, position: int = 0) -> tuple[Door, int] | None:
    """The door that stands at this position of a folded text, as written, and where it ends."""
    for form in _FORMS:
        if match := form.match(text, position):
            parts = match.groupdict()
            door = Door(*(parts.get(name) or "" for name in Door._fields))
            return door, match.end()
    return None


def _figures(tens: str, ten: str, ones: str) -> str:
    """Up to 九十九: 十二 → 12, 二十 → 20. Side by side without 十 they are digits: 一二 → 12."""
    digits = [str(_ONES.index(one) + 1) if one else "" for one in (tens, ones)]
    return f"{digits[0] or 1}{digits[1] or 0}" if ten else "".join(digits)
