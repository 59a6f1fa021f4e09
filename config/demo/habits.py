"""How each household pays: by what means, when, and whether at all (domain.md 6.11–6.13)."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from accounts.models.account import Service
from billing.models import Tender
from config.demo.chance import Chance
from config.demo.history import History, add_months
from config.demo.households import Household, NewAccount, OddRow

Method = Tender.Method
# Cash is wanted more often than it is used: without fen coins only whole jiao can be paid in cash.
_METHODS = {Method.CASH: 0.29, Method.POS: 0.05, Method.WECHAT: 0.35, Method.ALIPAY: 0.19, Method.BANK: 0.12}
# Of those who pay by code, at home with the own phone.
_AT_HOME = 0.85
_UNIT_METHODS = {Method.BANK: 0.62, Method.POS: 0.22, Method.WECHAT: 0.12, Method.ALIPAY: 0.04}
_PREPAYS = 0.05
_TOP_UPS = {Decimal("100.00"): 0.3, Decimal("200.00"): 0.4, Decimal("300.00"): 0.2, Decimal("500.00"): 0.1}

# Heat accounts in debt since before the first season, or since one of the two.
_HEAT_DEBTORS = {-1: 0.025, 0: 0.018, 1: 0.014}
_METER_OLD_DEBTORS, _METER_DEBTORS = 0.022, 0.035
_SLOW = 0.06
# Years before the first season billed here.
OLDEST_DEBT = 7


class Payer(Enum):
    PROMPT = "pays in the month of the bill"
    SLOW = "often lets a month pass"


@dataclass(slots=True)
class Habit:
    """What chance decided about a household once and for all."""

    method: Method
    payer: Payer
    top_up: Decimal | None = None
    by_phone: bool = False
    visit_on: datetime.date = datetime.date.min

    @property
    def comes_to_a_hall(self) -> bool:
        return self.method != Method.BANK and not self.by_phone


@dataclass(slots=True)
class Owing:
    """An account as the payments see it. From `pays_until` on its bills stay open; None: it always pays."""

    account: NewAccount
    household: int
    branch_id: int
    pays_until: datetime.date | None = None
    has_old_debt: bool = False

    def is_paid(self, issued_on: datetime.date) -> bool:
        return self.pays_until is None or issued_on < self.pays_until


def habit_of(household: Household, chance: Chance) -> Habit:
    method = chance.one_of(_UNIT_METHODS if household.is_unit else _METHODS)
    payer = Payer.SLOW if chance.happens(_SLOW) else Payer.PROMPT
    top_up = chance.one_of(_TOP_UPS) if chance.happens(_PREPAYS) else None
    if any(one.odd for one in household.accounts):
        payer, top_up = Payer.PROMPT, None
    if any(one.odd == OddRow.CREDIT_ABOVE_DEBT for one in household.accounts):
        method, top_up = Method.WECHAT, Decimal("3000.00")
    by_phone = method in (Method.WECHAT, Method.ALIPAY) and chance.happens(_AT_HOME)
    return Habit(method, payer, top_up, by_phone)


def owing_of(
    account: NewAccount, index: int, household: Household, branch_id: int, history: History, chance: Chance
) -> Owing:
    """Decide whether and from when an account falls behind. `index` is the household's place in the list."""
    owing = Owing(account, index, branch_id)
    lived_here = household.opened_in < history.seasons[0] - OLDEST_DEBT
    thrown = chance.random()
    if account.odd is not None:
        return owing
    if account.service == Service.HEAT:
        for season, share in _HEAT_DEBTORS.items():
            if thrown < share:
                owing.has_old_debt = season < 0 and lived_here
                owing.pays_until = datetime.date(history.seasons[max(season, 0)], 9, 1)
                break
            thrown -= share
    elif thrown < _METER_OLD_DEBTORS:
        owing.has_old_debt, owing.pays_until = lived_here, history.live_from
    elif (thrown := thrown - _METER_OLD_DEBTORS) < _METER_DEBTORS:
        months = history.months(account.service)
        owing.pays_until = months[int(thrown / _METER_DEBTORS * len(months))]
    return owing


def pays_on(
    owing: Owing, habit: Habit, issued_on: datetime.date, due_on: datetime.date, chance: Chance
) -> datetime.date | None:
    """The day on which the bill would be paid; None: not at all."""
    if not owing.is_paid(issued_on):
        return None
    if owing.account.odd == OddRow.FORMER_OWNER:
        return issued_on + datetime.timedelta(days=2)
    if owing.account.service == Service.HEAT:
        return _heat_day(issued_on, due_on, chance)
    if habit.visit_on < issued_on:
        habit.visit_on = _metered_day(habit, issued_on, chance)
    return habit.visit_on


def _heat_day(issued_on: datetime.date, due_on: datetime.date, chance: Chance) -> datetime.date:
    """60 % until the end of October, most of the rest until the due date in November, 95 % until New Year."""
    october = datetime.date(issued_on.year, 10, 31)
    new_year = datetime.date(issued_on.year, 12, 31)
    thrown = chance.random()
    if thrown < 0.40:
        return _between(issued_on, october, chance)
    if thrown < 0.66:
        return october - datetime.timedelta(days=int(chance.expovariate(1 / 3)) % 20)
    if thrown < 0.88:
        return due_on - datetime.timedelta(days=int(chance.expovariate(1 / 3)) % 14)
    if thrown < 0.985:
        return _between(due_on, new_year, chance)
    return _between(new_year, datetime.date(issued_on.year + 1, 6, 30), chance)


def _metered_day(habit: Habit, issued_on: datetime.date, chance: Chance) -> datetime.date:
    """One visit a month for all meters, mostly in the week before the first due date."""
    month = issued_on.replace(day=1)
    if habit.payer is Payer.SLOW and chance.happens(0.4):
        month = add_months(month, 1)
    thrown = chance.random()
    if thrown < 0.15:
        day = chance.randint(16, 20)
    elif thrown < 0.90:
        day = chance.randint(21, 25)
    else:
        day = chance.randint(26, 38)
    return max(month + datetime.timedelta(days=day - 1), issued_on + datetime.timedelta(days=1))


def _between(first: datetime.date, last: datetime.date, chance: Chance) -> datetime.date:
    return first + datetime.timedelta(days=chance.randint(1, (last - first).days))
