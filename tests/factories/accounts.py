"""People, places and accounts for tests. Every argument can be named; what is not named is plain and unique."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from django.contrib.auth.models import Group

from accounts.door import door_key
from accounts.models import Account, Branch, Contact, Customer, District, HouseholdEvidence, Premises, Staff
from accounts.models.account import Category, Service
from accounts.pinyin import initials

_serials = count(1)


def make_branch(**fields: Any) -> Branch:
    return Branch.objects.create(**{"code": f"B{next(_serials)}", "name": "第一营业部", **fields})


def make_district(*, branch: Branch | None = None, **fields: Any) -> District:
    return District.objects.create(
        **{"branch": branch or make_branch(), "code": f"D{next(_serials)}", "name": "第一片区", **fields}
    )


def make_staff(*, role: str = "cashier", password: str | None = None, **fields: Any) -> Staff:
    """Someone at work in the role, which is the name of a group of the migrations; "" is no role at all."""
    if "branch" not in fields:
        fields["branch"] = make_branch()
    staff = Staff.objects.create_user(
        password=password,
        **{
            "number": f"S{next(_serials):05}",
            "name": "测试员",
            "post": role.upper() or Staff.Post.CASHIER,
            **fields,
        },
    )
    if role:
        staff.groups.add(Group.objects.get(name=role))
    return staff


def make_customer(*, name: str = "王淑英", phones: Sequence[str] = (), **fields: Any) -> Customer:
    customer = Customer.objects.create(name=name, name_initials=initials(name), **fields)
    for phone in phones:
        make_contact(customer, phone)
    return customer


def make_contact(customer: Customer, phone: str = "13800001234", **fields: Any) -> Contact:
    kind = Contact.Kind.LANDLINE if phone.startswith("0") else Contact.Kind.MOBILE
    return Contact.objects.create(**{"customer": customer, "phone": phone, "kind": kind, **fields})


def make_premises(
    *,
    community: str = "阳光家园",
    building: str = "5",
    unit: str = "2",
    room: str = "301",
    **fields: Any,
) -> Premises:
    if "district" not in fields:
        fields["district"] = make_district()
    return Premises.objects.create(
        community=community,
        community_initials=initials(community),
        building=building,
        unit=unit,
        room=room,
        door=door_key(building, unit, room),
        **{"building_area": Decimal("89.60"), **fields},
    )


def make_account(
    *, customer: Customer | None = None, premises: Premises | None = None, **fields: Any
) -> Account:
    """An account in use. Its branch is that of the premises' district unless named."""
    if premises is None:
        premises = (
            make_premises(district=make_district(branch=fields["branch"]))
            if "branch" in fields
            else make_premises()
        )
    return Account.objects.create(
        customer=customer or make_customer(),
        premises=premises,
        **{
            "account_no": f"01{next(_serials):08}",
            "branch": premises.district.branch,
            "service": Service.HEAT,
            "category": Category.RESIDENT,
            "state": Account.State.ACTIVE,
            "billed_area": Decimal("89.60"),
            "opened_on": datetime.date(2020, 9, 1),
            **fields,
        },
    )


def make_evidence(account: Account, **fields: Any) -> HouseholdEvidence:
    """A register that proves six persons in 2026 and 2027, unless other things are named."""
    return HouseholdEvidence.objects.create(
        **{
            "account": account,
            "kind": HouseholdEvidence.Kind.HOUSEHOLD_SIZE,
            "persons": 6,
            "document": HouseholdEvidence.Document.HOUSEHOLD_REGISTER,
            "document_number": "沈户字000123",
            "holder_name": account.customer.name,
            "valid_from": datetime.date(2026, 1, 1),
            "valid_until": datetime.date(2027, 12, 31),
            "recorded_by": make_staff(role="adviser", branch=account.branch),
            "recorded_at": datetime.datetime(2026, 1, 1, 9, tzinfo=datetime.UTC),
            **fields,
        }
    )
