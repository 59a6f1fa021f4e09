"""The side of the administration: what a person may open there, in the groups that the office speaks of."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Kinds of rows in the order of the side, each with its sign. What is not named here stands in the last group.
GROUPS: tuple[tuple["Promise | str", dict[str, str]], ...] = (
    (
        _("Money and hall"),
        {
            "billing.payment": "payments",
            "counters.tillentry": "point_of_sale",
            "counters.shift": "schedule",
            "billing.bill": "receipt_long",
            "billing.billrun": "play_circle",
            "counters.ticket": "confirmation_number",
            "counters.pause": "pause_circle",
            "billing.posting": "menu_book",
            "billing.businessday": "event_available",
        },
    ),
    (
        _("Corrections"),
        {
            "billing.reversal": "undo",
            "billing.adjustment": "tune",
            "billing.waiver": "money_off",
            "billing.billcancellation": "cancel",
            "billing.writeoff": "delete_history",
            "billing.temperaturerefund": "device_thermostat",
            "billing.approvallimit": "rule",
        },
    ),
    (
        _("Customers and meters"),
        {
            "accounts.account": "badge",
            "accounts.customer": "person",
            "accounts.premises": "home",
            "billing.meter": "speed",
            "billing.meterinstallation": "build",
            "billing.metertest": "fact_check",
            "billing.reading": "pin",
            "billing.route": "route",
        },
    ),
    (
        _("Reference data"),
        {
            "accounts.branch": "corporate_fare",
            "accounts.district": "map",
            "counters.hall": "storefront",
            "counters.window": "desktop_windows",
            "counters.ticketservice": "category",
            "accounts.staff": "group",
            "accounts.workingcalendar": "calendar_month",
            "billing.heatingseason": "local_fire_department",
            "billing.buildinghandover": "apartment",
            "billing.tariff": "sell",
            "billing.tariffversion": "price_change",
            "billing.latechargerule": "percent",
            "billing.readingpolicy": "policy",
            "billing.reconnectionterm": "timer",
            "billing.gassalerule": "propane",
            "billing.allocationpolicy": "account_tree",
        },
    ),
    (
        _("Service quality"),
        {
            "service_quality.matter": "support_agent",
            "service_quality.rating": "sentiment_satisfied",
            "service_quality.praisecard": "favorite",
            "service_quality.promotionlevel": "star",
            "service_quality.supervision": "supervisor_account",
            "service_quality.matterpolicy": "hourglass_top",
            "service_quality.officesession": "schedule",
        },
    ),
    (
        _("Watching"),
        {"accounts.jobrun": "work_history", "accounts.auditentry": "history"},
    ),
)


def groups_of(request: HttpRequest) -> list[dict[str, Any]]:
    """The dashboard first, then every kind of row that the person may look at."""
    open_to = {
        entry["model"]._meta.label_lower: (str(entry["name"]), entry["admin_url"])
        for app in admin.site.get_app_list(request)
        for entry in app["models"]
        if entry["admin_url"]
    }
    groups = [
        {
            "title": "",
            "items": [{"title": gettext("Dashboard"), "icon": "dashboard", "link": reverse("admin:index")}],
        }
    ]
    for title, signs in GROUPS:
        named = [(label, sign) for label, sign in signs.items() if label in open_to]
        groups.append(_group(str(title), [(*open_to.pop(label), sign) for label, sign in named]))
    groups.append(_group(gettext("More"), [(*found, "list") for found in open_to.values()]))
    return [group for group in groups if group["items"]]


def _group(title: str, rows: list[tuple[str, str, str]]) -> dict[str, Any]:
    return {
        "title": title,
        "collapsible": True,
        "items": [{"title": name, "icon": sign, "link": link} for name, link, sign in rows],
    }
