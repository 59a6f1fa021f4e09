"""Households into the tables: customers, contacts, premises, accounts, balances, one COPY each."""

import datetime
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from accounts.copying import copy_rows, reserve_ids
from accounts.door import door_key
from accounts.models import Customer
from accounts.models.account import Service
from accounts.pinyin import initials
from billing.money import NO_MONEY
from config.demo import identity
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.history import History
from config.demo.households import Household, NewAccount, OddRow

_CUSTOMER = (
    "id", "kind", "name", "name_initials", "id_number", "unified_code", "low_income_no", "low_income_until",
)  # fmt: skip
_CONTACT = ("customer_id", "kind", "phone", "is_wrong")
_PREMISES = (
    "id", "district_id", "street", "community", "community_initials", "building", "unit", "room", "door",
    "building_area", "inner_area", "storey_height", "floors", "has_own_valve",
)  # fmt: skip
_ACCOUNT = (
    "id", "account_no", "old_account_no", "customer_id", "premises_id", "branch_id", "service", "category", "state",
    "persons", "shared_households", "billed_area", "opened_on", "closed_on", "is_disputed", "is_in_court",
)  # fmt: skip
# 5–8 % of the telephone numbers are empty or wrong, 3 % are shared (domain.md 6.7).
_WITHOUT_PHONE, _WRONG_PHONE, _SHARED_PHONE, _SECOND_PHONE = 0.04, 0.035, 0.03, 0.15
_HAS_OLD_NUMBER = 0.3


def write_roster(households: Sequence[Household], company: Company, chance: Chance, history: History) -> None:
    """Write everybody, and give each new account its key and number."""
    customers = reserve_ids("accounts_customer", len(households))
    copy_rows(
        "accounts_customer",
        _CUSTOMER,
        (_customer(pk, one, chance, history.on) for pk, one in zip(customers, households, strict=True)),
    )
    copy_rows("accounts_contact", _CONTACT, _contacts(zip(customers, households, strict=True), chance))
    places = _places(households)
    homes = [one for one in households if not one.follows]
    copy_rows(
        "accounts_premises",
        _PREMISES,
        (_premises(pk, one, company) for pk, one in zip(dict.fromkeys(places), homes, strict=True)),
    )
    accounts = [one for household in households for one in household.accounts]
    for pk, account in zip(reserve_ids("accounts_account", len(accounts)), accounts, strict=True):
        account.pk = pk
    numbers = _Numbers()
    rows = zip(customers, places, households, strict=True)
    copy_rows("accounts_account", _ACCOUNT, _accounts(rows, company, numbers, chance, history))
    copy_rows(
        "billing_balance",
        ("account_id", "receivable", "prepaid"),
        ((account.pk, NO_MONEY, NO_MONEY) for account in accounts),
    )


def _places(households: Sequence[Household]) -> list[int]:
    """A key of premises for each household; who follows somebody lives at the same place."""
    fresh = iter(reserve_ids("accounts_premises", sum(not one.follows for one in households)))
    places: list[int] = []
    for household in households:
        places.append(places[-1] if household.follows else next(fresh))
    return places


def _customer(pk: int, one: Household, chance: Chance, on: datetime.date) -> tuple[Any, ...]:
    kind = Customer.Kind.UNIT if one.is_unit else Customer.Kind.PERSON
    return (
        pk, kind, one.name, initials(one.name),
        "" if one.is_unit else identity.id_number(chance, one.born),
        identity.unified_code(chance) if one.is_unit else "",
        f"沈低保{chance.digits(8)}" if one.low_income else "",
        on.replace(day=1) + datetime.timedelta(days=chance.randint(40, 700)) if one.low_income else None,
    )  # fmt: skip


def _contacts(customers: Iterator[tuple[int, Household]], chance: Chance) -> Iterator[tuple[Any, ...]]:
    last = identity.mobile(chance)
    for pk, household in customers:
        if household.is_unit:
            yield pk, "LANDLINE", identity.landline(chance), False
        if chance.happens(_WITHOUT_PHONE):
            continue
        phone = last if chance.happens(_SHARED_PHONE) else identity.mobile(chance)
        yield pk, "MOBILE", phone, chance.happens(_WRONG_PHONE)
        if chance.happens(_SECOND_PHONE) and (second := identity.mobile(chance)) != phone:
            yield pk, "MOBILE", second, False
        last = phone


def _premises(pk: int, one: Household, company: Company) -> tuple[Any, ...]:
    place, door = one.community, one.door
    return (
        pk, company.districts[place.district].pk, place.street, place.name, place.initials,
        door.building, door.unit, door.room, door_key(door.building, door.unit, door.room),
        one.area, (one.area * 4 / 5).quantize(one.area), one.height, one.floors, one.has_own_valve,
    )  # fmt: skip


def _accounts(
    rows: Iterator[tuple[int, int, Household]],
    company: Company,
    numbers: "_Numbers",
    chance: Chance,
    history: History,
) -> Iterator[tuple[Any, ...]]:
    for customer, place, household in rows:
        branch = company.districts[household.community.district].branch_id
        opened = datetime.date(household.opened_in, chance.randint(1, 12), chance.randint(1, 28))
        for account in household.accounts:
            account.account_no, old_no = numbers.next(account, household, chance)
            if account.odd == OddRow.LEAP_DAY:
                opened = leap_day_before(history.on)
            if account.odd == OddRow.NEW_OWNER:
                opened = history.transferred_on
            yield (
                account.pk, account.account_no, old_no, customer, place, branch, account.service, account.category,
                "ACTIVE", household.persons, account.shared_households, account.area, opened, None, False, False,
            )  # fmt: skip


def leap_day_before(on: datetime.date) -> datetime.date:
    """The last 29 February that lies at least a year back."""
    year = (on.year - 1) // 4 * 4
    return datetime.date(year, 2, 29)


class _Numbers:
    """Account numbers in the form of each service (domain.md 3.5.5), and the older ones some still quote."""

    def __init__(self) -> None:
        self.running = {service: count(1) for service in Service}

    def next(self, account: NewAccount, household: Household, chance: Chance) -> tuple[str, str | None]:
        number = next(self.running[account.service])
        if account.service == Service.WATER:
            return f"01{170_000 + number:08}", None
        if account.service == Service.GAS:
            return f"{60_000_000 + number}", None
        if account.service == Service.ELECTRICITY:
            # Ten digits until 2023, then thirteen: the province in front of the old number.
            old = f"{240_030_0000 + number:010}"
            return f"210{old}", old
        return self._heat(household), f"9{number:07}" if chance.happens(_HAS_OLD_NUMBER) else None

    @staticmethod
    def _heat(household: Household) -> str:
        """Company 5, community 5, building 3, unit 2, household 4; a shop has building and unit 0."""
        door = household.door
        if door.serial:
            return f"02401{household.community.number:05}{0:03}{0:02}{door.serial:04}"
        return f"02401{household.community.number:05}{int(door.building):03}{int(door.unit):02}{int(door.room):04}"
