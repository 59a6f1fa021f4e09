"""What the books already hold of the accounts, customers and places that a roster names."""

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from accounts.models import Account, Contact, Customer, District
from accounts.roster.row import Address


class OnFile(NamedTuple):
    """An account with its customer and its place. The names are lookups from Account."""

    pk: int
    account_no: str
    old_account_no: str | None
    service: str
    category: str
    state: str
    persons: int
    shared_households: int
    billed_area: Decimal | None
    opened_on: datetime.date
    branch_id: int
    customer_id: int
    customer__name: str
    customer__kind: str
    customer__id_number: str
    customer__unified_code: str
    customer__low_income_no: str
    customer__low_income_until: datetime.date | None
    premises_id: int
    premises__district_id: int
    premises__street: str
    premises__community: str
    premises__building: str
    premises__unit: str
    premises__room: str
    premises__building_area: Decimal | None
    premises__inner_area: Decimal | None


class KnownDistrict(NamedTuple):
    pk: int
    branch_id: int
    branch_code: str


def accounts_on_file(numbers: Collection[str]) -> dict[str, OnFile]:
    rows = Account.objects.filter(account_no__in=numbers).values_list(*OnFile._fields)
    return {row[1]: OnFile(*row) for row in rows}


def owners_of_old_numbers(numbers: Collection[str]) -> dict[str, str]:
    """Which account an old number belongs to."""
    rows = Account.objects.filter(old_account_no__in=numbers).values_list("old_account_no", "account_no")
    return {old: number for old, number in rows if old}


def phones_on_file(customers: Collection[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for customer, phone in Contact.objects.filter(customer__in=customers).values_list("customer_id", "phone"):
        found.setdefault(customer, set()).add(phone)
    return found


def customers_with_papers(numbers: Collection[str], codes: Collection[str]) -> dict[tuple[str, str], int]:
    """Customers by (ID number or unified code, name)."""
    found = Customer.objects.filter(
        Q(id_number__in=numbers) & ~Q(id_number="") | Q(unified_code__in=codes) & ~Q(unified_code="")
    )
    return {
        (paper, name): key
        for key, name, *papers in found.values_list("pk", "name", "id_number", "unified_code").order_by("-pk")
        for paper in papers
        if paper
    }


def premises_at(places: Iterable[tuple[int, Address]]) -> dict[tuple[int, Address], int]:
    """Premises that stand at exactly these addresses of these districts."""
    columns: Sequence[Sequence[object]] = list(
        zip(*((district, *address) for district, address in places), strict=True)
    )
    if not columns:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT min(p.id), p.district_id, p.street, p.community, p.building, p.unit, p.room
            FROM accounts_premises p
            JOIN unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
                AS wanted (district_id, street, community, building, unit, room)
                USING (district_id, street, community, building, unit, room)
            GROUP BY p.district_id, p.street, p.community, p.building, p.unit, p.room
            """,
            [list(column) for column in columns],
        )
        return {(district, Address(*parts)): key for key, district, *parts in cursor.fetchall()}


def known_districts() -> dict[str, KnownDistrict]:
    """Districts by code, and by name where only one bears it."""
    rows = list(District.objects.values_list("code", "name", "pk", "branch_id", "branch__code"))
    names = Counter(row[1] for row in rows)
    by_name = {row[1]: KnownDistrict(*row[2:]) for row in rows if names[row[1]] == 1}
    return by_name | {row[0]: KnownDistrict(*row[2:]) for row in rows}
