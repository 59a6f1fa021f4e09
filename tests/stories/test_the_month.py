"""The month in a real browser: run by the manager, corrected, published, opened by the cashier down to the receipts."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import Staff
from service_quality.models import AssessmentLine, AssessmentRun
from tests.factories.accounts import make_branch, make_staff
from tests.factories.assessment import (
    OCTOBER,
    THAT_DAY,
    end_day,
    make_weights,
    supervise,
    take_more,
    void_one,
)
from tests.factories.counters import make_shift
from tests.hall import PASSWORD, clock

__all__ = ["clock"]

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]


@pytest.fixture
def people() -> dict[str, Staff]:
    """Two cashiers of one hall: three receipts and one, and one that was undone."""
    branch = make_branch(name="城区分公司")
    people = {role: make_staff(role=role, branch=None, password=PASSWORD) for role in ("manager", "finance")}
    people["cashier"] = make_staff(branch=branch, name="王淑芬", password=PASSWORD)
    people["other"] = make_staff(branch=branch, name="李秀梅")
    people["supervisor"] = make_staff(role="supervisor", branch=branch, password=PASSWORD)
    make_weights()
    for role, receipts in (("cashier", 3), ("other", 1)):
        shift = make_shift(people[role], at=THAT_DAY)
        payments = take_more(shift, receipts + 1)
        void_one(payments[-1], shift)
        end_day(shift)
        supervise(shift.window.hall, people["supervisor"])
    return people


def sign_in(page: "Page", address: str, staff: Staff) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/sign-in/")
    page.fill("[name=username]", staff.number)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()


def pay_of(staff: Staff) -> Decimal:
    return AssessmentLine.objects.get(staff=staff).pay


def test_the_month_goes_from_its_run_to_its_publication(
    page: "Page", live_server: Any, people: dict[str, Staff]
) -> None:
    site = live_server.url

    # Without a pool there is nothing to share: the page says so, and finance enters it.
    sign_in(page, site, people["manager"])
    page.goto(f"{site}/assessment/")
    page.fill("[name=month]", "2026-10")
    page.press("[name=month]", "Enter")
    page.wait_for_selector("[role=alert]")
    assert not AssessmentRun.objects.exists()
    sign_in(page, site, people["finance"])
    page.goto(f"{site}/assessment/months/2026-10/inputs/")
    page.select_option("[name=pool]", "CASHIER")
    page.fill("[name=amount]", "1000.00")
    page.click("[name=pool_form]")
    page.wait_for_load_state()

    # Now it runs, and adds up.
    sign_in(page, site, people["manager"])
    page.goto(f"{site}/assessment/")
    page.fill("[name=month]", "2026-10")
    page.press("[name=month]", "Enter")
    page.wait_for_url("**/assessment/months/2026-10/")
    assert (pay_of(people["cashier"]), pay_of(people["other"])) == (Decimal("750.00"), Decimal("250.00"))
    assert "1,000.00" in page.inner_text("tfoot")

    # Nobody else sees the draft.
    sign_in(page, site, people["cashier"])
    assert page.goto(f"{site}/assessment/months/2026-10/").status == 404  # type: ignore[union-attr]

    # The supervisor asks for a correction, finance approves it, the manager publishes.
    sign_in(page, site, people["supervisor"])
    line = AssessmentLine.objects.get(staff=people["other"])
    page.goto(f"{site}/assessment/lines/{line.pk}/correct/")
    page.select_option("[name=field]", "workload")
    page.fill("[name=new]", "2.00")
    page.fill("[name=reason]", "停电时手工收据一张")
    page.click("main form button")
    page.wait_for_url(f"**/assessment/lines/{line.pk}/")
    sign_in(page, site, people["finance"])
    page.goto(f"{site}/assessment/months/2026-10/")
    page.click("a[href*='/decide/']")
    page.click("[value=approve]")
    page.wait_for_url("**/assessment/months/2026-10/")
    assert pay_of(people["cashier"]) == Decimal("600.00")
    sign_in(page, site, people["manager"])
    page.goto(f"{site}/assessment/months/2026-10/")
    page.click("form[action$='/publish/'] button")
    page.wait_for_load_state()
    assert AssessmentRun.objects.get(month=OCTOBER).state == "PUBLISHED"

    # The cashier opens the own pay down to the receipts; the undone one is struck out.
    sign_in(page, site, people["cashier"])
    page.goto(f"{site}/assessment/")
    page.click("text=600.00")
    page.wait_for_selector(".assessment-sum")
    assert "¥ 600.00" in page.inner_text(".assessment-sum")
    page.click("a[href$='show=receipts']")
    page.wait_for_selector("tr.is-void")
    assert page.locator("tbody tr").count() == 4
    assert people["other"].number not in page.content()
