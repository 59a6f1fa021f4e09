import pytest

from accounts.models import Account, Branch, Staff
from counters.models import Shift
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.counters import make_shift


@pytest.fixture
def branch() -> Branch:
    return make_branch()


@pytest.fixture
def cashier(branch: Branch) -> Staff:
    return make_staff(branch=branch)


@pytest.fixture
def finance(branch: Branch) -> Staff:
    return make_staff(role="finance", branch=branch)


@pytest.fixture
def shift(cashier: Staff) -> Shift:
    return make_shift(cashier)


@pytest.fixture
def account(branch: Branch) -> Account:
    return make_account(branch=branch)
