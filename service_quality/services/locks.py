"""Advisory locks for what is append-only or has no row yet. They come after the rows of the project's lock order."""

from collections.abc import Iterable

from django.db import connection

from service_quality.queries.visits import Visit

TICKET, PAYMENT, PERSON = 7061, 7062, 7063


def lock_visit(visit: Visit) -> None:
    """Two taps for one visit, at the tablet or by the code of a receipt, wait for each other here."""
    if visit.ticket is not None:
        _lock(TICKET, visit.ticket.pk)
    if visit.payment is not None:
        lock_payment(visit.payment.pk)


def lock_payment(payment_id: int) -> None:
    """Two cards for one receipt wait for each other; the row of a payment is append-only and cannot be locked."""
    _lock(PAYMENT, payment_id)


def lock_people(staff_ids: Iterable[int]) -> None:
    """Whoever counts the cards of a person, or looks for a loop between two, is alone; by key, so nobody deadlocks."""
    for key in sorted(staff_ids):
        _lock(PERSON, key)


def _lock(kind: int, key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [kind, key])
