"""Those who pay for others, and what they gave."""

from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from accounts.models import Branch, Staff
from billing.models import Donation, DonationReversal, ThirdPartyPayer
from billing.services.donation_reversals import reverse_donation
from billing.services.donations import receive_donation
from billing.services.third_parties import enter_payer
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING

_serials = count(1)


def make_payer(branch: Branch, **fields: Any) -> ThirdPartyPayer:
    by = make_staff(role="supervisor", branch=branch)
    named = {"kind": "DONOR", "name": f"热心人{next(_serials)}", "branch": branch, "by": by, "at": MORNING}
    return enter_payer(**{**named, **fields})


def take_back(donation: Donation, by: Staff, approved_by: Staff, **fields: Any) -> DonationReversal:
    return reverse_donation(
        donation,
        **{
            "request_id": uuid4(), "reason": "WRONG_AMOUNT", "note": "多录一位", "reversed_by": by,
            "approved_by": approved_by, "at": MORNING, **fields,
        },
    )  # fmt: skip


def make_donation(branch: Branch, **fields: Any) -> Donation:
    """2,000.00 by bank transfer for households in hardship, unless other things are named."""
    payer = fields.pop("payer", None) or make_payer(branch)
    return receive_donation(
        payer,
        **{
            "request_id": uuid4(),
            "amount": Decimal("2000.00"),
            "method": "BANK",
            "reference": f"JZ{next(_serials):08}",
            "purpose": "困难家庭取暖",
            "by": make_staff(role="supervisor", branch=branch),
            "at": MORNING,
            **fields,
        },
    )
