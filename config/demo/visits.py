"""One visit of a household: what it pays, with which money, at what hour."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from zoneinfo import ZoneInfo

from billing.allocation import Debt, Policy
from billing.models import Balance, Payment, Tender
from billing.money import NO_MONEY
from billing.services.offers import PaymentRequest, TenderOffer
from billing.services.reckoning import Reckoning, reckon
from config.demo.chance import Chance
from config.demo.habits import Habit
from config.demo.open_bills import OpenBill

OFFICE = ZoneInfo("Asia/Shanghai")
Method = Tender.Method
Channel = Payment.Channel
JIAO = Decimal("0.10")
# What people hand over: the exact sum, or the next ten, fifty or hundred.
_NOTES = {JIAO: 0.25, Decimal("10"): 0.25, Decimal("50"): 0.2, Decimal("100"): 0.3}
_PART_ONLY, _TWO_WAYS = 0.006, 0.01
_ENOUGH_TO_SPLIT = Decimal("200")
# First wave 8:15–10:30, no break at noon, second wave 13:00–15:00 (domain.md 5).
_WAVES = {(8 * 60 + 15, 10 * 60 + 30): 0.35, (10 * 60 + 30, 13 * 60): 0.2, (13 * 60, 15 * 60): 0.25,
          (15 * 60, 17 * 60 + 15): 0.2}  # fmt: skip


@dataclass(slots=True)
class Visit:
    """A payment before it is written."""

    wanted: PaymentRequest
    reckoning: Reckoning
    bills: Sequence[OpenBill]
    branch_id: int
    at: datetime.datetime
    policy: dict[str, bool | str]
    channel: Channel

    @property
    def is_at_a_counter(self) -> bool:
        return self.channel == Channel.COUNTER

    @property
    def cash_kept(self) -> Decimal:
        return self.wanted.cash - self.reckoning.change


class Purse:
    """Decides how the money of a day is handed over."""

    def __init__(self, day: datetime.date, policy: Policy, chance: Chance) -> None:
        self.day = day
        self.chance = chance
        self.policy = policy
        self._policy = policy.as_json()

    def visit(
        self, habit: Habit, bills: Sequence[OpenBill], debts: Sequence[Debt], balances: dict[int, Balance]
    ) -> Visit:
        owed = sum((debt.total for debt in debts), NO_MONEY)
        handed_over, keeps = self._amount(habit, owed)
        tenders = self._tenders(habit, owed, handed_over, keeps)
        wanted = PaymentRequest(
            request_id=self.chance.uuid(),
            account_id=bills[-1].account_id if keeps else bills[0].account_id,
            bill_ids=tuple(one.pk for one in bills),
            tenders=tenders,
            keep_as_credit=keeps,
        )
        return self._visit(wanted, bills, debts, balances, _channel_of(habit))

    def take_over(
        self, bills: Sequence[OpenBill], debts: Sequence[Debt], balances: dict[int, Balance]
    ) -> Visit:
        """What was paid to the old system before this one took the books over."""
        owed = sum((debt.total for debt in debts), NO_MONEY)
        wanted = PaymentRequest(
            request_id=self.chance.uuid(),
            account_id=bills[0].account_id,
            bill_ids=tuple(one.pk for one in bills),
            tenders=(TenderOffer(Method.OPENING, owed),),
        )
        return self._visit(wanted, bills, debts, balances, Channel.OPENING)

    def _visit(
        self,
        wanted: PaymentRequest,
        bills: Sequence[OpenBill],
        debts: Sequence[Debt],
        balances: dict[int, Balance],
        channel: Channel,
    ) -> Visit:
        reckoning = reckon(wanted, debts, balances, self.policy)
        branch_id = bills[0].owing.branch_id
        return Visit(wanted, reckoning, bills, branch_id, self._hour(), self._policy, channel)

    def _amount(self, habit: Habit, owed: Decimal) -> tuple[Decimal, bool]:
        """How much is handed over, and whether the rest is kept as prepaid credit."""
        if habit.top_up is not None:
            return owed + habit.top_up, True
        if owed > _ENOUGH_TO_SPLIT and self.chance.happens(_PART_ONLY):
            return (owed / 20).to_integral_value() * 10, False
        return owed, False

    def _tenders(self, habit: Habit, owed: Decimal, amount: Decimal, keeps: bool) -> tuple[TenderOffer, ...]:
        method = habit.method
        if method == Method.CASH:
            if amount % JIAO:
                # Nobody has coins for fen: such sums go by code.
                method = Method.WECHAT if self.chance.happens(0.6) else Method.ALIPAY
            elif amount == owed and not keeps:
                return (TenderOffer(Method.CASH, self._notes(amount)),)
            else:
                return (TenderOffer(Method.CASH, amount),)
        elif (
            method == Method.WECHAT
            and not habit.by_phone
            and amount > _ENOUGH_TO_SPLIT
            and self.chance.happens(_TWO_WAYS)
        ):
            cash = amount // 200 * 100
            return TenderOffer(method, amount - cash, self._reference(method)), TenderOffer(Method.CASH, cash)
        return (TenderOffer(method, amount, self._reference(method)),)

    def _notes(self, amount: Decimal) -> Decimal:
        step = self.chance.one_of(_NOTES)
        return ((amount / step).to_integral_value(ROUND_CEILING) * step).quantize(amount)

    def _reference(self, method: Method) -> str:
        """Numbers in the form of each channel (domain.md 3.3.6)."""
        if method == Method.WECHAT:
            return f"4200{self.chance.digits(24)}"
        if method == Method.ALIPAY:
            return f"{self.day:%Y%m%d}{self.chance.digits(20)}"
        return self.chance.digits(12)

    def _hour(self) -> datetime.datetime:
        first, last = self.chance.one_of(_WAVES)
        seconds = self.chance.randrange(first * 60, last * 60)
        return at_time(self.day, 0) + datetime.timedelta(seconds=seconds)


def _channel_of(habit: Habit) -> Channel:
    if habit.method == Method.BANK:
        return Channel.BANK
    return Channel.PHONE if habit.by_phone else Channel.COUNTER


def at_time(day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=OFFICE)
