"""What is shown, of whom, on which screen: in the order of the day, because each finds what those before it did."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.screenshots import objects, steps
from tests.screenshots.screens import BOARD, KIOSK, PHONE, TABLET, WINDOW, Screen

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass(frozen=True)
class Picture:
    """One file of docs/people/images."""

    name: str
    # The staff number of who is signed in; a visitor has none.
    who: str
    # The name of the page's address, and what it is about.
    page: str
    of: Callable[[], dict[str, Any]] | None = None
    do: "Callable[[Page], object]" = steps.look
    screen: Screen = WINDOW


PICTURES = (
    Picture("cashier-counter", "1001", "counters:counter", do=steps.open_shift_and_count_money),
    Picture("cashier-taken", "1001", "counters:counter", do=steps.take_money),
    Picture("cashier-gas", "1001", "counters:gas_sale", of=objects.card_holder, do=steps.read_card),
    Picture("cashier-close", "1001", "counters:shift_close", do=steps.count_drawer),
    Picture("cashier-wall", "1001", "service_quality:card_wall"),
    Picture("customer-receipt", "1001", "counters:receipt", of=objects.last_receipt),
    Picture(
        "customer-tablet",
        "",
        "service_quality:tablet",
        of=objects.tablet,
        do=steps.wait_to_be_asked,
        screen=TABLET,
    ),
    Picture("customer-kiosk", "", "queue:kiosk", of=objects.hall_key, screen=KIOSK),
    Picture("customer-board", "", "queue:board", of=objects.hall_key, screen=BOARD),
    Picture("customer-phone", "", "queue:ticket", of=objects.waiting_ticket, screen=PHONE),
    Picture("adviser-account", "1501", "accounts:account_detail", of=objects.water_account),
    Picture("adviser-explanation", "1501", "billing:bill_explanation", of=objects.water_bill),
    Picture("adviser-simulation", "1501", "billing:simulation", of=objects.water_account, do=steps.simulate),
    Picture("adviser-matter", "1501", "service_quality:matter_new"),
    Picture("collector-workbench", "3001", "billing:arrears_workbench"),
    Picture("collector-calls", "3001", "billing:call_list"),
    Picture("collector-case", "3001", "billing:arrears_case", of=objects.case),
    Picture("complaints-list", "4001", "service_quality:matter_list"),
    Picture("complaints-matter", "4001", "service_quality:matter_detail", of=objects.matter),
    Picture("supervisor-dashboard", "2001", "admin:index", do=steps.wait_for_chart),
    Picture("supervisor-hall", "2001", "queue:hall", of=objects.first_hall, screen=TABLET),
    Picture("supervisor-corrections", "2001", "billing:correction_list"),
    Picture("supervisor-reading", "2001", "billing:reading_review", of=objects.odd_reading),
    Picture("manager-recovery", "6001", "billing:recovery"),
    Picture("manager-policy", "6001", "billing:policy_version", of=objects.policy_version),
    Picture("manager-tariff", "6001", "billing:tariff_version", of=objects.waiting_tariff),
    Picture("manager-assessment", "6001", "service_quality:assessment_month", of=objects.assessed_month),
    Picture("finance-bill-run", "5001", "billing:bill_run_detail", of=objects.bill_run),
    Picture("field-route", "3001", "billing:route_sheet", of=objects.route, screen=PHONE),
    Picture("field-orders", "3001", "billing:field_list", screen=PHONE),
    Picture("administrator-staff", "9001", "admin:accounts_staff_changelist"),
    Picture("auditor-trail", "7001", "admin:accounts_auditentry_changelist"),
    Picture("customer-prices", "", "billing:price_screen", screen=BOARD),
)
