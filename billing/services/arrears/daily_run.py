"""The morning run: every overdue account of the company goes through the ladder once a day, in sets."""

import datetime
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from django.db import DatabaseError, connection, transaction

from accounts.keys import key_array
from accounts.models import JobRun, Staff
from accounts.services.audit import record_audit
from accounts.services.job_runs import claim_job_run, fail_job_run, finish_job_run
from billing.services.arrears.closing import close_cases, hold_back_steps
from billing.services.arrears.promises import settle_promises
from billing.services.arrears.raising import raise_steps
from billing.services.arrears.supply_orders import propose_orders
from billing.services.locks import hold_accounts

logger = logging.getLogger(__name__)

JOB = "run_arrears"
# So many accounts wait at most for each other: a payment at the counter does not notice.
CHUNK = 5_000
# Older mornings than these are not made up for one by one.
CATCH_UP_DAYS = 31

_CONCERNED = """
    SELECT account_id FROM billing_bill WHERE state = 'OPEN' AND due_on < %(on)s
    UNION SELECT account_id FROM billing_arrearscase WHERE state = 'OPEN'
    UNION SELECT account_id FROM billing_promise WHERE state = 'OPEN'
    ORDER BY 1
"""
_STANDING = """
    SELECT ARRAY(SELECT account_id FROM billing_promise WHERE state = 'OPEN' AND account_id = ANY (%(ids)s)),
        ARRAY(SELECT account_id FROM billing_arrearscase WHERE state = 'OPEN' AND account_id = ANY (%(ids)s))
"""


@dataclass
class Morning:
    """What one run did."""

    accounts: int = 0
    opened: int = 0
    closed: int = 0
    steps: int = 0
    held_back: int = 0
    promises: int = 0
    # Accounts whose data broke the work on them; the others were done.
    broken: list[int] = field(default_factory=list)

    def add(self, other: "Morning") -> None:
        for name in ("accounts", "opened", "closed", "steps", "held_back", "promises"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def run_arrears(
    on: datetime.date,
    *,
    at: datetime.datetime,
    started_by: Staff | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Morning | None:
    """Do the run of a day; nothing where it was done, or somebody is at work on it.

    Each chunk of accounts is one transaction: what died half-way is taken up by running again.
    """
    run = claim_job_run(JOB, on, at)
    if run is None:
        return None
    morning = Morning()
    try:
        ids = concerned_accounts(on)
        for start in range(0, len(ids), CHUNK):
            _work(ids[start : start + CHUNK], on, at, morning)
            progress(min(start + CHUNK, len(ids)), len(ids))
    except Exception as error:
        fail_job_run(run, f"{type(error).__name__}: {error}", at)
        raise
    _finish(run, morning, started_by, at)
    return morning


def catch_up_arrears(today: datetime.date, at: datetime.datetime) -> list[datetime.date]:
    """Do today's run, and before it those of the mornings that were missed; the days that were done."""
    last = (
        JobRun.objects.filter(job=JOB, state=JobRun.State.DONE, slot__lte=today)
        .order_by("-slot")
        .values_list("slot", flat=True)
        .first()
    )
    missed = min((today - last).days, CATCH_UP_DAYS) if last else 1
    # Today is asked for in any case: the claim says whether it was done.
    days = [today - datetime.timedelta(days=back) for back in reversed(range(max(missed, 1)))]
    return [day for day in days if run_arrears(day, at=at) is not None]


def concerned_accounts(on: datetime.date) -> list[int]:
    """Who owes something overdue, stands on the ladder, or has promised something; in the order of locks."""
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNED, {"on": on})
        return [pk for (pk,) in cursor.fetchall()]


@transaction.atomic
def advance_accounts(account_ids: Sequence[int], on: datetime.date, at: datetime.datetime) -> Morning:
    """Take these accounts through the ladder as of the day: promises, ends, holds, beginnings, next steps."""
    hold_accounts(account_ids)
    # Who is not on the ladder yet has nothing to be settled, closed or taken back.
    promised, standing = _standing(account_ids)
    promises = settle_promises(promised, on, at) if promised else 0
    closed = close_cases(standing, on, at) if standing else 0
    held_back = hold_back_steps(standing, on, at) if standing else 0
    raised = raise_steps(account_ids, on)
    if raised.to_order:
        propose_orders(raised.to_order, at)
    return Morning(len(account_ids), raised.opened, closed, raised.steps, held_back, promises)


def _standing(account_ids: Sequence[int]) -> tuple[list[int], list[int]]:
    """Those of the accounts that promised something, and those that stand on the ladder."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"ids": key_array(account_ids)})
        promised, standing = cursor.fetchone() or ([], [])
        return promised, standing


def _work(ids: Sequence[int], on: datetime.date, at: datetime.datetime, morning: Morning) -> None:
    """One account with broken data must not stop the others: halve the chunk until it stands alone."""
    try:
        morning.add(advance_accounts(ids, on, at))
    except DatabaseError:
        if not connection.is_usable():
            # Without a database there is nothing to go on with.
            raise
        if len(ids) == 1:
            logger.exception("arrears of %s: account %s could not be worked on", on, ids[0])
            morning.broken += ids
            return
        half = len(ids) // 2
        _work(ids[:half], on, at, morning)
        _work(ids[half:], on, at, morning)


@transaction.atomic
def _finish(run: JobRun, morning: Morning, started_by: Staff | None, at: datetime.datetime) -> None:
    finish_job_run(run, asdict(morning), at)
    record_audit(actor=started_by, action="run_arrears", on=run, at=at, details=asdict(morning))
