"""Cases on a ladder for tests. Every argument can be named; what is not named is plain and unique."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import Account, Staff
from billing.models import (
    ArrearsCase,
    ArrearsPolicy,
    ArrearsPolicyVersion,
    CaseStep,
    DeliveryProof,
    PolicyStep,
)
from billing.services.arrears.daily_run import Morning, advance_accounts, concerned_accounts
from billing.services.arrears.deliveries import deliver_step
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING

_numbers = count(1)

# SMS on the first day, a letter 10 days later, and 15 days after it a restriction, then a stop (domain.md 2.3.5).
HEAT_LADDER: tuple[dict[str, Any], ...] = (
    {"stage": "INFORM", "channel": "SMS", "min_days": 1},
    {"stage": "LETTER", "channel": "LETTER", "min_days": 10},
    {
        "stage": "RESTRICT",
        "channel": "ORDER",
        "min_days": 15,
        "needs_approval": True,
        "limits_supply": True,
        "suspends_business": True,
    },
    {
        "stage": "STOP",
        "channel": "ORDER",
        "min_days": 7,
        "needs_approval": True,
        "stops_supply": True,
        "suspends_business": True,
        "refuses_next_season": True,
    },
)


def make_arrears_policy(
    *,
    service: str = "HEAT",
    customer_class: str = "RESIDENT",
    steps: Sequence[dict[str, Any]] = HEAT_LADDER,
    effective_from: datetime.date = datetime.date(2020, 1, 1),
    threshold: str = "10.00",
    min_overdue_days: int = 1,
    policy: ArrearsPolicy | None = None,
    is_approved: bool = True,
    **fields: Any,
) -> ArrearsPolicyVersion:
    """A version of a ladder, approved unless said; of `policy`, or of a new one."""
    policy = policy or ArrearsPolicy.objects.create(
        **{
            "code": f"ladder-{next(_numbers)}",
            "name": "催缴办法",
            "name_en": "ladder",
            "service": service,
            "customer_class": customer_class,
            **fields,
        }
    )
    version = ArrearsPolicyVersion.objects.create(
        policy=policy,
        effective_from=effective_from,
        min_overdue_days=min_overdue_days,
        threshold=Decimal(threshold),
        made_at=MORNING,
        made_by=make_staff(role="finance"),
    )
    for position, step in enumerate(steps, 1):
        PolicyStep.objects.create(version=version, position=position, **{"template": "reminder", **step})
    if is_approved:
        version.state, version.approved_at, version.approved_by = (
            "APPROVED",
            MORNING,
            make_staff(role="manager"),
        )
        version.save()
    return version


def make_case(account: Account, *, version: ArrearsPolicyVersion | None = None, **fields: Any) -> ArrearsCase:
    """An open case of the account, under `version` or whatever ladder there is."""
    return ArrearsCase.objects.create(
        **{
            "account": account,
            "version": version or ArrearsPolicyVersion.objects.order_by("pk")[0],
            "opened_on": MORNING.date(),
            **fields,
        }
    )


def at_noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(12), MORNING.tzinfo)


def morning_of(day: datetime.date) -> Morning:
    """The work of the morning run, without the slot of its job."""
    return advance_accounts(concerned_accounts(day), day, at_noon(day))


def waiting_step(account: Account) -> CaseStep | None:
    return CaseStep.objects.filter(case__account=account, state__in=CaseStep.WAITING).order_by("-pk").first()


def delivered(
    step: CaseStep | None, on: datetime.date, by: Staff | None = None, kind: str = "SIGNED"
) -> ArrearsCase:
    """Let the step reach the customer on the day; one that needs approval is approved first."""
    assert step is not None
    if step.state == CaseStep.State.PROPOSED:
        step.state, step.approved_at, step.approved_by = "DUE", at_noon(on), make_staff(role="supervisor")
        step.save()
    deliver_step(
        step.pk,
        kind=DeliveryProof.Kind(kind),
        at=at_noon(on),
        by=by or make_staff(role="collector"),
        photo="door.jpg" if kind == DeliveryProof.Kind.DOOR_PHOTO else "",
    )
    return ArrearsCase.objects.get(pk=step.case_id)
