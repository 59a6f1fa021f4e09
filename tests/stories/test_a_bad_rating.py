"""At the tablet a customer is dissatisfied and somebody sees to it; another customer's card makes a star."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts.models import Staff
from counters.models import Shift
from counters.queries.visit_code import visit_code
from service_quality.models import FollowUp, PraiseCard, PromotionLevel, Rating
from tests.factories.accounts import make_branch, make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.counters import make_shift
from tests.factories.quality import make_card, make_payment, make_tablet

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "warm-window-1"


@pytest.fixture
def supervisor() -> Staff:
    return make_staff(number="2001", role="supervisor", branch=make_branch(), password=PASSWORD)


@pytest.fixture
def shift(supervisor: Staff) -> Shift:
    cashier = make_staff(number="1001", name="张桂兰", branch=supervisor.branch)
    return make_shift(cashier, at=timezone.now())


@pytest.fixture
def easy_star() -> Iterator[None]:
    """Five cards are enough; the levels are data that outlive the test."""
    PromotionLevel.objects.filter(cards=30).update(cards=5, each=1)
    yield
    PromotionLevel.objects.filter(cards=5).update(cards=30, each=3)


def sign_in(page: "Page", site: str) -> None:
    page.goto(f"{site}/sign-in/")
    page.fill("[name=username]", "2001")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator(".page-nav")).to_be_visible()


class TestABadRating:
    def test_goes_from_the_tablet_to_what_is_done_about_it(
        self, page: "Page", live_server: LiveServer, shift: Shift, supervisor: Staff
    ) -> None:
        ship_calendars()
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{live_server.url}/rate/window/{make_tablet(shift.window).key}/")
        expect(page.locator(".level")).to_have_count(0)

        # The clerk does nothing for it: the payment is taken, and the tablet asks.
        make_payment(shift, at=timezone.now())
        expect(page.locator(".level")).to_have_count(5)
        page.locator(".level").nth(3).click()
        expect(page.locator(".big-face")).to_be_visible()
        assert Rating.objects.get().level == 2

        sign_in(page, live_server.url)
        page.goto(f"{live_server.url}/ratings/")
        page.locator(".page-title a").click()
        page.locator(".rows tbody a").first.click()
        page.fill("[name=finding]", "高峰时只开了两个窗口")
        page.click("[name=save]")
        expect(page.locator(".notice.success")).to_be_visible()
        page.fill("[name=measure]", "周一上午加开窗口")
        page.click("[name=done]")

        expect(page.locator(".rows")).to_have_count(0)
        follow_up = FollowUp.objects.get()
        assert (follow_up.state, follow_up.done_by, follow_up.owner) == ("DONE", supervisor, supervisor)


@pytest.mark.usefixtures("easy_star")
class TestACard:
    def test_goes_from_the_receipt_to_a_star_on_the_wall(
        self, page: "Page", live_server: LiveServer, shift: Shift, supervisor: Staff
    ) -> None:
        now = timezone.now()
        for kind in ("POLITE", "PATIENT", "POSITIVE", "PROFESSIONAL"):
            make_card(shift.cashier, make_staff(branch=supervisor.branch), kind=kind, at=now)
        code = visit_code(make_payment(shift, at=now).receipt)

        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{live_server.url}/rate/{code}/")
        page.locator(".choice").first.click()
        page.locator("button.go").click()
        page.locator("a.go").click()
        page.locator(".kind-passionate").click()
        page.fill("[name=text]", "像自家闺女一样热心")
        page.locator("button.go").click()
        expect(page.locator(".thanks")).to_be_visible()

        page.set_viewport_size({"width": 1366, "height": 768})
        sign_in(page, live_server.url)
        card = PraiseCard.objects.get(source="CUSTOMER")
        page.goto(f"{live_server.url}/cards/?state=words")
        page.click(f"text={card.serial}")
        page.locator("form[action$='/show/'] button").click()
        page.goto(f"{live_server.url}/cards/wall/")
        expect(page.locator(".wall-cards")).to_contain_text("像自家闺女一样热心")
        expect(page.locator(".wall-stars")).to_contain_text("张桂兰")
        page.goto(f"{live_server.url}/cards/promotions/")
        page.locator(".stars a").click()
        expect(page.locator(".rows tbody tr")).to_have_count(5)
