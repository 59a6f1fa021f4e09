import datetime
from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from config.demo.founding import found_demo_company
from config.demo.history import History

ON = datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[History]:
    """One small company for a whole module, rolled back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield found_demo_company(400, seed=1, on=ON)
        transaction.set_rollback(True)
