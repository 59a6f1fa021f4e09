"""A real reader through PC/SC. pyscard is an extra: requirements/card_reader.in, docs/gas_cards.md."""

import importlib
from collections.abc import Sequence
from typing import Any

from billing.card_content import MOST_ON_A_CARD, CardCode, CardContent, CardError, MeterKind
from counters.readers.card_layout import LENGTH, card_bytes, card_content

_OK = (0x90, 0x00)
# 63 Cx: wrong password, x tries left. 69 82, 69 83: the password was not given, or the card is locked.
_PASSWORD_REFUSED = {(0x69, 0x82), (0x69, 0x83)}
_VERIFY = (0x00, 0x20, 0x00, 0x01)
_READ = (0x00, 0xB0, 0x00, 0x00, LENGTH)
_UPDATE = (0x00, 0xD6, 0x00, 0x00, LENGTH)


class PcscReader:
    """The first reader whose name contains `name`, for memory cards that keep our 32 bytes in their first file.

    `key` is the password of the cards; without one nothing is written.
    """

    def __init__(self, name: str = "", key: bytes = b"") -> None:
        self.name = name
        self.key = key

    def read(self) -> CardContent:
        connection = self._connect()
        try:
            answer = self._send(connection, _READ, CardCode.READ_FAILED)
        finally:
            connection.disconnect()
        return card_content(bytes(answer))

    def write(self, content: CardContent) -> None:
        if content.volume > MOST_ON_A_CARD[MeterKind(content.meter_kind)]:
            raise CardError(CardCode.TOO_LARGE)
        if not self.key:
            raise CardError(CardCode.NO_KEY)
        connection = self._connect()
        try:
            self._send(connection, (*_VERIFY, len(self.key), *self.key), CardCode.PASSWORD)
            self._send(connection, (*_UPDATE, *card_bytes(content)), CardCode.WRITE_FAILED)
        finally:
            connection.disconnect()

    def _connect(self) -> Any:
        system, errors = _smartcard()
        try:
            found = [one for one in system.readers() if self.name.lower() in str(one).lower()]
        except errors.SmartcardException:
            raise CardError(CardCode.READER_DOWN) from None
        if not found:
            raise CardError(CardCode.READER_DOWN)
        connection = found[0].createConnection()
        try:
            connection.connect()
        except errors.NoCardException:
            raise CardError(CardCode.NO_CARD) from None
        except errors.SmartcardException:
            raise CardError(CardCode.READER_DOWN) from None
        return connection

    def _send(self, connection: Any, command: Sequence[int], failed: CardCode) -> list[int]:
        _system, errors = _smartcard()
        try:
            answer, first, second = connection.transmit(list(command))
        except errors.NoCardException:
            raise CardError(CardCode.NO_CARD) from None
        except errors.SmartcardException:
            raise CardError(failed) from None
        if (first, second) in _PASSWORD_REFUSED or (first, second & 0xF0) == (0x63, 0xC0):
            raise CardError(CardCode.PASSWORD)
        if (first, second) != _OK:
            raise CardError(failed)
        data: list[int] = answer
        return data


def _smartcard() -> tuple[Any, Any]:
    """pyscard, asked for only where a reader is."""
    try:
        return importlib.import_module("smartcard.System"), importlib.import_module("smartcard.Exceptions")
    except ImportError:
        raise CardError(CardCode.READER_DOWN) from None
