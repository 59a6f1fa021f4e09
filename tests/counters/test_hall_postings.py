"""Who belongs to which hall: rows that cannot contradict each other, kept on a page of the administration."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Branch, Staff
from counters.models import HallPosting
from counters.queries.hall_postings import hall_of
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING, make_window, post_to

pytestmark = pytest.mark.django_db
ADD = "admin:counters_hallposting_add"


class TestAPosting:
    @pytest.mark.parametrize(
        ("first_day", "last_day", "wall"),
        [
            ("2026-03-31", None, "postings_of_a_person_do_not_overlap"),
            ("2026-01-01", "2026-03-01", "postings_of_a_person_do_not_overlap"),
            ("2026-05-02", "2026-05-01", "posting_ends_after_it_began"),
        ],
    )
    def test_is_the_only_one_on_its_days(
        self, branch: Branch, cashier: Staff, first_day: str, last_day: str | None, wall: str
    ) -> None:
        post_to(make_window(branch).hall, cashier, "2026-03-01", "2026-03-31")

        with pytest.raises(IntegrityError, match=wall), transaction.atomic():
            post_to(make_window(branch).hall, cashier, first_day, last_day)

    def test_ends_when_the_person_moves(self, branch: Branch, cashier: Staff) -> None:
        first, second = make_window(branch).hall, make_window(branch).hall
        post_to(first, cashier, "2026-03-01", "2026-03-15")
        post_to(second, cashier, "2026-03-16")

        def hall_on(day: int) -> Any:
            return hall_of(cashier, MORNING.date().replace(month=3, day=day))

        assert [hall_on(15), hall_on(16), hall_of(cashier, MORNING.date())] == [first, second, second]


class TestThePage:
    @pytest.fixture
    def page(self, supervisor: Staff) -> Client:
        supervisor.is_staff = True
        supervisor.save(update_fields=["is_staff"])
        client = Client()
        client.force_login(supervisor)
        return client

    def test_posts_somebody_and_the_trail_says_who_did_it(
        self, page: Client, branch: Branch, cashier: Staff, supervisor: Staff
    ) -> None:
        hall = make_window(branch).hall

        answer = page.post(reverse(ADD), {"staff": cashier.pk, "hall": hall.pk, "first_day": "2026-03-01"})

        posting = HallPosting.objects.get()
        assert (answer.status_code, posting.hall) == (302, hall)
        entry = AuditEntry.objects.get(action="admin.add")
        assert (entry.actor, entry.object_id) == (supervisor, str(posting.pk))

    @pytest.mark.parametrize(
        "days",
        [
            {"first_day": "2026-03-31"},
            {"first_day": "2026-05-02", "last_day": "2026-05-01"},
            {"first_day": "", "last_day": "2026-05-01"},
        ],
    )
    def test_says_what_does_not_fit(
        self, page: Client, branch: Branch, cashier: Staff, days: dict[str, str]
    ) -> None:
        hall = make_window(branch).hall
        post_to(hall, cashier, "2026-03-01", "2026-03-31")

        answer = page.post(reverse(ADD), {"staff": cashier.pk, "hall": hall.pk, **days})

        assert (answer.status_code, HallPosting.objects.count()) == (200, 1)
        assert answer.context["adminform"].errors

    def test_knows_no_hall_and_nobody_of_a_branch_that_the_person_does_not_see(
        self, page: Client, supervisor: Staff, stranger: Staff
    ) -> None:
        supervisor.groups.clear()
        supervisor.user_permissions.set(Permission.objects.filter(codename__endswith="_hallposting"))
        hall = make_window(stranger.branch).hall
        post_to(hall, stranger, "2026-01-01", "2026-02-01")

        answer = page.post(reverse(ADD), {"staff": stranger.pk, "hall": hall.pk, "first_day": "2026-03-01"})

        assert (answer.status_code, HallPosting.objects.count()) == (200, 1)
        assert {"staff", "hall"} <= answer.context["adminform"].form.errors.keys()
        assert not page.get(reverse("admin:counters_hallposting_changelist")).context["cl"].result_count

    def test_posts_nobody_to_another_branch_even_for_the_administrator(
        self, branch: Branch, stranger: Staff
    ) -> None:
        client = Client()
        client.force_login(make_staff(role="administrator", is_staff=True))

        answer = client.post(
            reverse(ADD),
            {"staff": stranger.pk, "hall": make_window(branch).hall.pk, "first_day": "2026-03-01"},
        )

        assert (answer.status_code, HallPosting.objects.count()) == (200, 0)
