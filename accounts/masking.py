"""Personal data as everybody may see it. The full value is shown by `reveal_personal_data` alone."""

from enum import StrEnum

_MOBILE_LENGTH = 11


class PersonalField(StrEnum):
    """What is masked on every page."""

    ID_NUMBER = "id_number"
    PHONE = "phone"
    DOCUMENT = "document"


def mask_phone(phone: str) -> str:
    """13800001234 → 138****1234; a landline keeps its area code and the last two: 024-******34."""
    if phone.startswith("0"):
        return _starred(phone, _area_code_length(phone), 2)
    return _starred(phone, 3, 4) if len(phone) == _MOBILE_LENGTH else _starred(phone, 0, 2)


def mask_id_number(number: str) -> str:
    """Keep the first three and the last two: 110*************00."""
    return _starred(number, 3, 2)


def _area_code_length(phone: str) -> int:
    """010 and 02x have three figures, every other area four; a dash belongs to the area code."""
    return phone.find("-") + 1 or (3 if phone[1:2] in {"1", "2"} else 4)


def _starred(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return "*" * len(text)
    return f"{text[:head]}{'*' * (len(text) - head - tail)}{text[-tail:]}"
