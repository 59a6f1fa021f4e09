import pytest

from accounts.models import Account, Branch, Staff
from tests.factories.accounts import make_branch, make_staff
from tests.factories.reach import make_debtor


@pytest.fixture
def branch() -> Branch:
    return make_branch()


@pytest.fixture
def collector(branch: Branch) -> Staff:
    return make_staff(role="collector", branch=branch)


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def debtor(branch: Branch) -> Account:
    return make_debtor(branch=branch)
