import json
from pathlib import Path

from billing.card_content import MOST_ON_A_CARD, CardCode, CardContent, CardError, MeterKind


class FileReader:
    """A JSON file for each card: what tests, the demo company and a course use instead of a reader.

    `card_no` names the card that lies in the reader. A file that does not exist is an empty reader, or a new
    card from the box when `has_new_card`.
    """

    def __init__(self, folder: Path, card_no: str, *, has_new_card: bool = False) -> None:
        self.path = folder / f"{card_no}.json"
        self.has_new_card = has_new_card

    def read(self) -> CardContent:
        try:
            return CardContent(**json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            if self.has_new_card:
                return CardContent()
            raise CardError(CardCode.NO_CARD) from None
        except OSError:
            raise CardError(CardCode.READER_DOWN) from None
        except (ValueError, TypeError):
            raise CardError(CardCode.READ_FAILED) from None

    def write(self, content: CardContent) -> None:
        if content.volume > MOST_ON_A_CARD[MeterKind(content.meter_kind)]:
            raise CardError(CardCode.TOO_LARGE)
        fresh = self.path.with_suffix(".new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(content.as_json()), encoding="utf-8")
            fresh.replace(self.path)
        except OSError:
            raise CardError(CardCode.WRITE_FAILED) from None
