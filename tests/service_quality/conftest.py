import pytest

from accounts.models import Branch, Staff
from counters.models import Shift
from tests.factories.accounts import make_branch, make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.counters import make_shift


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
