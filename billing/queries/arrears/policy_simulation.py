"""With another ladder instead: who would have stood where on a day, from the postings as they stood then."""

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Staff
from accounts.models.account import Category
from billing.models import ArrearsPolicy, ArrearsPolicyVersion
from billing.money import NO_MONEY
from billing.queries.arrears.pace import Rung, days_until
from billing.queries.arrears.policies import RESIDENTS, policy_versions_on

MOST_SHOWN = 50
# What no account owes: the ladder of a policy that has no version in force.
UNREACHABLE = Decimal("999999999999")

# A bill owes what was posted to it until the evening of the day, whatever was paid or cancelled since. One that is
# not open, and to which nothing was posted since, owed nothing then: the history need not be added up. An account
# comes onto the ladder once its oldest debt is old enough and its overdue debts together are high enough.
_PLACES = """
    WITH standing AS (
        SELECT b.account_id, b.id, b.due_on,
            sum(CASE WHEN p.debit = 'receivable' THEN p.amount ELSE -p.amount END) AS owed
        FROM billing_bill b
        JOIN accounts_account a ON a.id = b.account_id
        JOIN billing_posting p ON p.bill_id = b.id AND p.business_date <= %(on)s
            AND (p.debit = 'receivable' OR p.credit = 'receivable')
        WHERE a.service = %(service)s AND a.category = ANY (%(categories)s) AND b.due_on < %(on)s
            AND (b.state = 'OPEN' OR b.id IN (
                SELECT bill_id FROM billing_posting WHERE business_date > %(on)s AND bill_id IS NOT NULL))
            AND (%(branch)s IS NULL OR a.branch_id = %(branch)s)
            AND (%(seen)s IS NULL OR a.branch_id = %(seen)s)
            AND a.branch_id <> ALL (%(elsewhere)s)
        GROUP BY b.account_id, b.id, b.due_on
        HAVING sum(CASE WHEN p.debit = 'receivable' THEN p.amount ELSE -p.amount END) > 0
    ), growing AS (
        SELECT account_id, due_on, owed, sum(owed) OVER (PARTITION BY account_id ORDER BY due_on, id) AS so_far
        FROM standing
    ), debt AS (
        SELECT account_id, sum(owed) AS amount, min(due_on) AS oldest,
            min(due_on) FILTER (WHERE so_far >= %(old_threshold)s) AS old_high,
            min(due_on) FILTER (WHERE so_far >= %(new_threshold)s) AS new_high
        FROM growing GROUP BY account_id
    ), placed AS MATERIALIZED (
        SELECT d.account_id, d.amount, d.oldest, a.account_no, c.name,
            CASE WHEN d.old_high IS NULL THEN 0 ELSE width_bucket(
                %(on)s - greatest(d.oldest + %(old_first)s, d.old_high + 1), %(old_offsets)s::int[]) END AS was,
            CASE WHEN d.new_high IS NULL THEN 0 ELSE width_bucket(
                %(on)s - greatest(d.oldest + %(new_first)s, d.new_high + 1), %(new_offsets)s::int[]) END AS becomes,
            a.is_disputed OR a.is_in_court OR EXISTS (
                SELECT FROM billing_arrearshold h WHERE h.account_id = a.id AND h.starts_on <= %(on)s
                    AND (h.ends_on IS NULL OR h.ends_on >= %(on)s)
                    AND (h.lifted_at IS NULL OR h.lifted_at >= %(evening)s)) AS held
        FROM debt d
        JOIN accounts_account a ON a.id = d.account_id
        JOIN accounts_customer c ON c.id = a.customer_id
    )
    SELECT
        (SELECT jsonb_agg(one) FROM (
            SELECT was, becomes, count(*) AS accounts, sum(amount)::text AS amount,
                count(*) FILTER (WHERE held) AS held
            FROM placed GROUP BY was, becomes ORDER BY was, becomes) one),
        (SELECT jsonb_agg(one) FROM (
            SELECT account_no, name, amount::text, oldest, was, becomes, held FROM placed
            WHERE was <> becomes ORDER BY abs(becomes - was) DESC, placed.amount DESC, account_no
            LIMIT %(most)s) one)
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many accounts, with how much debt; held ones would wait there."""

    accounts: int = 0
    amount: Decimal = NO_MONEY
    held: int = 0

    def plus(self, other: "Crowd") -> "Crowd":
        return Crowd(self.accounts + other.accounts, self.amount + other.amount, self.held + other.held)


