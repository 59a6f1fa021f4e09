"""Cases with one step that is to be done, as the ladder leaves them, for tests of what goes out to people."""

import datetime
from itertools import count
from typing import Any

from accounts.models import Account, Branch
from accounts.models.account import Service
from billing.models import ArrearsCase, ArrearsPolicy, ArrearsPolicyVersion, CaseStep, Message, PolicyStep
from tests.factories.accounts import make_account, make_branch, make_customer, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING

_serials = count(1)
TODAY = MORNING.date()
CHANNELS = (
    ("INFORM", "SMS", "arrears_sms"),
    ("INFORM", "CALL", "arrears_call"),
    ("LETTER", "LETTER", "demand_letter"),
    ("STOP", "ORDER", "stop_notice"),
)


def make_version(branch: Branch, *, service: str = Service.WATER) -> ArrearsPolicyVersion:
    """An approved ladder of the branch: a message, a call, a letter of demand, a stop."""
    policy, is_new = ArrearsPolicy.objects.get_or_create(
        service=service,
        branch=branch,
        customer_class="RESIDENT",
        defaults={"code": f"reach-{next(_serials)}", "name": "催缴办法", "name_en": "Ladder"},
    )
    if not is_new:
        return policy.versions.get()
    version = ArrearsPolicyVersion.objects.create(
        policy=policy,
        effective_from=datetime.date(2026, 1, 1),
        made_at=MORNING,
        made_by=make_staff(role="finance"),
    )
    PolicyStep.objects.bulk_create(
        PolicyStep(
            version=version,
            position=number,
            stage=stage,
            channel=channel,
            template=template,
            min_days=1,
            needs_approval=channel == "ORDER",
        )
        for number, (stage, channel, template) in enumerate(CHANNELS, 1)
    )
    version.state, version.approved_at, version.approved_by = "APPROVED", MORNING, make_staff(role="manager")
    version.save()
    return version


def make_debtor(
    *, branch: Branch | None = None, phone: str | None = "13800001234", owes: str = "100.00", **fields: Any
) -> Account:
    """Somebody who should have paid twenty days ago."""
    account = make_account(
        **{
            "customer": fields.get("customer") or make_customer(phones=[phone] if phone else []),
            "branch": branch or make_branch(),
            "service": Service.WATER,
            "billed_area": None,
            **fields,
        },
    )
    make_bill(account, total=owes, due_on=TODAY - datetime.timedelta(days=20))
    return account


def make_step(account: Account, channel: str = "SMS", *, state: str = "DUE") -> CaseStep:
    """The account's case stands before the step of that channel."""
    version = make_version(account.branch, service=account.service)
    rule = version.steps.get(channel=channel)
    case, _ = ArrearsCase.objects.get_or_create(
        account=account,
        state=ArrearsCase.State.OPEN,
        defaults={
            "version": version,
            "opened_on": TODAY - datetime.timedelta(days=10),
            "level": rule.position - 1,
            "reached_on": TODAY - datetime.timedelta(days=5) if rule.position > 1 else None,
        },
    )
    return CaseStep.objects.create(case=case, rule=rule, position=rule.position, state=state, raised_on=TODAY)


def make_message(account: Account, *, state: str = "QUEUED", **fields: Any) -> Message:
    """A reminder as a queue writes it."""
    contact = account.customer.contacts.first()
    number = next(_serials)
    return Message.objects.create(
        **{
            "account": account,
            "contact": contact,
            "phone": contact.phone if contact else "13800001234",
            "template": "arrears_sms",
            "text": "请缴费",
            "dedupe_key": f"test:{number}",
            "state": state,
            "queued_at": MORNING,
            "claimed_at": None if state in ("QUEUED", "CANCELLED") else MORNING,
            "claimed_by": "" if state in ("QUEUED", "CANCELLED") else "worker",
            **fields,
        }
    )
