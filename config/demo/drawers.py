"""The shifts of a day: which windows are open, who sits there, and what is counted in the evening."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.models import Staff
from billing.money import NO_MONEY
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.keys import Keys
from config.demo.visits import Visit, at_time
from counters.models import Window
from counters.models.shift import DENOMINATIONS

FLOAT = Decimal("200.00")
# A window serves about so many on a quiet day; more of them, and the next window opens.
ENOUGH_FOR_ONE_WINDOW = 70
_DIFFERENCES = {
    Decimal("-5.00"): "找零时多付一张五元，已由本人补交说明",
    Decimal("-0.50"): "找零差额",
    Decimal("-1.00"): "零钱清点差一元，复点后仍短款",
    Decimal("1.00"): "用户未取走找零，登记长款",
    Decimal("10.00"): "用户多交十元，已电话联系待领",
    Decimal("-20.00"): "晚高峰找零有误，已复核监控",
}
_DIFFERS = 0.012
_NEEDS_A_SECOND_PERSON = Decimal("10.00")


@dataclass(slots=True)
class Drawer:
    """A shift while its day is being written."""

    pk: int
    code: str
    window: Window
    cashier: Staff
    supervisor: Staff
    day: datetime.date
    difference: Decimal
    visits: list[Visit] = field(default_factory=list)

    @property
    def ledger(self) -> str:
        return f"cash:{self.pk}"

    @property
    def opened_at(self) -> datetime.datetime:
        return at_time(self.day, 7, 50)

    @property
    def closed_at(self) -> datetime.datetime:
        return at_time(self.day, 17, 35)

    @property
    def expected(self) -> Decimal:
        return sum((visit.cash_kept for visit in self.visits), FLOAT)

    @property
    def counted(self) -> Decimal:
        return self.expected + self.difference

    @property
    def difference_reason(self) -> str:
        return _DIFFERENCES.get(self.difference, "")

    @property
    def approved_by(self) -> Staff | None:
        return self.supervisor if abs(self.difference) > _NEEDS_A_SECOND_PERSON else None

    def pieces(self) -> list[tuple[Decimal, int]]:
        """The count sheet, largest note first."""
        left, sheet = self.counted, []
        for denomination in DENOMINATIONS:
            pieces = int(left // denomination)
            if pieces:
                sheet.append((denomination, pieces))
                left -= denomination * pieces
        return sheet


def open_windows(
    company: Company, day: datetime.date, visits: Sequence[Visit], keys: Keys, chance: Chance
) -> list[Drawer]:
    """Spread the visits of a day over halls and windows, in the order of the hours."""
    halls: dict[int, list[Visit]] = {number: [] for number in company.halls}
    of_branch: dict[int, list[int]] = {}
    for number, hall in company.halls.items():
        of_branch.setdefault(hall.branch_id, []).append(number)
    for visit in sorted(visits, key=lambda one: one.at):
        halls[chance.choice(of_branch[visit.branch_id])].append(visit)
    drawers: list[Drawer] = []
    for number, guests in halls.items():
        windows = [window for window in company.windows[number] if window.takes_money]
        count = min(len(windows), -(-len(guests) // ENOUGH_FOR_ONE_WINDOW))
        opened = [
            _open(keys.next("counters_shift"), window, place, company, day, chance)
            for place, window in enumerate(windows[:count])
        ]
        for place, guest in enumerate(guests):
            opened[place % count].visits.append(guest)
        drawers += opened
    return drawers


def _open(
    pk: int, window: Window, place: int, company: Company, day: datetime.date, chance: Chance
) -> Drawer:
    hall = window.hall.number
    cashiers = company.cashiers_of(hall)
    # Everybody's turn comes, and nobody sits at two windows on one day.
    cashier = cashiers[(day.toordinal() + place) % len(cashiers)]
    code = f"{hall}-{window.number:02d}-{day:%y%m%d}A"
    difference = chance.choice(list(_DIFFERENCES)) if chance.happens(_DIFFERS) else NO_MONEY
    return Drawer(pk, code, window, cashier, company.supervisor_of(hall), day, difference)
