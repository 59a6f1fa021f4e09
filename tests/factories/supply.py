"""An account on the way up the ladder, ready for the order that would cut it."""

import datetime
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
    SupplyOrder,
    WriteOff,
)
from billing.services.arrears.supply_orders import approve_order, give_order, propose_orders
from billing.services.arrears.write_offs import propose_write_off
from tests.factories.accounts import make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING

_serials = count(1)
LETTER_CAME = MORNING - datetime.timedelta(days=20)


def make_policy(account: Account, *, stage: str = "STOP", threshold: str = "0.00", **rule: Any) -> PolicyStep:
    """Two rungs for the account's service: the letter, then the order. The order's rung, approved long ago."""
    policy, _new = ArrearsPolicy.objects.get_or_create(
        service=account.service,
        customer_class=ArrearsPolicy.CustomerClass.RESIDENT,
        branch=None,
        defaults={"code": f"supply-{next(_serials)}", "name": "催缴", "name_en": "Ladder"},
    )
    version = ArrearsPolicyVersion.objects.create(
        policy=policy,
        effective_from=datetime.date(2020, 1, 1) + datetime.timedelta(days=next(_serials)),
        threshold=Decimal(threshold),
        made_at=MORNING,
        made_by=make_staff(role="finance", branch=account.branch),
    )
    PolicyStep.objects.create(
        version=version, position=1, stage="LETTER", channel="LETTER", template="demand_letter", min_days=1
    )
    rule_of_order = PolicyStep.objects.create(
        version=version,
        position=2,
        stage=stage,
        channel="ORDER",
        template="stop_notice",
        min_days=15,
        needs_approval=True,
        stops_supply=stage == "STOP",
        limits_supply=True,
        **rule,
    )
    version.state, version.approved_at = "APPROVED", MORNING
    version.approved_by = make_staff(role="manager", branch=account.branch)
    version.save()
    return rule_of_order


def make_step(account: Account, *, debt: str = "300.00", **rule: Any) -> CaseStep:
    """The account owes since the summer, has its letter, and waits for the order."""
    make_bill(account, total=debt, due_on=datetime.date(2026, 8, 31))
    order_rule = make_policy(account, **rule)
    case = ArrearsCase.objects.create(
        account=account,
        version=order_rule.version,
        level=1,
        opened_on=datetime.date(2026, 9, 1),
        reached_on=LETTER_CAME.date(),
    )
    letter = CaseStep.objects.create(
        case=case,
        rule=order_rule.version.steps.get(position=1),
        position=1,
        state="DONE",
        raised_on=datetime.date(2026, 9, 2),
        done_at=LETTER_CAME,
    )
    DeliveryProof.objects.create(
        step=letter, kind="SIGNED", delivered_at=LETTER_CAME, recorded_at=LETTER_CAME
    )
    return CaseStep.objects.create(
        case=case, rule=order_rule, position=2, state="PROPOSED", raised_on=MORNING.date()
    )


def make_order(account: Account, **fields: Any) -> SupplyOrder:
    """An order that waits for approval, as the morning's run leaves it."""
    step = make_step(account, **fields)
    assert propose_orders([step.pk], MORNING) == 1
    return SupplyOrder.objects.get(step=step)


def make_approved(account: Account, **fields: Any) -> SupplyOrder:
    """An order that may be carried out today by whoever works in the field."""
    order = make_order(account, **fields)
    return approve_order(order, decided_by=make_staff(role="supervisor", branch=account.branch), at=MORNING)


def make_write_off(account: Account) -> WriteOff:
    """A debt of long ago that somebody proposes to expect no longer."""
    bill = make_bill(account, total="80.00", due_on=datetime.date(2022, 11, 30))
    return propose_write_off(
        bill,
        kind="DOUBTFUL",
        reason="DEMOLISHED",
        note="整楼拆迁，查无下落",
        proposed_by=make_staff(role="collector", branch=account.branch),
        at=MORNING,
    )


def make_given(account: Account, worker: Staff, **fields: Any) -> SupplyOrder:
    order = make_approved(account, **fields)
    return give_order(
        order, worker=worker, by=make_staff(role="supervisor", branch=account.branch), at=MORNING
    )
