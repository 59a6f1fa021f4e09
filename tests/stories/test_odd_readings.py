"""A morning of odd readings, decided with the keyboard alone."""

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.models import Staff
from billing.models import Reading
from billing.services.readings import record_reading
from tests.billing.metering import make_water_account
from tests.factories.accounts import make_branch, make_staff

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "warm-window-1"


@pytest.fixture
def supervisor() -> Staff:
    return make_staff(role="supervisor", number="2001", password=PASSWORD, branch=make_branch())


@pytest.fixture
def odd(supervisor: Staff) -> list[Reading]:
    """Three meters that jumped yesterday."""
    assert supervisor.branch is not None
    today = timezone.localdate()
    reader = make_staff(role="collector", branch=supervisor.branch)
    readings = []
    for _ in range(3):
        account = make_water_account(
            branch=supervisor.branch,
            opened_on=today - datetime.timedelta(days=200),
            readings={
                (today - datetime.timedelta(days=days)).isoformat(): value
                for days, value in ((90, "10"), (60, "20"), (30, "30"))
            },
        )
        account.installations.update(installed_on=today - datetime.timedelta(days=200))
        readings.append(
            record_reading(
                account,
                read_on=today - datetime.timedelta(days=1),
                value=Decimal("900"),
                by=reader,
                at=timezone.now(),
            )
        )
    return readings


def test_are_accepted_rejected_and_estimated_without_a_mouse(
    page: "Page", live_server: LiveServer, supervisor: Staff, odd: list[Reading]
) -> None:
    page.goto(live_server.url + reverse("billing:reading_list"))
    page.fill("input[name=username]", supervisor.number)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")

    expect(page.locator("[data-row]")).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(live_server.url + reverse("billing:reading_review", args=[odd[0].pk]))
    page.keyboard.press("a")

    expect(page).to_have_url(live_server.url + reverse("billing:reading_review", args=[odd[1].pk]))
    page.keyboard.press("r")
    page.keyboard.type("看错了一位")
    page.keyboard.press("Enter")

    expect(page).to_have_url(live_server.url + reverse("billing:reading_review", args=[odd[2].pk]))
    page.keyboard.press("e")
    page.keyboard.type("表箱打不开")
    page.keyboard.press("Enter")

    estimate = Reading.objects.filter(kind=Reading.Kind.ESTIMATED)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".notice.success")).to_be_visible()
    states = Reading.objects.filter(pk__in=[one.pk for one in odd]).order_by("pk")
    assert [one.state for one in states] == ["ACCEPTED", "REJECTED", "REJECTED"]
    assert estimate.get().value == Decimal("39")
