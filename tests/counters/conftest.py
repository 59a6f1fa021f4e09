from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from accounts.models import Account, Branch, Staff
from counters.models import Shift
from tests.counters.days import Days, make_days
from tests.database import empty_tables
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.counters import make_shift


@pytest.fixture(scope="module")
def days(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Days]:
    """Two committed days for all tests of a module. They must leave the rows as they are."""
    with django_db_blocker.unblock():
        try:
            yield make_days()
        finally:
            empty_tables()


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
    """A cashier of another branch."""
    return make_staff()


@pytest.fixture
def shift(cashier: Staff) -> Shift:
    return make_shift(cashier)


@pytest.fixture
def account(branch: Branch) -> Account:
    return make_account(branch=branch)
