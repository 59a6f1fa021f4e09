"""Which rows of the demo company are shown: those that have something to show."""

from typing import Any

from django.db.models import Count, F

from accounts.models.account import Category, Service
from billing.models import (
    ArrearsCase,
    ArrearsPolicyVersion,
    Bill,
    BillRun,
    GasCard,
    Reading,
    Receipt,
    Route,
    TariffVersion,
)
from billing.queries.routes import Month, progress_of
from counters.models import Hall, Ticket
from service_quality.models import AssessmentRun, Matter, RatingTablet
from tests.screenshots.morning import NOW

BRANCH = "CQ"


def debtor() -> dict[str, Any]:
    """A household that owes for two heating seasons."""
    bills = Bill.objects.open().filter(account__branch__code=BRANCH, service=Service.HEAT)
    owing = bills.values_list("account__account_no").annotate(seasons=Count("id")).filter(seasons=2)
    return {"account_no": owing.order_by("account")[0][0]}


def water_bill() -> dict[str, Any]:
    """The household that used most water, so that several tiers are to be explained."""
    bills = Bill.objects.open().filter(
        account__branch__code=BRANCH, account__category=Category.RESIDENT, service=Service.WATER
    )
    return {"number": bills.order_by("-quantity", "number")[0].number}


def water_account() -> dict[str, Any]:
    return {"account_no": Bill.objects.get(**water_bill()).account.account_no}


def card_holder() -> dict[str, Any]:
    cards = GasCard.objects.filter(state=GasCard.State.ACTIVE, account__branch__code=BRANCH)
    return {"account_no": cards.order_by("-id")[0].account.account_no}


def last_receipt() -> dict[str, Any]:
    return {"number": Receipt.objects.order_by("-id")[0].number}


def case() -> dict[str, Any]:
    cases = ArrearsCase.objects.filter(account__account_no=debtor()["account_no"])
    return {"pk": cases.order_by("-id")[0].pk}


def odd_reading() -> dict[str, Any]:
    readings = Reading.objects.filter(
        state=Reading.State.IN_REVIEW, installation__account__branch__code=BRANCH
    )
    return {"pk": readings.order_by("id")[0].pk}


def policy_version() -> dict[str, Any]:
    versions = ArrearsPolicyVersion.objects.filter(policy__service=Service.HEAT)
    return {"pk": versions.order_by("policy__code", "id")[0].pk}


def waiting_tariff() -> dict[str, Any]:
    """A version that somebody is to approve, or the newest one."""
    versions = TariffVersion.objects.order_by(F("approved_at").desc(nulls_first=True), "-id")
    return {"pk": versions[0].pk}


def bill_run() -> dict[str, Any]:
    return {"run_id": BillRun.objects.filter(service=Service.WATER).order_by("-id")[0].pk}


def route() -> dict[str, Any]:
    """A route that is not read to its end this month."""
    month = Month.of(NOW.date())
    routes = Route.objects.filter(branch__code=BRANCH).order_by("code")
    return {"code": next(one.code for one in routes if progress_of([one.pk], month)[one.pk].missed)}


def first_hall() -> dict[str, Any]:
    return {"number": 1}


def hall_key() -> dict[str, Any]:
    """The address of the kiosk and the board of the first hall."""
    return {"key": Hall.objects.get(**first_hall()).public_key}


def waiting_ticket() -> dict[str, Any]:
    """Somebody who came to pay and waits with others ahead."""
    tickets = Ticket.objects.filter(hall__number=1, state=Ticket.State.WAITING, waits_for="A")
    return {"code": tickets.order_by("-issued_at")[0].code}


def tablet() -> dict[str, Any]:
    """The tablet before the window at which the payment was taken."""
    tablets = RatingTablet.objects
    return {"key": tablets.get(window__hall__number=1, window__number=1).key}


def matter() -> dict[str, Any]:
    """The matter of the complaint handler that has to be answered first."""
    matters = Matter.objects.filter(handler__number="4001", state=Matter.State.OPEN, due_at__gt=NOW)
    return {"number": matters.order_by("due_at", "id")[0].number}


def assessed_month() -> dict[str, Any]:
    runs = AssessmentRun.objects
    return {"month": runs.order_by("-month")[0].label}
