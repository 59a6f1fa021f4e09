"""Who may open the dashboard, in which language, and under which policy its pages stand."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Branch, Staff
from accounts.roles import ROLES
from counters.models import Hall as PaymentHall
from tests.dashboard.a_day import ADMIN, PARTS, looks, make_day
from tests.factories.accounts import make_staff
from tests.hall import CANARY, Hall, signed_in, text_of

pytestmark = pytest.mark.django_db

EVAL = "'unsafe-eval'"
INLINE = "'unsafe-inline'"
# Rows that say what was posted, decided or written down: nobody writes them in the administration.
MONEY = {
    "accounts.auditentry",
    "accounts.jobrun",
    "billing.adjustment",
    "billing.bill",
    "billing.billcancellation",
    "billing.billrun",
    "billing.latechargerule",
    "billing.allocationpolicy",
    "billing.meterinstallation",
    "billing.metertest",
    "billing.payment",
    "billing.posting",
    "billing.reading",
    "billing.reversal",
    "billing.temperaturerefund",
    "billing.waiver",
    "billing.writeoff",
    "counters.pause",
    "counters.shift",
    "counters.ticket",
    "counters.tillentry",
    "service_quality.assessmentrun",
    "service_quality.matter",
    "service_quality.praisecard",
    "service_quality.rating",
}
# What is reference data, and may be written there by whoever has the right.
REFERENCE = {
    "accounts.account",
    "accounts.branch",
    "accounts.customer",
    "accounts.district",
    "accounts.premises",
    "accounts.staff",
    "accounts.workingcalendar",
    "billing.approvallimit",
    "billing.buildinghandover",
    "billing.businessday",
    "billing.gassalerule",
    "billing.heatingseason",
    "billing.heatsuspension",
    "billing.meter",
    "billing.readingpolicy",
    "billing.reconnectionterm",
    "billing.route",
    "billing.tariff",
    "billing.tariffversion",
    "billing.temperaturetest",
    "counters.hall",
    "counters.hallposting",
    "counters.ticketservice",
    "counters.window",
    "service_quality.assessmentrule",
    "service_quality.matterpolicy",
    "service_quality.officesession",
    "service_quality.promotionlevel",
    "service_quality.supervision",
    "service_quality.workloadweight",
}
OF_LIBRARIES = {"auth", "axes"}


class TestThePolicy:
    @pytest.mark.parametrize("address", [ADMIN, "/admin/billing/payment/", "/admin/counters/hall/add/"])
    def test_lets_the_theme_read_its_attributes_and_nothing_more(self, hall: Hall, address: str) -> None:
        answer = signed_in(looks("administrator", hall)).get(address)

        header = answer.headers["Content-Security-Policy"]
        assert (EVAL in header) == (answer.status_code == 200)
        assert INLINE not in header
        assert EVAL not in header.split("script-src")[0]

    @pytest.mark.parametrize(
        "address",
        [
            "/",
            "/counter/",
            "/accounts/",
            "/look/",
            "/arrears/",
            "/sign-in/",
            "/nowhere/",
            "/admin/no/",
            PARTS,
        ],
    )
    def test_of_every_other_page_stays_strict(self, hall: Hall, address: str) -> None:
        answer = signed_in(looks("supervisor", hall)).get(address, follow=True)

        assert "script-src 'self';" in answer.headers["Content-Security-Policy"] + ";"
        assert EVAL not in answer.headers["Content-Security-Policy"]

    def test_finds_no_program_and_no_style_in_the_page(self, hall: Hall) -> None:
        make_day(hall)
        client = signed_in(looks("supervisor", hall))

        for address in (ADMIN, "/admin/billing/payment/", "/admin/accounts/district/"):
            text = text_of(client.get(address))
            assert "<style" not in text
            assert "<script>" not in text
            assert ' style="' not in text


class TestWhoOpensIt:
    @pytest.mark.parametrize("role", ["supervisor", "manager", "finance", "auditor"])
    def test_sees_the_figures(self, hall: Hall, role: str) -> None:
        make_day(hall)

        page = signed_in(looks(role, hall)).get(ADMIN)

        assert "takings" in page.context
        assert ("line" in page.context) == (role != "finance")

    def test_as_the_administrator_sees_no_money(self, hall: Hall) -> None:
        make_day(hall)

        page = signed_in(looks("administrator", hall)).get(ADMIN)

        assert "takings" not in page.context
        assert "arrears" not in page.context
        assert "150.00" not in text_of(page)
        assert reverse("admin:accounts_branch_changelist") in text_of(page)

    @pytest.mark.parametrize("role", ["cashier", "adviser", "collector", "complaints"])
    def test_is_nobody_else(self, hall: Hall, role: str) -> None:
        client = signed_in(make_staff(role=role, branch=hall.branch))

        assert [client.get(address).status_code for address in (ADMIN, PARTS)] == [302, 302]

    def test_sees_no_word_of_another_branch_as_a_supervisor(self, hall: Hall) -> None:
        make_day(hall)

        assert CANARY not in text_of(signed_in(looks("supervisor", hall)).get(ADMIN))
        assert CANARY in text_of(signed_in(looks("manager", hall)).get(ADMIN))

    def test_reads_it_in_both_languages(self, hall: Hall) -> None:
        make_day(hall)
        client = signed_in(looks("supervisor", hall))
        chinese = text_of(client.get(ADMIN))
        client.post("/language/", {"language": "en"})

        english = text_of(client.get(ADMIN))

        assert "Takings today" not in chinese
        assert "Takings today" in english


class TestRowsOfMoney:
    def test_and_reference_data_are_all_the_administration_has(self) -> None:
        known = {
            model._meta.label_lower
            for model in admin.site._registry
            if model._meta.app_label not in OF_LIBRARIES
        }

        assert known - REFERENCE == MONEY

    @pytest.mark.parametrize("role", [*ROLES, "the highest"])
    def test_are_written_by_nobody_there(self, hall: Hall, role: str) -> None:
        staff: Staff = (
            make_staff(role="", is_staff=True, is_superuser=True)
            if role == "the highest"
            else looks(role, hall)
        )
        request: Any = signed_in(staff).get("/health/").wsgi_request
        request.user = staff

        writable = [
            model._meta.label_lower
            for model, rows in admin.site._registry.items()
            if model._meta.label_lower in MONEY
            and (
                rows.has_add_permission(request)
                or rows.has_change_permission(request)
                or rows.has_delete_permission(request)
            )
        ]

        assert writable == []

    def test_has_no_inline_that_writes_them(self, hall: Hall) -> None:
        root = make_staff(role="", is_staff=True, is_superuser=True)
        request: Any = signed_in(root).get("/health/").wsgi_request
        request.user = root

        writable = [
            (model._meta.label_lower, type(inline).__name__)
            for model, rows in admin.site._registry.items()
            if model._meta.label_lower in MONEY
            for inline in rows.get_inline_instances(request)
            if inline.has_add_permission(request, None) or inline.has_change_permission(request, None)
        ]

        assert writable == []


class TestReferenceData:
    def test_keeps_a_history_that_can_be_read(self, hall: Hall) -> None:
        client = signed_in(looks("administrator", hall))
        branch = hall.branch
        change = reverse("admin:accounts_branch_change", args=[branch.pk])

        answer: Any = client.post(change, {"code": branch.code, "name": "城东分公司", "name_en": ""})
        history = client.get(reverse("admin:accounts_branch_history", args=[branch.pk]))

        assert answer.status_code == 302
        assert "已修改" in text_of(history)

    def test_is_found_by_what_stands_in_it(self, hall: Hall) -> None:
        client = signed_in(looks("administrator", hall))
        Branch.objects.filter(pk=hall.branch.pk).update(name="望花分公司")
        PaymentHall.objects.filter(pk=hall.shift.window.hall_id).update(name="望花营业厅")

        for address, words in (
            ("/admin/accounts/branch/", "望花分"),
            ("/admin/counters/hall/", "望花营"),
            ("/admin/counters/window/", "望花营"),
        ):
            page: Any = client.get(address, {"q": words})
            assert page.context["cl"].result_count == 1, address


def test_an_anonymous_visitor_is_sent_to_sign_in() -> None:
    assert [Client().get(address).status_code for address in (ADMIN, PARTS)] == [302, 302]
