"""Two people do the same thing to one matter at one moment; each race with what happens without the lock."""

from functools import partial

import pytest

from service_quality.models import Matter, MatterEvent
from service_quality.services.matters.answering import close_matter
from service_quality.services.matters.handing_over import accept_matter, offer_matter, return_matter
from service_quality.services.matters.pushing import push_overdue
from service_quality.services.matters.taking import claim_matter, take_matter
from tests.counters.meeting import at_once, make_them_meet, outcomes, remove_row_locks
from tests.factories.counters import MORNING
from tests.factories.matters import make_answered, make_matter, make_web_matter, new_matter
from tests.service_quality.conftest import Office
from tests.service_quality.test_take_matter import local

pytestmark = pytest.mark.django_db(transaction=True)
CHECK = "service_quality.services.matters.answering._check_verdict"


class TestTwoPeople:
    def test_take_up_one_matter_of_the_web(self, office: Office) -> None:
        matter = make_web_matter(office.branch)

        results = at_once(
            *(partial(claim_matter, matter, by=by, at=MORNING) for by in (office.adviser, office.colleague))
        )

        assert outcomes(results) == {"Matter": 1, "taken_already": 1}
        matter.refresh_from_db()
        assert matter.events.get(kind="CLAIMED").by == matter.first_responder

    def test_accept_and_return_one_offer(self, office: Office) -> None:
        matter = make_matter(office.adviser)
        offer_matter(matter, to=office.colleague, reason="归你", by=office.adviser, at=MORNING)

        results = at_once(
            partial(accept_matter, matter, by=office.colleague, at=MORNING),
            partial(accept_matter, matter, by=office.colleague, at=MORNING),
            partial(return_matter, matter, reason="不", by=office.colleague, at=MORNING),
        )

        assert outcomes(results) == {"Matter": 1, "not_offered": 2}
        assert MatterEvent.objects.filter(kind__in=["ACCEPTED", "RETURNED"]).count() == 1

    def test_would_both_accept_it_without_the_lock(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        matter = make_matter(office.adviser)
        offer_matter(matter, to=office.colleague, reason="归你", by=office.adviser, at=MORNING)
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "service_quality.services.matters.handing_over._answer", 2)

        results = at_once(
            *(partial(accept_matter, matter, by=office.colleague, at=MORNING) for _ in range(2))
        )

        assert outcomes(results) == {"Matter": 2}
        assert MatterEvent.objects.filter(kind="ACCEPTED").count() == 2

    def test_offer_it_to_two_others(self, office: Office) -> None:
        matter = make_matter(office.adviser)

        results = at_once(
            *(
                partial(offer_matter, matter, to=to, reason="归你", by=office.supervisor, at=MORNING)
                for to in (office.colleague, office.complaints)
            )
        )

        assert outcomes(results) == {"HandOver": 1, "offered_already": 1}

    def test_close_one_complaint_with_one_verdict(self, office: Office) -> None:
        matter = make_answered(office.adviser, kind="COMPLAINT")

        results = at_once(*self.closings(office, matter))

        assert outcomes(results) == {"Matter": 1, "closed": 1}
        assert MatterEvent.objects.filter(kind="CLOSED").count() == 1

    def test_would_both_close_it_without_the_lock(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        matter = make_answered(office.adviser, kind="COMPLAINT")
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, CHECK, 2)

        results = at_once(*self.closings(office, matter))

        assert outcomes(results) == {"Matter": 2}
        assert MatterEvent.objects.filter(kind="CLOSED").count() == 2

    def closings(self, office: Office, matter: Matter) -> list[partial[Matter]]:
        return [
            partial(
                close_matter,
                matter,
                upheld=True,
                responsible=office.adviser,
                by=office.complaints,
                at=MORNING,
            ),
            partial(close_matter, matter, upheld=False, by=office.supervisor, at=MORNING),
        ]

    def test_send_one_form_twice(self, office: Office) -> None:
        new = new_matter(office.branch)

        results = at_once(*(partial(take_matter, new, by=office.adviser, at=MORNING) for _ in range(2)))

        assert outcomes(results) == {"Matter": 2}
        assert Matter.objects.count() == 1

    def test_take_two_matters_under_two_numbers(self, office: Office) -> None:
        results = at_once(
            *(
                partial(take_matter, new_matter(office.branch), by=office.adviser, at=MORNING)
                for _ in range(4)
            )
        )

        assert outcomes(results) == {"Matter": 4}
        assert sorted(Matter.objects.values_list("number", flat=True)) == [
            f"261123-{number:04}" for number in range(1, 5)
        ]


class TestTwoBeats:
    def test_push_an_overdue_matter_once(self, office: Office) -> None:
        make_matter(office.adviser)

        results = at_once(*(partial(push_overdue, local("2026-12-10 09:00")) for _ in range(3)))

        assert sum(one for one in results if isinstance(one, int)) == 2
        assert MatterEvent.objects.filter(kind="ESCALATED").count() == 2

    def test_would_push_it_twice_without_the_lock(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_matter(office.adviser)
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "service_quality.services.matters.pushing._escalate", 2)

        at_once(*(partial(push_overdue, local("2026-12-10 09:00")) for _ in range(2)))

        assert MatterEvent.objects.filter(kind="ESCALATED").count() == 4
