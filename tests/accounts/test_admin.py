from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import Account, AuditEntry, Branch, Customer, District, Premises, Staff
from tests.factories.accounts import make_account, make_branch, make_customer, make_district, make_staff

pytestmark = pytest.mark.django_db

MODELS = (Branch, District, Staff, Customer, Premises, Account, AuditEntry)


def inside(role: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_staff(role=role, is_staff=True, **fields))
    return client


def page_of(row: object, action: str = "change") -> str:
    assert isinstance(row, MODELS)
    return reverse(f"admin:accounts_{row._meta.model_name}_{action}", args=[row.pk])


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:accounts_{model._meta.model_name}_changelist")


class TestAccountsAdmin:
    @pytest.mark.parametrize("model", MODELS)
    def test_deletes_nothing_even_for_the_highest(self, model: type[Model]) -> None:
        root = make_staff(role="", is_staff=True, is_superuser=True)
        client = Client()
        client.force_login(root)
        request = client.get(list_of(model)).wsgi_request

        assert admin.site.get_model_admin(model).has_delete_permission(request) is False
        assert "delete_selected" not in client.get(list_of(model)).text

    @pytest.mark.parametrize("model", MODELS)
    def test_opens_every_list_with_a_search_and_a_page(self, model: type[Model]) -> None:
        account = make_account(customer=make_customer(name="王淑英", phones=["13800001234"]))
        root = make_staff(role="", is_staff=True, is_superuser=True, branch=account.branch)
        client = Client()
        client.force_login(root)
        row = model._default_manager.first()

        assert client.get(list_of(model), {"q": "王"}).status_code == 200
        if row is not None:
            assert client.get(page_of(row)).status_code == 200

    def test_searches_accounts_as_the_counter_does(self) -> None:
        account = make_account(customer=make_customer(name="王淑英"))
        make_account(branch=account.branch, customer=make_customer(name="李建国"))

        page = inside("supervisor").get(list_of(Account), {"q": "王淑"})

        assert [found.pk for found in page.context["cl"].result_list] == [account.pk]

    def test_shows_only_the_own_branch_to_an_adviser(self) -> None:
        account = make_account()
        adviser = inside("adviser", branch=make_branch())

        assert not adviser.get(list_of(Account)).context["cl"].result_list
        assert not adviser.get(list_of(Customer)).context["cl"].result_list
        assert adviser.get(page_of(account)).status_code == 302

    def test_shows_no_personal_data_in_full(self) -> None:
        customer = make_account(
            customer=make_customer(phones=["13800001234"], id_number="21010219500307000X")
        ).customer

        for where in (list_of(Customer), page_of(customer)):
            page = inside("supervisor").get(where).text
            assert "210*************0X" in page
            assert "21010219500307000X" not in page
            assert "13800001234" not in page

    def test_corrects_a_name_so_that_it_is_found_and_keeps_who_did(self) -> None:
        customer = make_account(customer=make_customer(name="王淑英", phones=["13800001234"])).customer
        contact = customer.contacts.get()
        data = {
            "kind": "PERSON",
            "name": "王建国",
            "contacts-TOTAL_FORMS": "1",
            "contacts-INITIAL_FORMS": "1",
            "contacts-0-id": str(contact.pk),
            "contacts-0-customer": str(customer.pk),
            "contacts-0-is_wrong": "on",
            "contacts-2-TOTAL_FORMS": "1",
            "contacts-2-INITIAL_FORMS": "0",
            "contacts-2-0-kind": "MOBILE",
            "contacts-2-0-phone": "13900005678",
        }

        answer = inside("supervisor").post(page_of(customer), data)

        assert answer.status_code == 302, answer.context["errors"]
        customer.refresh_from_db()
        assert (customer.name, customer.name_initials) == ("王建国", "wjg")
        assert list(customer.contacts.values_list("phone", "is_wrong")) == [
            ("13900005678", False),
            ("13800001234", True),
        ]
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.object_id) == ("admin.change", str(customer.pk))
        assert "13900005678" not in str(entry.details)

    def test_leaves_the_state_of_an_account_to_the_verbs(self) -> None:
        root = make_staff(role="", is_staff=True, is_superuser=True)
        account = make_account()
        client = Client()
        client.force_login(root)
        data = {
            "state": "CLOSED",
            "category": "SPECIAL",
            "persons": "5",
            "shared_households": "1",
            "billed_area": "89.60",
            "state_changes-TOTAL_FORMS": "0",
            "state_changes-INITIAL_FORMS": "0",
        }

        client.post(page_of(account), data)

        account.refresh_from_db()
        assert (account.state, account.category, account.persons) == ("ACTIVE", "SPECIAL", 5)

    def test_only_shows_the_trail(self) -> None:
        make_district()
        auditor = inside("auditor")

        assert auditor.get(list_of(AuditEntry)).status_code == 200
        assert auditor.get(reverse("admin:accounts_auditentry_add")).status_code == 403


class TestStaffAdmin:
    def test_adds_somebody_who_can_sign_in(self) -> None:
        data = {
            "number": "S90001",
            "name": "新同事",
            "post": "CASHIER",
            "branch": str(make_branch().pk),
            "usable_password": "true",
            "password1": "warm-window-1",
            "password2": "warm-window-1",
        }

        answer = inside("administrator").post(reverse("admin:accounts_staff_add"), data)

        assert answer.status_code == 302, answer.context["errors"]
        assert Staff.objects.get(number="S90001").check_password("warm-window-1")

    def test_gives_nobody_a_role_of_their_own_making(self) -> None:
        administrator = make_staff(role="administrator", is_staff=True)
        client = Client()
        client.force_login(administrator)

        page = client.get(page_of(administrator))

        assert not {"groups", "is_staff", "is_superuser"} & set(page.context["adminform"].form.fields)

    def test_keeps_the_highest_out_of_reach(self) -> None:
        root = make_staff(role="", is_superuser=True)

        page = inside("administrator").get(page_of(root))

        assert "name" not in page.context["adminform"].form.fields
        assert inside("administrator").post(page_of(root), {"name": "x"}).status_code == 403
