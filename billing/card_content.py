"""What stands on an IC card of a gas meter, and how an attempt to read or write it can end."""

from dataclasses import asdict, dataclass
from typing import Any, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _


class MeterKind(models.TextChoices):
    """How much one purchase may put on the card: a small meter takes 1,999 m³, a large one 999,999."""

    SMALL = "SMALL", _("small gas meter")
    LARGE = "LARGE", _("large gas meter")


MOST_ON_A_CARD = {MeterKind.SMALL: 1_999, MeterKind.LARGE: 999_999}


class CardCode(models.IntegerChoices):
    """The result of an attempt. 0 to 10 are those of the reader (domain.md 3.4.1), the rest are our findings."""

    OK = 0, _("done")
    NO_KEY = 1, _("the key of the cards is missing in the reader")
    TOO_LARGE = 2, _("the amount is more than the card can hold")
    READER_DOWN = 3, _("the reader does not answer: check its cable")
    NO_CARD = 4, _("there is no card in the reader")
    WRONG_TYPE = 5, _("this is not a gas card")
    NOT_NEW = 6, _("this card is not new: take one from the box of new cards")
    PASSWORD = 7, _("the card refuses the password")
    READ_FAILED = 8, _("the card could not be read: clean it and insert it again")
    WRITE_FAILED = 9, _("the card could not be written")
    VERIFY_FAILED = 10, _("the card holds something else than was written")
    OTHER_CARD = 11, _("this is another card than the one that was sold to")
    GAS_USED = 12, _("the gas has already been read into the meter")
    OTHER_CONTENT = 13, _("the card still holds gas, or its count differs from the books")


class CardError(Exception):
    """The reader ended with this code and did nothing more."""

    def __init__(self, code: CardCode) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class CardContent:
    """The card as the meter reads it. A new card has no number yet.

    `volume` is the gas of the last purchase, m³; the meter sets it to 0 when it takes it over.
    """

    card_no: str = ""
    meter_kind: str = MeterKind.SMALL
    purchase_count: int = 0
    volume: int = 0

    @property
    def is_new(self) -> bool:
        return not self.card_no

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class CardReader(Protocol):
    """A reader with at most one card in it. Both calls raise CardError."""

    def read(self) -> CardContent: ...

    def write(self, content: CardContent) -> None: ...


def write_and_look(reader: CardReader, wanted: CardContent) -> tuple[CardCode, CardContent | None]:
    """Write the card in the reader, and look what it holds now."""
    try:
        reader.write(wanted)
        return CardCode.OK, reader.read()
    except CardError as error:
        code = error.code
    # The reader gave up in the middle: one more look decides what the card holds.
    try:
        return code, reader.read()
    except CardError:
        return code, None
