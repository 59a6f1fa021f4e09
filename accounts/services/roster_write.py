"""The rows of a roster on their way into the tables, in sets."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.copying import copy_rows, reserve_ids, update_rows
from accounts.door import door_key
from accounts.models import Account, Contact, Staff
from accounts.models.account import Category
from accounts.pinyin import initials
from accounts.queries.on_file import KnownDistrict, customers_with_papers, phones_on_file, premises_at
from accounts.roster.row import RosterRow
from accounts.services.roster_plan import ACCOUNT, CUSTOMER, PLACE, RosterPlan, kind_of

_CUSTOMER = [
    "id", "kind", "name", "name_initials", "id_number", "unified_code", "low_income_no", "low_income_until",
]  # fmt: skip
_PREMISES = [
    "id", "district_id", "street", "community", "community_initials", "building", "unit", "room", "door",
    "building_area", "inner_area", "has_own_valve",
]  # fmt: skip
_ACCOUNT = [
    "id", "account_no", "old_account_no", "customer_id", "premises_id", "branch_id", "service", "category",
    "state", "persons", "shared_households", "billed_area", "opened_on", "closed_on", "is_disputed",
    "is_in_court",
]  # fmt: skip
NewRows = Sequence[tuple[RosterRow, KnownDistrict]]


def write_roster(plan: RosterPlan, *, actor: Staff | None, at: datetime) -> None:
    _correct(plan)
    customers, phones = _add_customers(plan.new)
    places = _add_premises(plan.new)
    # Contacts before accounts: the search words of an account are cut once, when it comes.
    _add_contacts([*plan.phones, *phones])
    _add_accounts(plan.new, customers, places, actor=actor, at=at)


def _correct(plan: RosterPlan) -> None:
    update_rows("accounts_account", ACCOUNT, plan.accounts.rows())
    name, community = 1 + CUSTOMER.index("name"), 1 + PLACE.index("community")
    update_rows(
        "accounts_customer",
        [*CUSTOMER, "name_initials"],
        ([*row, initials(row[name])] for row in plan.customers.rows()),
    )
    update_rows(
        "accounts_premises",
        [*PLACE, "community_initials", "door"],
        (
            [*row, initials(row[community]), door_key(*row[community + 1 : community + 4])]
            for row in plan.places.rows()
        ),
    )


def _add_customers(new: NewRows) -> tuple[list[int], list[tuple[int, str]]]:
    """Give every row its customer. The same papers and the same name are the same customer."""
    on_file = customers_with_papers(
        {row.id_number for row, _district in new if row.id_number},
        {row.unified_code for row, _district in new if row.unified_code},
    )
    kept = phones_on_file(set(on_file.values()))
    fresh = iter(reserve_ids("accounts_customer", len(new)))
    added: dict[int, RosterRow] = {}
    keys: list[int] = []
    phones: dict[tuple[int, str], None] = {}
    for row, _district in new:
        papers = [(paper, row.name) for paper in (row.id_number, row.unified_code) if paper]
        key = next((on_file[paper] for paper in papers if paper in on_file), 0)
        if not key:
            key = next(fresh)
            added[key] = row
        on_file |= dict.fromkeys(papers, key)
        keys.append(key)
        phones |= {(key, phone): None for phone in row.phones if phone not in kept.get(key, ())}
    copy_rows("accounts_customer", _CUSTOMER, (_customer(key, row) for key, row in added.items()))
    return keys, list(phones)


def _add_premises(new: NewRows) -> list[int]:
    """Give every row its place. The same door is the same place; a place without a door is one of its own."""
    on_file = premises_at({(district.pk, row.address) for row, district in new if any(row.address[2:])})
    fresh = iter(reserve_ids("accounts_premises", len(new)))
    added: dict[int, tuple[RosterRow, KnownDistrict]] = {}
    keys = []
    for row, district in new:
        place = (district.pk, row.address)
        key = on_file.get(place, 0) if any(row.address[2:]) else 0
        if not key:
            key = next(fresh)
            added[key] = row, district
            on_file[place] = key
        keys.append(key)
    copy_rows("accounts_premises", _PREMISES, (_place(key, *of) for key, of in added.items()))
    return keys


def _add_contacts(phones: Iterable[tuple[int, str]]) -> None:
    rows = (
        [customer, Contact.Kind.LANDLINE if phone.startswith("0") else Contact.Kind.MOBILE, phone, False]
        for customer, phone in phones
    )
    copy_rows("accounts_contact", ["customer_id", "kind", "phone", "is_wrong"], rows)


def _add_accounts(
    new: NewRows, customers: list[int], places: list[int], *, actor: Staff | None, at: datetime
) -> None:
    keys = reserve_ids("accounts_account", len(new))
    copy_rows(
        "accounts_account",
        _ACCOUNT,
        (
            _account(key, row, district, customer, place)
            for key, (row, district), customer, place in zip(keys, new, customers, places, strict=True)
        ),
    )
    reason, changed_by = _("imported with the roster"), actor.pk if actor else None
    copy_rows(
        "accounts_accountstatechange",
        ["account_id", "from_state", "to_state", "reason", "changed_at", "changed_by_id"],
        (
            [key, "", _state(row), reason, at, changed_by]
            for key, (row, _district) in zip(keys, new, strict=True)
        ),
    )


def _customer(key: int, row: RosterRow) -> list[Any]:
    papers = [row.id_number or "", row.unified_code or "", row.low_income_no or "", row.low_income_until]
    return [key, kind_of(row), row.name, initials(row.name), *papers]


def _place(key: int, row: RosterRow, district: KnownDistrict) -> list[Any]:
    street, community, *door = row.address
    texts = [street, community, initials(community), *door, door_key(*door)]
    return [key, district.pk, *texts, row.building_area, row.inner_area, True]


def _account(key: int, row: RosterRow, district: KnownDistrict, customer: int, place: int) -> list[Any]:
    identity = [key, row.account_no, row.old_account_no, customer, place, district.branch_id, row.service]
    use = [row.category or Category.RESIDENT, _state(row), row.persons or 3, row.shared_households or 1]
    return [*identity, *use, row.billed_area, row.opened_on, row.closed_on, False, False]


def _state(row: RosterRow) -> str:
    return row.state or Account.State.ACTIVE
