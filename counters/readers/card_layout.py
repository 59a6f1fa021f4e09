"""The 32 bytes of our cards. A meter maker with a layout of its own gets a module of its own beside this one.

0–1 "NC", 2 layout 1, 3 kind of meter (S or L), 4–11 card number in ASCII, 12–15 purchase count, 16–19 volume in
m³, 20–29 zero, 30–31 CRC-16 of what stands before; numbers are big-endian. Only FF, or only 00: a new card.
"""

import binascii
import struct

from billing.card_content import CardCode, CardContent, CardError, MeterKind

LENGTH = 32
_FORM = struct.Struct(">2sBc8sII10x")
_KINDS = {b"S": MeterKind.SMALL, b"L": MeterKind.LARGE}
_LETTERS = {kind: letter for letter, kind in _KINDS.items()}
_MARK, _LAYOUT = b"NC", 1


def card_bytes(content: CardContent) -> bytes:
    body = _FORM.pack(
        _MARK,
        _LAYOUT,
        _LETTERS[MeterKind(content.meter_kind)],
        content.card_no.encode("ascii"),
        content.purchase_count,
        content.volume,
    )
    return body + struct.pack(">H", binascii.crc_hqx(body, 0xFFFF))


def card_content(raw: bytes) -> CardContent:
    """What the bytes say. Codes of CardError: WRONG_TYPE, READ_FAILED."""
    if raw in (b"\xff" * LENGTH, b"\x00" * LENGTH):
        return CardContent()
    if len(raw) != LENGTH or raw[:2] != _MARK:
        raise CardError(CardCode.WRONG_TYPE)
    body, (checksum,) = raw[:-2], struct.unpack(">H", raw[-2:])
    if binascii.crc_hqx(body, 0xFFFF) != checksum:
        raise CardError(CardCode.READ_FAILED)
    _mark, layout, letter, card_no, count, volume = _FORM.unpack(body)
    if layout != _LAYOUT or letter not in _KINDS or not card_no.isdigit():
        raise CardError(CardCode.WRONG_TYPE)
    return CardContent(card_no.decode("ascii"), _KINDS[letter], count, volume)
