"""What holds the ladder of an account on a day: rows of holds, and what stands on the account itself."""

import datetime
from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from accounts.models import Account
from billing.models import ArrearsHold

Kind = ArrearsHold.Kind


def holds_of(account_ids: Collection[int], on: datetime.date) -> dict[int, list[ArrearsHold.Kind]]:
    """The kinds of hold by account; an account without any does not stand in it. Two queries."""
    found: dict[int, set[ArrearsHold.Kind]] = defaultdict(set)
    rows = ArrearsHold.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on),
        account_id__in=account_ids,
        lifted_at__isnull=True,
        starts_on__lte=on,
    )
    for account_id, kind in rows.values_list("account_id", "kind"):
        found[account_id].add(Kind(kind))
    accounts = Account.objects.filter(pk__in=account_ids).values_list(
        "pk", "is_disputed", "is_in_court", "customer__low_income_no", "customer__low_income_until"
    )
    for pk, is_disputed, is_in_court, certificate, until in accounts:
        if is_disputed:
            found[pk].add(Kind.DISPUTE)
        if is_in_court:
            found[pk].add(Kind.COURT)
        if certificate and (until is None or until >= on):
            found[pk].add(Kind.HARDSHIP)
    return {pk: sorted(kinds) for pk, kinds in found.items()}