@dataclass(frozen=True, slots=True)
class Moved:
    """An account that would stand elsewhere."""

    account_no: str
    name: str
    amount: Decimal
    oldest: datetime.date
    was: int
    becomes: int
    held: bool


@dataclass(frozen=True, slots=True)
class PolicySimulation:
    """Places are positions of steps; 0 is nothing done yet. Before: under what is in force, if anything is."""

    on: datetime.date
    before: ArrearsPolicyVersion | None
    moves: Mapping[tuple[int, int], Crowd]
    moved: Sequence[Moved]

    def before_at(self, position: int) -> Crowd:
        return _together(crowd for (was, _becomes), crowd in self.moves.items() if was == position)

    def after_at(self, position: int) -> Crowd:
        return _together(crowd for (_was, becomes), crowd in self.moves.items() if becomes == position)

    @property
    def everybody(self) -> Crowd:
        return _together(self.moves.values())

    @property
    def further(self) -> Crowd:
        return _together(crowd for (was, becomes), crowd in self.moves.items() if becomes > was)

    @property
    def less_far(self) -> Crowd:
        return _together(crowd for (was, becomes), crowd in self.moves.items() if becomes < was)


def simulate_policy(version: ArrearsPolicyVersion, on: datetime.date, *, staff: Staff) -> PolicySimulation:
    """Place every account that the person sees and that owed something overdue. Nothing is written.

    Each notice counts as delivered on the day it was due and each approval as given at once: nobody can stand
    further. Five queries, whatever the number of accounts.
    """
    policy = version.policy
    in_force = policy_versions_on(on)
    before = next((one for one in in_force.values() if one.policy_id == policy.pk), None)
    values = {
        "on": on,
        "evening": _evening_of(on),
        "service": policy.service,
        "categories": _categories(policy),
        "branch": policy.branch_id,
        "seen": None if staff.has_perm("accounts.see_every_branch") else staff.branch_id or 0,
        "elsewhere": _branches_with_their_own(policy, list(in_force)),
        "most": MOST_SHOWN,
        **_terms("old", before),
        **_terms("new", version),
    }
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, values)
        moves, moved = cursor.fetchone() or (None, None)
    return PolicySimulation(on, before, _moves(_loaded(moves)), [_moved(one) for one in _loaded(moved)])


def _evening_of(day: datetime.date) -> datetime.datetime:
    """When the day ends at the office: the database itself lives in UTC."""
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min))


def _categories(policy: ArrearsPolicy) -> list[str]:
    residents = policy.customer_class == ArrearsPolicy.CustomerClass.RESIDENT
    return [one for one in Category.values if (one in RESIDENTS) == residents]


def _branches_with_their_own(policy: ArrearsPolicy, in_force: Sequence[Any]) -> list[int]:
    """A policy for every branch leaves out those that have one of their own in force."""
    if policy.branch_id is not None:
        return []
    return [
        one.branch_id
        for one in in_force
        if one.branch_id and (one.service, one.customer_class) == (policy.service, policy.customer_class)
    ]


def _terms(prefix: str, version: ArrearsPolicyVersion | None) -> dict[str, Any]:
    """When the ladder begins, and how long after that each step can be done at the earliest."""
    if version is None:
        return {f"{prefix}_threshold": UNREACHABLE, f"{prefix}_first": 0, f"{prefix}_offsets": [0]}
    steps = sorted(version.steps.all(), key=lambda one: one.position)
    days = days_until([Rung(one.min_days, one.notice_days) for one in steps], version.min_overdue_days)
    first = days[0] - steps[0].notice_days
    return {
        f"{prefix}_threshold": version.threshold,
        f"{prefix}_first": first,
        f"{prefix}_offsets": [one - first for one in days],
    }


def _loaded(found: Any) -> list[dict[str, Any]]:
    return json.loads(found) if isinstance(found, str) else found or []


def _moves(rows: Sequence[dict[str, Any]]) -> dict[tuple[int, int], Crowd]:
    return {
        (row["was"], row["becomes"]): Crowd(row["accounts"], Decimal(row["amount"]), row["held"])
        for row in rows
    }


def _moved(row: dict[str, Any]) -> Moved:
    return Moved(
        **{**row, "amount": Decimal(row["amount"]), "oldest": datetime.date.fromisoformat(row["oldest"])}
    )


def _together(crowds: Iterable[Crowd]) -> Crowd:
    return reduce(Crowd.plus, crowds, Crowd())
