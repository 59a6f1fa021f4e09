from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

Row = TypeVar("Row", bound=Model)


def get_numbered_or_404(rows: QuerySet[Row], **number: str) -> Row:
    """The row whose number stands in the address. PostgreSQL cannot even compare a NUL: it is in no number."""
    if any("\x00" in text for text in number.values()):
        raise Http404
    return get_object_or_404(rows, **number)
