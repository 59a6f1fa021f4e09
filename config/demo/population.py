"""Ordinary households and units, until the company has its number of accounts (domain.md 6.2–6.10)."""

from collections.abc import Iterator
from decimal import Decimal

from accounts.models.account import Category, Service
from config.demo.chance import Chance
from config.demo.households import Household, NewAccount
from config.demo.names import person_name, unit_name
from config.demo.places import TOWERS, Community, Door, Town

H, W, G, E = Service.HEAT, Service.WATER, Service.GAS, Service.ELECTRICITY
# A heating town: most people come to these halls for heat and water, few for all four.
_SERVICES = {
    (H,): 0.32, (H, W): 0.32, (H, W, G): 0.13, (H, W, E, G): 0.06, (W, G): 0.06, (W,): 0.06, (W, E): 0.03, (E,): 0.02,
}  # fmt: skip
_UNIT_SERVICES = {(H, W): 0.30, (W, E): 0.22, (H,): 0.20, (W, G): 0.08, (H, W, G, E): 0.08, (E,): 0.12}
# Of every hundred places thirteen are units: they have fewer services each, so 10–12 % of the accounts.
_UNITS = 0.13
_KINDS = {"shop": 0.62, "company": 0.20, "committee": 0.10, "bath": 0.05, "school": 0.03}
_KINDS_AT_RESIDENT_PRICE = ("school", "committee")
_ENTRANCES = {"school": "教学楼", "company": "办公楼", "committee": "服务楼"}
# Median and spread (log-normal): use in a month, and m².
_MONTHLY = {W: (8, 0.45), G: (13, 0.45), E: (150, 0.45)}
_UNIT_TIMES = {"shop": 2.0, "company": 5.0, "committee": 3.0, "bath": 6.0, "school": 22.0}
_AREA = (82, 0.325)
_UNIT_AREA = {
    "shop": (80, 0.55), "company": (300, 0.7), "committee": (180, 0.5), "bath": (260, 0.5), "school": (2600, 0.5),
}  # fmt: skip
_PERSONS = {1: 0.16, 2: 0.31, 3: 0.34, 4: 0.12, 5: 0.05, 6: 0.015, 7: 0.005}
_LOW_INCOME = 0.015
_WITHOUT_VALVE = 0.03


def ordinary_households(town: Town, chance: Chance, accounts: int) -> Iterator[Household]:
    """Households and units with exactly so many accounts in all."""
    left = accounts
    while left:
        household = _unit(town, chance) if chance.happens(_UNITS) else _family(town, chance)
        del household.accounts[left:]
        left -= len(household.accounts)
        yield household


def _family(town: Town, chance: Chance) -> Household:
    community, door = town.flat()
    name, born = person_name(chance)
    area = _rounded(chance.around(*_AREA), 25, 400, chance)
    return Household(
        name, community, door, born,
        accounts=[_resident(service, area, chance) for service in chance.one_of(_SERVICES)],
        area=area,
        height=Decimal("2.80") if community.floors < TOWERS else Decimal("2.90"),
        floors=community.floors,
        persons=chance.one_of(_PERSONS),
        opened_in=_opened_in(community, chance, town.newest),
        has_own_valve=not chance.happens(_WITHOUT_VALVE),
        low_income=chance.happens(_LOW_INCOME),
    )  # fmt: skip


def _unit(town: Town, chance: Chance) -> Household:
    community, kind = town.community(), chance.one_of(_KINDS)
    shop = community.next_shop()
    door = Door(_ENTRANCES[kind], "", "", shop.serial) if kind in _ENTRANCES else shop
    area = _rounded(chance.around(*_UNIT_AREA[kind]), 30, 40_000, chance)
    accounts = [
        NewAccount(
            service,
            _category(kind, service),
            monthly=0 if service == H else chance.around(*_MONTHLY[service]) * _UNIT_TIMES[kind],
            area=area if service == H else None,
        )
        for service in chance.one_of(_UNIT_SERVICES)
    ]
    return Household(
        unit_name(chance, kind, community.name), community, door,
        is_unit=True, accounts=accounts, area=area, height=Decimal(chance.randint(30, 51)) / 10,
        opened_in=_opened_in(community, chance, town.newest),
    )  # fmt: skip


def _resident(service: Service, area: Decimal, chance: Chance) -> NewAccount:
    if service == H:
        return NewAccount(service, Category.RESIDENT, area=area)
    return NewAccount(service, Category.RESIDENT, monthly=chance.around(*_MONTHLY[service]))


def _category(kind: str, service: Service) -> Category:
    if kind in _KINDS_AT_RESIDENT_PRICE:
        return Category.RESIDENT_PRICE_UNIT
    return Category.SPECIAL if kind == "bath" and service == W else Category.NONRESIDENT


def _opened_in(community: Community, chance: Chance, newest: int) -> int:
    return min(newest, max(community.built_in, newest - 22) + chance.randint(0, 12))


def _rounded(area: float, least: int, most: int, chance: Chance) -> Decimal:
    """Two decimals; most surveyors stop at five hundredths."""
    fen = int(min(max(area, least), most) * 100)
    return Decimal(fen - fen % 5 if chance.happens(0.7) else fen).scaleb(-2)
