import datetime
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from config.demo.founding import found_demo_company
from config.demo.history import History
from config.demo.planner import count_rows
from tests.database import empty_tables

ON = datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[History]:
    """One small company for a whole module, committed as the command commits it."""
    with django_db_blocker.unblock():
        try:
            history = found_demo_company(400, seed=1, on=ON)
            count_rows()
            yield history
        finally:
            empty_tables()
