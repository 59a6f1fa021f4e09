"""The demo company from nothing, as one transaction: an interrupted founding leaves nothing behind."""

import datetime
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.memory import nothing_to_collect
from accounts.models import Account, Branch, Staff
from billing.models import Tariff
from config.demo.account_life import flag_disputes, stop_debtors
from config.demo.arrears_rules import enter_arrears_rules
from config.demo.assessment import assess_months
from config.demo.chance import Chance
from config.demo.closing import close_past_days
from config.demo.company import Company, open_company
from config.demo.corrections import correct_bills
from config.demo.dunning import urge_debtors
from config.demo.gas_cards import issue_cards
from config.demo.habits import habit_of, owing_of
from config.demo.heating import (
    announce_seasons,
    enter_applications,
    enter_late_applications,
    measure_rooms,
    propose_refunds,
)
from config.demo.history import History
from config.demo.households import Household
from config.demo.matters import hear_matters
from config.demo.meters import install_meters
from config.demo.odd_households import odd_households
from config.demo.old_debts import take_over_old_debts
from config.demo.papers import record_papers
from config.demo.places import Town
from config.demo.planner import plans_for_unknown_tables
from config.demo.population import ordinary_households
from config.demo.prices import announce_changes, enter_prices
from config.demo.queue import open_queues, remember_visits
from config.demo.ratings import rate_visits, set_up_tablets, thank_this_year
from config.demo.recovery import set_targets
from config.demo.roster import write_roster
from config.demo.rounds import lay_routes, leave_odd_readings
from config.demo.timeline import Timeline
from config.demo.visits import at_time
from config.demo.window_year import write_last_year

FEWEST_ACCOUNTS = 100
STOPPED_BEFORE = datetime.timedelta(days=20)
A_WEEK = datetime.timedelta(days=7)

Step = TypeVar("Step")
# Wraps a list of steps so that somebody can watch them go by.
Watch = Callable[[Iterable[Step]], Iterable[Step]]


class FoundingRefused(ValidationError):
    """The database stays as it was. The message is for the person at the terminal."""


@transaction.atomic
def found_demo_company(
    accounts: int, *, seed: int, on: datetime.date, watch: Watch[datetime.date] = iter
) -> History:
    """Write a company with so many accounts, as it stands on a day. The same seed and day give the same rows.

    Codes: too_few_accounts, not_empty.
    """
    _check(accounts)
    history = History(on)
    with nothing_to_collect(), plans_for_unknown_tables():
        _found(accounts, history, seed, watch)
    return history


def _found(accounts: int, history: History, seed: int, watch: Watch[datetime.date]) -> None:
    company = open_company()
    open_queues(company)
    started = at_time(history.runs[0].issued_on.replace(day=1), 9)
    enter_prices(made_by=company.finance, approved_by=company.manager, at=started)
    enter_arrears_rules(made_by=company.finance, approved_by=company.manager, at=started)
    set_targets(company, history)
    announce_seasons(history)
    households = _people(accounts, company, history, seed)
    timeline = _timeline(households, company, history, seed)
    for day in watch(timeline.days):
        timeline.play(day)
    life = Chance(seed, "life")
    owings = list(timeline.owings.values())
    stop_debtors(owings, company.manager, at_time(history.on - STOPPED_BEFORE, 10), life)
    flag_disputes(owings, life)
    enter_applications(company, history)
    winter = Chance(seed, "winter")
    enter_late_applications(company, history, winter)
    measure_rooms(company, history, winter)
    propose_refunds(company, history)
    remember_visits(company, history)
    close_past_days(company, history)
    issue_cards(company, history)
    leave_odd_readings(company, history)
    correct_bills(company, history, Chance(seed, "corrections"))
    urge_debtors(company, history, Chance(seed, "dunning"))
    hear_matters(company, history, Chance(seed, "matters"))
    set_up_tablets(company, history.on, Chance(seed, "tablets"))
    rate_visits(company, history.on, Chance(seed, "ratings"))
    write_last_year(company, history.on, Chance(seed, "last year's cards"))
    thank_this_year(company, history.on, Chance(seed, "cards"))
    assess_months(company, history, Chance(seed, "months"))
    announce_changes(
        made_by=company.finance,
        approved_by=company.manager,
        on=history.on,
        at=at_time(history.on - A_WEEK, 15),
    )


def _check(accounts: int) -> None:
    if accounts < FEWEST_ACCOUNTS:
        raise FoundingRefused(
            _("The demo company has at least %(fewest)s accounts."),
            code="too_few_accounts",
            params={"fewest": FEWEST_ACCOUNTS},
        )
    if any(model.objects.exists() for model in (Account, Branch, Tariff, Staff)):
        raise FoundingRefused(
            _("There is a company in this database already: the demo needs an empty one."), code="not_empty"
        )


def _people(accounts: int, company: Company, history: History, seed: int) -> list[Household]:
    town = Town(Chance(seed, "town"), accounts, len(company.districts), history.on)
    households = list(odd_households(town, Chance(seed, "odd rows")))
    left = accounts - sum(len(one.accounts) for one in households)
    households += ordinary_households(town, Chance(seed, "people"), left)
    write_roster(households, company, Chance(seed, "roster"), history)
    install_meters(households, history, Chance(seed, "meters"))
    lay_routes(households, company)
    record_papers(households, company, history, Chance(seed, "papers"))
    return households


def _timeline(households: list[Household], company: Company, history: History, seed: int) -> Timeline:
    chance = Chance(seed, "habits")
    habits = [habit_of(one, chance) for one in households]
    owings = [
        owing_of(account, index, one, company.districts[one.community.district].branch_id, history, chance)
        for index, one in enumerate(households)
        for account in one.accounts
    ]
    take_over_old_debts(owings, history, Chance(seed, "old debts"))
    return Timeline(company, habits, owings, history, seed)
