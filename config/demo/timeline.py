"""Two years of the company, day by day: bills are issued, people come and pay."""

import datetime
from collections.abc import Sequence
from itertools import chain

from billing.models import Balance, Bill
from billing.money import NO_MONEY
from billing.services.bill_run import run_billing
from billing.services.reckoning import policy_on
from config.demo.account_life import close_former_owner, suspend_heat
from config.demo.books import Books
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.drawers import open_windows
from config.demo.habits import Habit, Owing, pays_on
from config.demo.history import ONE_DAY, History, PlannedRun
from config.demo.keys import Keys
from config.demo.open_bills import OpenBill, OpenBills, debts_of
from config.demo.planner import forget_plans
from config.demo.visits import Purse, Visit, at_time

_CLOSED_ON = {(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)}
_PEAK = ((9, 15), (11, 15))
_SUNDAY = 6
_ENOUGH_TO_WRITE = 5_000
_COMES_BACK_AFTER = (15, 50)


class Timeline:
    """Plays the history of the company from its first bill run to yesterday."""

    def __init__(
        self, company: Company, habits: Sequence[Habit], owings: Sequence[Owing], history: History, seed: int
    ) -> None:
        self.company = company
        self.habits = habits
        self.owings = {one.account.pk: one for one in owings}
        self.history = history
        self.chance = Chance(seed, "payments")
        self.life = Chance(seed, "suspensions")
        self.policy = policy_on(history.on)
        self.keys = Keys()
        self.books = Books(self.keys)
        self.open = OpenBills()
        self.balances = {pk: Balance(account_id=pk) for pk in self.owings}
        # A dictionary keeps the order in which people decided to come, which a set would not.
        self.agenda: dict[datetime.date, dict[int, None]] = {}

    @property
    def days(self) -> list[datetime.date]:
        first = self.history.runs[0].issued_on
        return [first + ONE_DAY * count for count in range((self.history.on - first).days + 1)]

    def play(self, day: datetime.date) -> None:
        """All that happened on one day."""
        if day == self.history.suspended_on:
            suspend_heat(self.owings.values(), self.company.staff["1501"], at_time(day, 16), self.life)
        for run in self.history.runs:
            if run.issued_on == day:
                self._issue(run)
        if day == self.history.transferred_on:
            close_former_owner(self.owings.values(), self.company.staff["1501"], at_time(day, 16))
        if day <= self.history.last_taking:
            self._take_payments(day, list(self.agenda.pop(day, ())))
        if day == self.history.last_taking:
            self.books.write()

    def _issue(self, planned: PlannedRun) -> None:
        self.books.write()
        forget_plans()
        run = run_billing(
            service=planned.service,
            period=planned.period,
            issued_on=planned.issued_on,
            started_by=self.company.finance,
            at=at_time(planned.issued_on, 6),
        )
        rows = (
            Bill.objects.filter(run=run)
            .order_by("pk")
            .values_list("pk", "account_id", "due_on", "amount", "outstanding")
        )
        for pk, account_id, due_on, amount, outstanding in rows.iterator(chunk_size=10_000):
            if outstanding:
                self._expect(
                    OpenBill(pk, self.owings[account_id], due_on, amount, outstanding), planned.issued_on
                )
        # The run has used what it could.
        for balance in self.balances.values():
            balance.prepaid = NO_MONEY
        for account_id, prepaid in Balance.objects.filter(prepaid__gt=0).values_list("account_id", "prepaid"):
            self.balances[account_id].prepaid = prepaid

    def _expect(self, bill: OpenBill, issued_on: datetime.date) -> None:
        bill.pays_on = pays_on(
            bill.owing, self.habits[bill.owing.household], issued_on, bill.due_on, self.chance
        )
        self.open.add(bill)
        if bill.pays_on is not None:
            self._note(bill.owing.household, bill.pays_on)

    def _note(self, household: int, day: datetime.date) -> None:
        """Put a visit into the agenda, on a day on which the halls are open."""
        if day >= self.history.live_from and self.habits[household].comes_to_a_hall:
            while not halls_are_open(day):
                day += ONE_DAY
        self.agenda.setdefault(day, {})[household] = None

    def _take_payments(self, day: datetime.date, households: Sequence[int]) -> None:
        visits = self._visits(day, households)
        for visit in visits:
            self._settle(visit, day)
        at_windows = [visit for visit in visits if visit.is_at_a_counter]
        drawers = open_windows(self.company, day, at_windows, self.keys, self.chance)
        other = [visit for visit in visits if not visit.is_at_a_counter]
        self.books.enter_day(day, drawers, other)
        self.open.drop_settled(list(chain.from_iterable(visit.bills for visit in visits)))
        if len(self.books.entries) > _ENOUGH_TO_WRITE:
            self.books.write()

    def _visits(self, day: datetime.date, households: Sequence[int]) -> list[Visit]:
        wanted = [(household, self.open.wanted(household, day)) for household in households]
        bills = [bill for _, bills in wanted for bill in bills]
        if any(bill.pk in self.books.bills for bill in bills):
            # Paid in part a few days ago: its late charge is read from the books.
            self.books.write()
        is_live = day >= self.history.live_from
        debts = debts_of(bills, day, with_late_charge=is_live)
        purse = Purse(day, self.policy, self.chance)
        visits = []
        for household, bills in wanted:
            if not bills:
                continue
            asked = [debts[bill.pk] for bill in bills]
            balances = {bill.account_id: self.balances[bill.account_id] for bill in bills}
            if is_live:
                visits.append(purse.visit(self.habits[household], bills, asked, balances))
            else:
                visits.append(purse.take_over(bills, asked, balances))
        return visits

    def _settle(self, visit: Visit, day: datetime.date) -> None:
        """Carry the payment over to the bills in memory; who paid a part comes back for the rest."""
        for share in visit.reckoning.plan.shares:
            bill = self.open.by_pk[share.debt.bill_id]
            bill.outstanding -= share.principal
            bill.late_charge_left = share.late_charge_left
            self.balances[bill.account_id].prepaid -= share.by_credit
        self.balances[visit.wanted.account_id].prepaid += visit.reckoning.deposit
        rest = [bill for bill in visit.bills if bill.is_open]
        if rest:
            again = day + ONE_DAY * self.chance.randint(*_COMES_BACK_AFTER)
            for bill in rest:
                bill.pays_on = again
            self._note(rest[0].owing.household, again)


def halls_are_open(day: datetime.date) -> bool:
    """Monday to Saturday, in the heating peak on Sundays too."""
    is_peak = _PEAK[0] <= (day.month, day.day) <= _PEAK[1]
    return (day.month, day.day) not in _CLOSED_ON and (is_peak or day.weekday() != _SUNDAY)
