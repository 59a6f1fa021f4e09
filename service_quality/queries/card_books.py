from typing import Any

from django.db.models import Q

from service_quality.models import CardBook, PraiseCard, serial_text


def card_books() -> list[dict[str, Any]]:
    """Every book, the newest first, and how many of its cards came back. One query for all of them."""
    books = list(CardBook.objects.select_related("hall", "made_by"))
    entered = set(
        PraiseCard.objects.filter(Q(medium=PraiseCard.Medium.PAPER)).values_list("serial", flat=True)
    )
    return [
        {
            "book": one,
            "first": serial_text(one.prefix, one.first),
            "last": serial_text(one.prefix, one.last),
            "cards": one.last - one.first + 1,
            "entered": sum(serial in entered for serial in one.serials()),
        }
        for one in books
    ]
