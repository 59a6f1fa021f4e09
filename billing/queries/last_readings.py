"""What the meters of an account showed last."""

import datetime
from decimal import Decimal
from typing import NamedTuple

from accounts.models import Account
from billing.models import Reading

# A house with a dozen meters has a page for them.
MOST = 3


class LastReading(NamedTuple):
    meter: str
    value: Decimal
    read_on: datetime.date


def last_readings(account: Account) -> list[LastReading]:
    """Of each meter that hangs there, the newest reading that counts; of the first few meters only."""
    rows = (
        Reading.objects.filter(
            installation__account=account, installation__removed_on=None, state=Reading.State.ACCEPTED
        )
        .order_by("installation_id", "-read_on", "-id")
        .distinct("installation_id")
        .values_list("installation__meter__serial_no", "value", "read_on")[:MOST]
    )
    return [LastReading(*row) for row in rows]
