"""The whole explanation of a bill, in the order in which a customer asks."""

from collections.abc import Sequence

from billing.explaining.amounts import said_components, said_total, said_upper_tiers
from billing.explaining.comparison import said_comparison
from billing.explaining.meters import said_readings, said_tiers
from billing.explaining.price_list import category_of, said_household, said_price_list, versions_of
from billing.explaining.said import Said
from billing.models import Bill, BillLine, TariffVersion


def explain_bill(
    bill: Bill, lines: Sequence[BillLine], versions: Sequence[TariffVersion], history: Sequence[Bill]
) -> list[Said]:
    """What to say of a bill.

    `versions` are the approved versions of its tariff by date; `history` other bills of the account of the
    same kind. Every amount is one that stands on the bill: nothing is priced again.
    """
    priced_by = versions_of(bill, versions)
    said: list[Said | None] = [
        said_total(bill),
        said_readings(bill),
        *said_tiers(bill),
        *said_household(bill, category_of(bill, priced_by)),
        *said_components(lines),
        said_upper_tiers(lines, bill.basis.get("unit", "")),
        said_price_list(bill, priced_by),
        *said_comparison(bill, history),
    ]
    return [one for one in said if one is not None]
