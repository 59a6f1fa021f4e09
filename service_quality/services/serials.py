"""Serial numbers of cards, without gaps and never twice: whoever takes some holds the row of their prefix."""

import datetime

from django.db import connection

from service_quality.models import serial_text

_TAKE = """
    INSERT INTO service_quality_cardserial (prefix, last) VALUES (%(prefix)s, %(count)s)
    ON CONFLICT (prefix) DO UPDATE SET last = service_quality_cardserial.last + %(count)s
    RETURNING last
"""


def paper_prefix(day: datetime.date) -> str:
    """5P26: what stands before the numbers that are printed in a year."""
    return f"5P{day:%y}"


def electronic_prefix(day: datetime.date) -> str:
    return f"5E{day:%y}"


def take_numbers(prefix: str, count: int) -> range:
    """The next so many numbers of the prefix. Inside the transaction of a verb."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"prefix": prefix, "count": count})
        (last,) = cursor.fetchone()
    return range(last - count + 1, last + 1)


def next_electronic_serial(day: datetime.date) -> str:
    prefix = electronic_prefix(day)
    return serial_text(prefix, take_numbers(prefix, 1)[0])
