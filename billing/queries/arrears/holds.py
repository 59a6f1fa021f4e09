"""What holds the ladder of an account on a day: what somebody entered, and what the account itself says."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet

from accounts.models import Account, Customer
from billing.models import ArrearsHold

Kind = ArrearsHold.Kind

# Holds of the accounts %(ids)s on %(on)s, for statements over many accounts; `whole` holds every step.
HELD = """
    held AS MATERIALIZED (
        SELECT account_id, bool_or(kind = ANY (%(hold_all)s)) AS whole
        FROM billing_arrearshold
        WHERE account_id = ANY (%(ids)s) AND lifted_at IS NULL
            AND starts_on <= %(on)s AND (ends_on IS NULL OR ends_on >= %(on)s)
        GROUP BY account_id
    )
"""
# An account a and its customer p whose supply stays on, and one whose ladder is held, whatever was entered.
LOW_INCOME = "(p.low_income_no <> '' AND (p.low_income_until IS NULL OR p.low_income_until >= %(on)s))"
CONTESTED = "(a.is_disputed OR a.is_in_court)"


def holds_of(account_ids: Iterable[int], on: datetime.date) -> dict[int, list[ArrearsHold.Kind]]:
    """The kinds of holds of each account on the day; accounts that nothing holds are not among them. Two queries."""
    ids = list(account_ids)
    found: dict[int, set[ArrearsHold.Kind]] = defaultdict(set)
    for account_id, kind in holds_on(on).filter(account_id__in=ids).values_list("account_id", "kind"):
        found[account_id].add(Kind(kind))
    accounts = Account.objects.filter(pk__in=ids).filter(
        Q(is_disputed=True) | Q(is_in_court=True) | ~Q(customer__low_income_no="")
    )
    for account in accounts.select_related("customer"):
        found[account.pk].update(_said_by(account, on))
    return {pk: sorted(kinds) for pk, kinds in found.items() if kinds}


def holds_on(on: datetime.date) -> QuerySet[ArrearsHold]:
    return ArrearsHold.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on), lifted_at__isnull=True, starts_on__lte=on
    )


def holds_everything(kinds: Collection[ArrearsHold.Kind]) -> bool:
    return any(kind in ArrearsHold.HOLD_ALL for kind in kinds)


def _said_by(account: Account, on: datetime.date) -> set[ArrearsHold.Kind]:
    kinds = set()
    if account.is_disputed:
        kinds.add(Kind.DISPUTE)
    if account.is_in_court:
        kinds.add(Kind.COURT)
    if _has_low_income(account.customer, on):
        kinds.add(Kind.HARDSHIP)
    return kinds


def _has_low_income(customer: Customer, on: datetime.date) -> bool:
    until = customer.low_income_until
    return bool(customer.low_income_no) and (until is None or until >= on)
