"""What holds the ladder of accounts on a day."""

import datetime
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from accounts.models import Account
from billing.models import ArrearsHold


def holds_of(account_ids: Iterable[int], on: datetime.date) -> dict[int, list[ArrearsHold.Kind]]:
    """The holds of each account that has any: those placed, dispute and court of the account, low income."""
    wanted = list(account_ids)
    found: dict[int, set[str]] = defaultdict(set)
    lasting = ArrearsHold.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on),
        account_id__in=wanted,
        lifted_at__isnull=True,
        starts_on__lte=on,
    )
    for account_id, kind in lasting.values_list("account_id", "kind"):
        found[account_id].add(kind)
    flagged = Account.objects.filter(
        Q(is_disputed=True) | Q(is_in_court=True) | ~Q(customer__low_income_no=""), pk__in=wanted
    ).select_related("customer")
    for account in flagged:
        found[account.pk] |= _flags(account, on)
    return {pk: [ArrearsHold.Kind(kind) for kind in sorted(kinds)] for pk, kinds in found.items() if kinds}


def _flags(account: Account, on: datetime.date) -> set[str]:
    until = account.customer.low_income_until
    is_poor = account.customer.low_income_no and (until is None or until >= on)
    flags = {
        ArrearsHold.Kind.DISPUTE: account.is_disputed,
        ArrearsHold.Kind.COURT: account.is_in_court,
        ArrearsHold.Kind.HARDSHIP: is_poor,
    }
    return {kind for kind, is_set in flags.items() if is_set}
