"""Ladders for tests: what is not named is a plain ladder that every service may have."""

import datetime
from decimal import Decimal
from io import StringIO
from itertools import count
from typing import Any

from django.core.management import call_command

from accounts.models import Staff
from billing.models import ArrearsPolicy, ArrearsPolicyVersion, PolicyStep
from billing.services.arrears.policies import approve_policy_version, draft_policy_version
from billing.services.arrears.policy_terms import PolicyTerms, StepTerms
from tests.factories.accounts import make_staff

_numbers = count(1)
MADE_AT = datetime.datetime(2026, 10, 1, 9, tzinfo=datetime.UTC)


def make_policy(**fields: Any) -> ArrearsPolicy:
    number = next(_numbers)
    return ArrearsPolicy.objects.create(
        **{
            "code": f"policy-{number}",
            "name": "居民水费欠费",
            "name_en": "Water, residents",
            "service": "WATER",
            "customer_class": "RESIDENT",
            **fields,
        }
    )


def inform(min_days: int = 5, **fields: Any) -> StepTerms:
    return StepTerms(
        **{
            "stage": "INFORM",
            "channel": "SMS",
            "template": "arrears_sms",
            "min_days": min_days,
            **fields,
        }
    )


def letter(min_days: int = 10, **fields: Any) -> StepTerms:
    return StepTerms(
        **{
            "stage": "LETTER",
            "channel": "LETTER",
            "template": "demand_letter",
            "min_days": min_days,
            **fields,
        }
    )


def stop(min_days: int = 15, **fields: Any) -> StepTerms:
    return StepTerms(
        **{
            "stage": "STOP",
            "channel": "ORDER",
            "template": "stop_notice",
            "min_days": min_days,
            "notice_days": 5,
            "last_word_minutes": 30,
            "stops_supply": True,
            "forbidden": tuple(PolicyStep.Forbidden.values),
            **fields,
        }
    )


def make_terms(**fields: Any) -> PolicyTerms:
    """Told on day 5, a letter on day 15, stopped on day 35: fit for every service."""
    return PolicyTerms(
        **{
            "effective_from": datetime.date(2026, 1, 1),
            "min_overdue_days": 5,
            "threshold": Decimal("0.00"),
            "source": "公司欠费管理办法",
            "steps": (inform(), letter(), stop()),
            **fields,
        }
    )


def make_draft_policy(
    policy: ArrearsPolicy | None = None, *, made_by: Staff | None = None, **terms: Any
) -> ArrearsPolicyVersion:
    return draft_policy_version(
        policy or make_policy(),
        make_terms(**terms),
        made_by=made_by or make_staff(role="finance"),
        at=MADE_AT,
    )


def make_approved_policy(policy: ArrearsPolicy | None = None, **terms: Any) -> ArrearsPolicyVersion:
    return approve_policy_version(
        make_draft_policy(policy, **terms), approved_by=make_staff(role="manager"), at=MADE_AT
    )


def ship_calendars() -> None:
    call_command("import_calendar", stdout=StringIO())
