"""One household for each odd row, so that nobody has to wait for chance to bring it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from accounts.models.account import Category, Service
from config.demo.chance import Chance
from config.demo.households import Household, NewAccount, OddRow
from config.demo.names import person_name
from config.demo.places import Door, Town

H, W, G, E = Service.HEAT, Service.WATER, Service.GAS, Service.ELECTRICITY
RESIDENT = Category.RESIDENT

_NAMES_WITH_DOT = ["阿依古丽·买买提", "艾力·吐尔逊", "巴合提·叶尔江", "阿不都热合曼·阿不力米提·吐尔逊尼亚孜"]
# U+4DAE, U+36C3, U+2CC56 and U+20BB7; the last two take four bytes in UTF-8.
_RARE_NAMES = ["王䶮", "李㛃", "张𬱖", "𠮷田华"]


def odd_households(town: Town, chance: Chance) -> Iterator[Household]:
    """All of them; the number of their accounts is the same for every seed."""
    yield _flat(town, chance, [_metered(W, 9.0, OddRow.ROLLOVER), _heated()])
    yield _flat(town, chance, [_metered(E, 160.0, OddRow.REPLACED_METER), _metered(W, 8.0)])
    yield _flat(town, chance, [_metered(E, 140.0, OddRow.CREDIT_ABOVE_DEBT), _metered(G, 12.0)])
    yield _flat(town, chance, [_metered(W, 0.0, OddRow.ZERO_USE)])
    yield _flat(town, chance, [_metered(E, 0.0, OddRow.SMALLEST_BILL)])
    yield _flat(town, chance, [_metered(W, 8.0, OddRow.LEAP_DAY)])
    yield replace(
        _flat(town, chance, [_heated(), _metered(W, 7.0)], OddRow.OLD_ACCOUNT), opened_in=town.newest - 23
    )
    yield from _two_owners(town, chance)
    yield _tower(town, chance)
    for name in _NAMES_WITH_DOT:
        yield replace(_flat(town, chance, [_heated(), _metered(W, 10.0)], OddRow.NAME_WITH_DOT), name=name)
    for name in _RARE_NAMES:
        yield replace(_flat(town, chance, [_heated(), _metered(E, 120.0)], OddRow.RARE_CHARACTER), name=name)
    yield from _units(town)


def _two_owners(town: Town, chance: Chance) -> Iterator[Household]:
    former = _flat(town, chance, [_metered(W, 9.0, OddRow.FORMER_OWNER)])
    name, born = person_name(chance)
    yield former
    yield replace(former, name=name, born=born, accounts=[_metered(W, 6.0, OddRow.NEW_OWNER)], follows=True)


def _tower(town: Town, chance: Chance) -> Household:
    household = _flat(town, chance, [_heated(), _metered(W, 8.0), _metered(E, 200.0)], OddRow.TOWER)
    # The room of the 33rd floor, in a building number that the community has not reached.
    return replace(household, door=Door("33", "1", "3301"), floors=33, height=Decimal("2.90"))


def _units(town: Town) -> Iterator[Household]:
    school = NewAccount(W, Category.RESIDENT_PRICE_UNIT, monthly=900.0, odd=OddRow.TWELVE_METERS)
    yield _unit(
        town,
        "沈阳市第三中学",
        "教学楼",
        "8650.40",
        [school, _heated(Category.RESIDENT_PRICE_UNIT, "8650.40")],
    )
    shared = NewAccount(
        W, Category.RESIDENT_SHARED, monthly=96 * 8.0, shared_households=96, odd=OddRow.SHARED_METER
    )  # fmt: skip
    yield _unit(town, "水源胡同小区业主委员会", "总表房", "60.00", [shared])
    boilers = NewAccount(G, Category.NONRESIDENT, monthly=21_000.0, odd=OddRow.LARGEST_BILL)
    yield _unit(town, "沈阳市北陵锅炉房", "锅炉房", "2400.00", [boilers])


def _flat(town: Town, chance: Chance, accounts: list[NewAccount], odd: OddRow | None = None) -> Household:
    community, door = town.flat()
    name, born = person_name(chance)
    return Household(
        name,
        community,
        door,
        born,
        accounts=accounts,
        area=Decimal("82.50"),
        floors=community.floors,
        odd=odd,
    )


def _unit(town: Town, name: str, entrance: str, area: str, accounts: list[NewAccount]) -> Household:
    community = town.community()
    door = Door(entrance, "", "", community.next_shop().serial)
    return Household(
        name, community, door, is_unit=True, accounts=accounts, area=Decimal(area), height=Decimal("3.40")
    )


def _metered(service: Service, monthly: float, odd: OddRow | None = None) -> NewAccount:
    return NewAccount(service, RESIDENT, monthly=monthly, odd=odd)


def _heated(category: Category = RESIDENT, area: str = "82.50") -> NewAccount:
    return NewAccount(H, category, area=Decimal(area))
