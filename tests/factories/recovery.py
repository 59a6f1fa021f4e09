"""What a district has to recover, as a supervisor proposes it."""

import datetime
from decimal import Decimal
from typing import Any

from accounts.models import District
from billing.models import RecoveryTarget
from billing.services.recovery_targets import propose_target
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING


def make_target(district: District, **fields: Any) -> RecoveryTarget:
    """90.24 % of a month's own bills from December on, unless other things are named."""
    return propose_target(
        district,
        **{
            "kind": "CURRENT",
            "month": datetime.date(2026, 12, 1),
            "base": Decimal("96.00"),
            "difficulty": Decimal("0.94"),
            "reason": "老旧小区",
            "by": make_staff(role="supervisor", branch=district.branch),
            "at": MORNING,
            **fields,
        },
    )
