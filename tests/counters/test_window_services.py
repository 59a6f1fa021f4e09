import pytest

from accounts.models import AuditEntry, Branch, Staff
from counters.models import Hall, Window
from counters.services.window_services import open_window_for
from tests.counters.rows import refused
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.factories.queue import make_queue_hall, make_service, open_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall(branch: Branch) -> Hall:
    return make_queue_hall(branch)


@pytest.fixture
def window(hall: Hall) -> Window:
    window = Window.objects.create(hall=hall, number=1)
    open_for(window, "AB")
    return window


class TestOpenWindowFor:
    def test_opens_and_closes_at_once_and_leaves_a_trace(self, window: Window, supervisor: Staff) -> None:
        make_service("C")

        assert open_window_for(window, {"B", "C"}, by=supervisor, at=MORNING) == ["B", "C"]

        entry = AuditEntry.objects.get(action="open_window_for")
        assert entry.details == {"from": ["A", "B"], "to": ["B", "C"]}

    def test_leaves_no_trace_where_nothing_changes(self, window: Window, supervisor: Staff) -> None:
        open_window_for(window, {"A", "B"}, by=supervisor, at=MORNING)

        assert not AuditEntry.objects.filter(action="open_window_for").exists()

    def test_refuses_the_window_of_another_branch(self, window: Window) -> None:
        stranger = make_staff()
        with refused("not_your_hall"):
            open_window_for(window, {"A"}, by=stranger, at=MORNING)

    def test_refuses_what_is_not_offered(self, window: Window, supervisor: Staff) -> None:
        gone = make_service("D")
        gone.is_active = False
        gone.save()
        for code in ("D", "Z"):
            with refused("unknown_service"):
                open_window_for(window, {"A", code}, by=supervisor, at=MORNING)
