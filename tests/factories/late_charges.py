"""Late-charge rules for tests, at each station of their life."""

import datetime
from typing import Any

from accounts.models import Branch, Staff
from billing.models import LateChargeRule
from billing.services.late_charge_rules import (
    approve_late_charge_rule,
    draft_late_charge_rule,
    submit_late_charge_rule,
)
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING

TERMS = {"rate": "0.001", "cap": "principal"}


def make_late_charge_draft(
    day: str = "2027-01-01",
    *,
    service: str = "WATER",
    branch: Branch | None = None,
    terms: dict[str, Any] | None = None,
    made_by: Staff | None = None,
) -> LateChargeRule:
    return draft_late_charge_rule(
        service=service,
        branch=branch,
        effective_from=datetime.date.fromisoformat(day),
        terms=terms or TERMS,
        made_by=made_by or make_staff(role="finance"),
        at=MORNING,
    )


def make_late_charge_submitted(day: str = "2027-01-01", **fields: Any) -> LateChargeRule:
    rule = make_late_charge_draft(day, **fields)
    assert rule.made_by is not None
    return submit_late_charge_rule(rule, submitted_by=rule.made_by, at=MORNING)


def make_late_charge_approved(day: str = "2027-01-01", **fields: Any) -> LateChargeRule:
    rule = make_late_charge_submitted(day, **fields)
    return approve_late_charge_rule(rule, approved_by=make_staff(role="manager"), at=MORNING)
