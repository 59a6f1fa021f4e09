"""JSON as a money endpoint reads it: no doubtful body gets as far as a verb."""

import json
from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class StrictJSONParser(BaseParser):
    """Refuses a key given twice, NaN and Infinity, control characters, broken UTF-8 and bottomless nesting."""

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
            return json.loads(
                raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse, parse_int=_number
            )
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The request is not proper JSON."), code="malformed") from error


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _number(digits: str) -> int:
    if len(digits) > 18:
        raise ValueError("a whole number is too long")
    return int(digits)
