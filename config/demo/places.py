"""Communities and their doors (domain.md 6.5, 6.6)."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.pinyin import initials
from config.demo.chance import Chance

# From the source essays; the rest is invented.
_NAMED = [
    "阳光家园",
    "凯特小区",
    "山水华庭",
    "八家户",
    "纺织行业办",
    "水源胡同小区",
    "曙光小区",
    "星光小区",
    "风华小区",
]
_FIRST = ["金色", "翠湖", "锦绣", "碧水", "盛世", "春江", "枫林", "东方", "北陵", "御景", "龙湖", "松江", "丁香", "和平",
          "银河", "紫荆", "铁工", "南湖", "万柳", "文萃", "新开", "长青", "滨河", "明珠", "百花", "康宁", "祥云", "白桦"]  # fmt: skip
_LAST = ["家园", "花园", "小区", "新村", "嘉园", "华庭", "公寓", "家属院", "里"]
_STREETS = ["沈河区文化路", "沈河区五爱街", "沈河区热闹路", "大东区东顺城街", "大东区小什字街", "沈河区青年大街",
            "铁西区兴华南街", "铁西区建设大路", "铁西区肇工街", "铁西区云峰街", "于洪区黄海路", "于洪区长江街"]  # fmt: skip
# Floors of the buildings: mostly six or seven without a lift.
_FLOORS = {6: 0.45, 7: 0.25, 11: 0.12, 18: 0.12, 33: 0.06}
TOWERS = 11


@dataclass(frozen=True, slots=True)
class Door:
    """Where in a community; a shop has only its `serial` among the shops."""

    building: str
    unit: str
    room: str
    serial: int = 0


@dataclass(slots=True)
class Community:
    """A housing estate in one collection district; `number` goes into the heat account numbers."""

    number: int
    name: str
    street: str
    district: int
    floors: int
    buildings: int
    units: int
    rooms: int
    built_in: int
    free: Iterator[int]
    shops: int = 0

    @property
    def initials(self) -> str:
        return initials(self.name)

    def next_door(self) -> Door | None:
        """A flat that nobody lives in yet, until the community is full."""
        index = next(self.free, None)
        if index is None:
            return None
        index, room = divmod(index, self.rooms)
        index, floor = divmod(index, self.floors)
        building, unit = divmod(index, self.units)
        return Door(str(building + 1), str(unit + 1), f"{floor + 1}{room + 1:02}")

    def next_shop(self) -> Door:
        self.shops += 1
        return Door("", "", f"{self.shops}号门市", self.shops)


class Town:
    """All communities; a full one is followed by a new one."""

    def __init__(self, chance: Chance, accounts: int, districts: int, on: datetime.date) -> None:
        self.chance = chance
        self.districts = districts
        self.newest = on.year - 2
        self.names = self._names()
        self.made = 0
        self.communities = [self._build() for _ in range(min(400, max(len(_NAMED), accounts // 500)))]

    def community(self) -> Community:
        return self.chance.choice(self.communities)

    def flat(self) -> tuple[Community, Door]:
        place = self.chance.randrange(len(self.communities))
        while (door := self.communities[place].next_door()) is None:
            self.communities[place] = self._build()
        return self.communities[place], door

    def _build(self) -> Community:
        self.made += 1
        chance = self.chance
        district = (self.made - 1) % self.districts
        floors = chance.one_of(_FLOORS)
        buildings, units, rooms = chance.randint(4, 18), chance.randint(1, 6), 4 if floors >= TOWERS else 2
        if floors >= TOWERS:
            units = min(units, 2)
        flats = buildings * units * floors * rooms
        # Some flats are empty, or are other people's customers.
        free = chance.sample(range(flats), flats * 9 // 10)
        street = f"沈阳市{_STREETS[(district * 2 + chance.randrange(2)) % len(_STREETS)]}{chance.randint(2, 298)}号"
        built = chance.randint(1988, self.newest)
        return Community(
            self.made, next(self.names), street, district, floors, buildings, units, rooms, built, iter(free)
        )  # fmt: skip

    def _names(self) -> Iterator[str]:
        yield from _NAMED
        names = [first + last for first in _FIRST for last in _LAST]
        self.chance.shuffle(names)
        yield from names
        for phase in range(2, 100):
            yield from (f"{name}{phase}期" for name in names)
