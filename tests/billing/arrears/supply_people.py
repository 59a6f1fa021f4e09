"""Those who have to do with a supply order, and what a worker brings from the door."""

import pytest

from accounts.models import Branch, Staff
from billing.services.photos import check_photo
from tests.factories.accounts import make_staff

JPEG = b"\xff\xd8\xff\xe0 a picture of a valve \xff\xd9"
PHOTO = check_photo(JPEG)


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def worker(branch: Branch) -> Staff:
    return make_staff(role="collector", branch=branch)


@pytest.fixture
def unseen_money(monkeypatch: pytest.MonkeyPatch) -> None:
    """Payments come by a way on which nobody looks at the orders: only the look under the lock finds them."""
    monkeypatch.setattr("billing.services.payments.money_came", lambda _accounts, _at: None)
