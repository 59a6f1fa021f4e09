"""An address written in one piece, taken apart: 文化路128号阳光家园5号楼2单元301室."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from accounts.door import SHOP, match_door
from accounts.roster.cells import CellRefused, words
from accounts.roster.row import Address

_STREET = re.compile(r"(.*?(?:路|街|巷|道|胡同|弄)[0-9]+号院?)\s*(.+)")
_BUILDING_WORDS = re.compile(r"(?:号楼|#楼|#|栋|幢|楼|号)$")
_UNIT_WORDS = re.compile(r"(?:单元|门)$")
_ROOM_WORDS = re.compile(r"[室户号]$")
_SHOP = re.compile(SHOP)
# Street, community, building, unit and room, as the books hold them.
_LONGEST = (120, 60, 20, 20, 20)


def split_address(text: str) -> Address:
    """The door stands at the end, the street with its number at the start, the community between them."""
    text = unicodedata.normalize("NFKC", text).strip()
    door, place = None, text
    for position in range(1, len(text)):
        found = match_door(text.lower(), position)
        if found and found[1] == len(text):
            door, place = found[0], text[:position].rstrip()
            break
    street, community = _street_and_community(place)
    if not community:
        raise CellRefused(_("names no community"), code="address")
    address = Address(street, community)
    if door is not None:
        address = Address(street, community, *plain_door(*(part.upper() for part in door)))
    for part, longest in zip(address, _LONGEST, strict=True):
        # The whole cell was short enough, but one part may not be; and one character can become several.
        words(longest)(part)
    return address


def plain_door(building: str, unit: str, room: str) -> tuple[str, str, str]:
    """The parts as the books keep them: 5号楼, 2单元, 301室 → 5, 2, 301. What is no number stays as it is."""
    shop = _SHOP.fullmatch(room.lower())
    return (
        _bare(_BUILDING_WORDS, building),
        _bare(_UNIT_WORDS, unit),
        room if shop else _bare(_ROOM_WORDS, room),
    )


def _street_and_community(place: str) -> tuple[str, str]:
    match = _STREET.fullmatch(place)
    return (match[1], match[2]) if match else ("", place)


def _bare(tail: re.Pattern[str], part: str) -> str:
    bare = tail.sub("", part)
    return bare if bare.isascii() else part
