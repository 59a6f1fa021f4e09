"""An account as its pages show it; the names are those of templates/accounts/."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import prefetch_related_objects
from django.urls import reverse

from accounts.masking import PersonalField, mask_id_number, mask_phone
from accounts.models import Account, Customer

TONES = {
    Account.State.PENDING: "wait",
    Account.State.ACTIVE: "",
    Account.State.SUSPENDED: "wait",
    Account.State.RESTRICTED: "late",
    Account.State.STOPPED: "late",
    Account.State.CLOSED: "late",
}


def rows_of_list(accounts: Iterable[Account], more: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    accounts = list(accounts)
    prefetch_related_objects(accounts, "customer__contacts")
    return [
        {
            **_basics(account),
            "masked_phone": next((mask_phone(c.phone) for c in account.customer.contacts.all()), ""),
            "owed": None,
            "is_overdue": False,
            "url": reverse("accounts:account_detail", args=[account.account_no]),
            **more.get(account.pk, {}),
        }
        for account in accounts
    ]


def facts_of_account(account: Account, more: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_basics(account),
        "old_account_no": account.old_account_no,
        "kind_label": account.customer.get_kind_display(),
        "district": account.premises.district,
        "area": account.billed_area,
        "persons": account.persons,
        "opened_on": account.opened_on,
        "closed_on": account.closed_on,
        "owed": None,
        "principal": None,
        "late_charge": None,
        "prepaid": None,
        **more,
    }


def personal_data_of(customer: Customer, revealed: PersonalField | None) -> dict[str, Any]:
    """Everything masked but the field that was just revealed."""
    phones, id_number = revealed == PersonalField.PHONE, revealed == PersonalField.ID_NUMBER
    return {
        "contacts": [
            {
                "kind_label": contact.get_kind_display(),
                "masked": mask_phone(contact.phone),
                "revealed": contact.phone if phones else None,
                "is_wrong": contact.is_wrong,
            }
            for contact in customer.contacts.all()
        ],
        "id_number": customer.id_number
        and {
            "masked": mask_id_number(customer.id_number),
            "revealed": customer.id_number if id_number else None,
        },
    }


def states_of(account: Account) -> list[dict[str, Any]]:
    changes = account.state_changes.select_related("changed_by").order_by("-id")
    return [
        {
            "changed_at": change.changed_at,
            "from_label": change.get_from_state_display(),
            "to_label": change.get_to_state_display(),
            "reason": change.reason,
            "changed_by": change.changed_by,
        }
        for change in changes
    ]


def _basics(account: Account) -> dict[str, Any]:
    return {
        "account_no": account.account_no,
        "name": account.customer.name,
        "address": account.premises.address,
        "service": account.get_service_display(),
        "category": account.get_category_display(),
        "state_label": account.get_state_display(),
        "state_tone": TONES[Account.State(account.state)],
    }
