"""An adviser serves the queue for a morning: no float, no count, and no money."""

import pytest

from counters.models import Shift, Ticket, Window
from service_quality.queries.assessment.work_inputs import work_of
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, make_window
from tests.factories.queue import make_queue_hall, open_for, take_ticket
from tests.hall import TODAY, Hall, body_for, clock, hall, post_json, signed_in, text_of

__all__ = ["clock", "hall"]

pytestmark = pytest.mark.django_db


class TestAnAdviser:
    def test_calls_and_serves_visitors_without_a_drawer(self, hall: Hall) -> None:
        place = make_queue_hall(hall.branch)
        window = Window.objects.create(hall=place, number=4, takes_money=False)
        open_for(window, "B")
        first, second = take_ticket(place, "B"), take_ticket(place, "B")
        adviser = make_staff(role="adviser", branch=hall.branch)
        client = signed_in(adviser)

        # Sits down: windows with a drawer are not offered, and nobody asks for a float.
        make_window(hall.branch, number=5)
        page = client.get("/counter/shift/open/")
        assert list(page.context["form"].fields["window"].queryset) == [window]
        assert "opening_float" not in text_of(page)
        answer = client.post("/counter/shift/open/", {"window": window.pk})
        assert (answer.status_code, answer["Location"]) == (302, "/queue/window/")

        # Serves two visitors, and takes no money from anybody.
        assert client.post("/queue/window/call/", {"finishing": ""})["Location"] == "/queue/window/"
        assert first.label in text_of(client.get("/queue/window/"))
        assert client.post("/queue/window/call/", {"finishing": first.pk}).status_code == 302
        assert client.post("/queue/window/finish/", {"ticket": second.pk}).status_code == 302
        assert post_json(client, "/api/v1/payments/", body_for(hall)).status_code == 403
        assert client.get("/counter/").status_code == 403

        # Goes home: one button.
        assert "pieces_" not in text_of(client.get("/counter/shift/close/"))
        assert client.post("/counter/shift/close/")["Location"] == "/queue/window/"
        shift = Shift.objects.get(cashier=adviser)
        assert (shift.state, shift.opening_float, shift.counted, shift.expected) == ("CLOSED", 0, 0, 0)
        assert set(Ticket.objects.values_list("state", "staff")) == {("DONE", adviser.pk)}
        (work,) = work_of(TODAY, TODAY, MORNING.replace(hour=23))
        assert (work.post, work.hall_id, work.business, work.times) == ("ADVISER", place.pk, "TICKET_B", 2)
