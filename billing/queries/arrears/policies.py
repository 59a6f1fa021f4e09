"""Which ladder holds for whom on a day."""

import datetime
from typing import NamedTuple

from django.db.models import Prefetch

from accounts.models.account import Category
from billing.models import ArrearsPolicy, ArrearsPolicyVersion, PolicyStep

CustomerClass = ArrearsPolicy.CustomerClass
# Who lives there; every other category is a unit or a shop, also one that pays the resident price.
RESIDENTS = (Category.RESIDENT, Category.RESIDENT_SHARED)


class Ladder(NamedTuple):
    """Whose ladder it is; branch None is every branch that has none of its own."""

    service: str
    customer_class: str
    branch_id: int | None


def class_of(category: str) -> str:
    return CustomerClass.RESIDENT if category in RESIDENTS else CustomerClass.OTHER


def policy_versions_on(day: datetime.date) -> dict[Ladder, ArrearsPolicyVersion]:
    """The approved version of every policy that is in force on a day, with its steps. Two queries."""
    versions = (
        ArrearsPolicyVersion.objects.filter(
            state=ArrearsPolicyVersion.State.APPROVED, effective_from__lte=day
        )
        .select_related("policy")
        .prefetch_related(Prefetch("steps", PolicyStep.objects.order_by("position")))
        .order_by("policy_id", "-effective_from")
        .distinct("policy_id")
    )
    return {ladder_of(one.policy): one for one in versions}


def ladder_of(policy: ArrearsPolicy) -> Ladder:
    return Ladder(policy.service, policy.customer_class, policy.branch_id)
