"""The readers: files for practice, PC/SC with a fake of the library at its edge."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from billing.card_content import CardCode, CardContent, CardError, MeterKind
from counters.readers.card_layout import LENGTH, card_bytes, card_content
from counters.readers.file_reader import FileReader
from counters.readers.pcsc_reader import PcscReader

CARD = CardContent("40000012", MeterKind.SMALL, 3, 120)
KEY = bytes.fromhex("A1B2C3")


def code_of(call: Callable[[], object]) -> CardCode:
    with pytest.raises(CardError) as error:
        call()
    return error.value.code


class TestFileReader:
    def test_reads_what_it_wrote(self, tmp_path: Path) -> None:
        reader = FileReader(tmp_path / "cards", "40000012")

        reader.write(CARD)

        assert reader.read() == CARD

    def test_is_empty_or_holds_a_new_card_where_there_is_no_file(self, tmp_path: Path) -> None:
        assert code_of(FileReader(tmp_path, "40000012").read) == CardCode.NO_CARD
        assert FileReader(tmp_path, "40000012", has_new_card=True).read() == CardContent()

    @pytest.mark.parametrize("damage", ["", "[]", "{", '{"volume": 1, "colour": "red"}'])
    def test_cannot_read_a_damaged_file(self, tmp_path: Path, damage: str) -> None:
        (tmp_path / "40000012.json").write_text(damage)

        assert code_of(FileReader(tmp_path, "40000012").read) == CardCode.READ_FAILED

    def test_is_down_where_there_is_no_folder_to_use(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("not a folder")
        reader = FileReader(tmp_path / "file", "40000012")

        assert code_of(reader.read) == CardCode.READER_DOWN
        assert code_of(lambda: reader.write(CARD)) == CardCode.WRITE_FAILED

    @pytest.mark.parametrize(("kind", "most"), [(MeterKind.SMALL, 1_999), (MeterKind.LARGE, 999_999)])
    def test_holds_as_much_as_the_kind_of_meter_takes(
        self, tmp_path: Path, kind: MeterKind, most: int
    ) -> None:
        reader = FileReader(tmp_path, "40000012")

        reader.write(CardContent("40000012", kind, 1, most))

        assert code_of(lambda: reader.write(CardContent("40000012", kind, 1, most + 1))) == CardCode.TOO_LARGE


class TestCardLayout:
    @pytest.mark.parametrize(
        "content",
        [CARD, CardContent("00000000", MeterKind.LARGE, 4_294_967_295, 999_999)],
    )
    def test_reads_back_what_it_lays_out(self, content: CardContent) -> None:
        raw = card_bytes(content)

        assert (len(raw), card_content(raw)) == (LENGTH, content)

    @pytest.mark.parametrize("raw", [b"\xff" * LENGTH, b"\x00" * LENGTH])
    def test_knows_a_new_card(self, raw: bytes) -> None:
        assert card_content(raw).is_new

    @pytest.mark.parametrize("place", range(2, LENGTH))
    def test_notices_every_byte_that_changed(self, place: int) -> None:
        raw = bytearray(card_bytes(CARD))
        raw[place] ^= 0x01

        assert code_of(lambda: card_content(bytes(raw))) == CardCode.READ_FAILED

    @pytest.mark.parametrize("raw", [b"", b"XY" + bytes(30), card_bytes(CARD)[:-1]])
    def test_takes_no_other_card_for_ours(self, raw: bytes) -> None:
        assert code_of(lambda: card_content(raw)) == CardCode.WRONG_TYPE


class FakeCard:
    """A memory card behind a PC/SC reader, with the status words that a test wants."""

    def __init__(self) -> None:
        self.memory = b"\xff" * LENGTH
        self.password = KEY
        self.is_open = False
        self.status: dict[int, tuple[int, int]] = {}
        self.connects: Exception | None = None
        self.transmits: Exception | None = None

    def connect(self) -> None:
        if self.connects:
            raise self.connects

    def disconnect(self) -> None:
        self.is_open = False

    def transmit(self, command: list[int]) -> tuple[list[int], int, int]:
        if self.transmits:
            raise self.transmits
        instruction, body = command[1], bytes(command[5:])
        if instruction in self.status:
            return [], *self.status[instruction]
        if instruction == 0xB0:
            return list(self.memory), 0x90, 0x00
        if instruction == 0x20:
            self.is_open = body == self.password
            return ([], 0x90, 0x00) if self.is_open else ([], 0x63, 0xC2)
        if not self.is_open:
            return [], 0x69, 0x82
        self.memory = body
        return [], 0x90, 0x00


class FakeReader:
    def __init__(self, name: str, card: FakeCard) -> None:
        self.name, self.card = name, card

    def __str__(self) -> str:
        return self.name

    def createConnection(self) -> FakeCard:  # noqa: N802 - the library calls it so
        return self.card


class SmartcardException(Exception):
    pass


class NoCardException(SmartcardException):
    pass


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> FakeCard:
    """One reader with one card, seen through the names of the library."""
    card = FakeCard()
    plug_in(monkeypatch, [FakeReader("ACME Contact 00", card)])
    return card


def plug_in(monkeypatch: pytest.MonkeyPatch, readers: Any) -> None:
    system, errors = ModuleType("smartcard.System"), ModuleType("smartcard.Exceptions")
    system.readers = readers if callable(readers) else lambda: readers  # type: ignore[attr-defined]
    errors.SmartcardException = SmartcardException  # type: ignore[attr-defined]
    errors.NoCardException = NoCardException  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "smartcard", ModuleType("smartcard"))
    monkeypatch.setitem(sys.modules, "smartcard.System", system)
    monkeypatch.setitem(sys.modules, "smartcard.Exceptions", errors)


class TestPcscReader:
    def test_reads_what_it_wrote(self, card: FakeCard) -> None:
        reader = PcscReader("acme", KEY)
        assert reader.read().is_new

        reader.write(CARD)

        assert (reader.read(), card.memory) == (CARD, card_bytes(CARD))

    def test_needs_the_password_of_the_cards(self, card: FakeCard) -> None:
        assert code_of(lambda: PcscReader("", b"").write(CARD)) == CardCode.NO_KEY
        assert code_of(lambda: PcscReader("", b"\x00\x00\x00").write(CARD)) == CardCode.PASSWORD
        assert card.memory == b"\xff" * LENGTH

    def test_writes_no_more_than_the_meter_takes(self, card: FakeCard) -> None:
        too_much = CardContent("40000012", MeterKind.SMALL, 1, 2_000)

        assert code_of(lambda: PcscReader("", KEY).write(too_much)) == CardCode.TOO_LARGE

    @pytest.mark.parametrize(
        ("instruction", "status", "code"),
        [
            (0xB0, (0x62, 0x81), CardCode.READ_FAILED),
            (0xD6, (0x65, 0x81), CardCode.WRITE_FAILED),
            (0xD6, (0x69, 0x82), CardCode.PASSWORD),
            (0x20, (0x69, 0x83), CardCode.PASSWORD),
            (0x20, (0x6A, 0x82), CardCode.PASSWORD),
        ],
    )
    def test_says_what_the_card_answered(
        self, card: FakeCard, instruction: int, status: tuple[int, int], code: CardCode
    ) -> None:
        card.status[instruction] = status
        reader = PcscReader("", KEY)

        assert code_of(reader.read if instruction == 0xB0 else lambda: reader.write(CARD)) == code

    def test_says_that_there_is_no_card(self, card: FakeCard) -> None:
        card.connects = NoCardException()
        assert code_of(PcscReader("", KEY).read) == CardCode.NO_CARD

        card.connects, card.transmits = None, NoCardException()
        assert code_of(lambda: PcscReader("", KEY).write(CARD)) == CardCode.NO_CARD

    def test_says_that_the_reader_is_down(self, card: FakeCard, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken() -> None:
            raise SmartcardException

        assert code_of(PcscReader("another reader", KEY).read) == CardCode.READER_DOWN
        card.connects = SmartcardException()
        assert code_of(PcscReader("", KEY).read) == CardCode.READER_DOWN
        plug_in(monkeypatch, [])
        assert code_of(PcscReader("", KEY).read) == CardCode.READER_DOWN
        plug_in(monkeypatch, broken)
        assert code_of(PcscReader("", KEY).read) == CardCode.READER_DOWN

    def test_is_down_without_the_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "smartcard.System", None)

        assert code_of(PcscReader("", KEY).read) == CardCode.READER_DOWN

    def test_says_which_step_broke_off(self, card: FakeCard) -> None:
        card.transmits = SmartcardException()

        assert code_of(PcscReader("", KEY).read) == CardCode.READ_FAILED
        assert code_of(lambda: PcscReader("", KEY).write(CARD)) == CardCode.PASSWORD
