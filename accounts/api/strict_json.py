"""JSON as a money endpoint reads it: no doubtful body gets as far as a verb."""

import json
from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

# A sign and 19 digits: as long as the key of a row can be. Python itself only gives up at 4,300.
LONGEST_NUMBER = 20


class StrictJSONParser(BaseParser):
    """Reads one object. Refuses a key given twice, NaN, broken text, halves of a pair and bottomless nesting."""

    media_type = "application/json"
    largest = 262_144

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read(self.largest + 1)
        if len(raw) > self.largest:
            raise ParseError(_("The request is too long."), code="too_long")
        try:
            found = json.loads(
                raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse, parse_int=_number
            )
            # Half of a surrogate pair passes as an escape, and no answer that repeats it could be sent.
            json.dumps(found, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The request is not proper JSON."), code="malformed") from error
        if not isinstance(found, dict):
            raise ParseError(_("The request is not proper JSON."), code="malformed")
        return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _number(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("a whole number is too long")
    return int(digits)
