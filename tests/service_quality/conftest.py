from dataclasses import dataclass

import pytest

from accounts.models import Branch, Staff
from counters.models import Shift
from tests.factories.accounts import make_branch, make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.counters import make_shift
from tests.hall import clock

__all__ = ["clock"]


@dataclass(frozen=True)
class Office:
    """The people of one branch, with the calendars of 2025 and 2026; `stranger` works in another branch."""

    branch: Branch
    adviser: Staff
    colleague: Staff
    complaints: Staff
    supervisor: Staff
    manager: Staff
    stranger: Staff


@pytest.fixture
def office(db: None) -> Office:
    ship_calendars()
    branch = make_branch()
    return Office(
        branch,
        *(
            make_staff(role=role, branch=branch)
            for role in ("adviser", "cashier", "complaints", "supervisor", "manager")
        ),
        make_staff(role="complaints"),
    )


@pytest.fixture
def branch() -> Branch:
    return make_branch()


@pytest.fixture
def cashier(branch: Branch) -> Staff:
    return make_staff(branch=branch)


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def stranger() -> Staff:
    return make_staff()


@pytest.fixture
def shift(cashier: Staff) -> Shift:
    return make_shift(cashier)


@pytest.fixture
def calendars() -> None:
    ship_calendars()
