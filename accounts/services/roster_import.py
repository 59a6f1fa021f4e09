from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Staff
from accounts.roster.problems import Problem
from accounts.roster.reading import Roster
from accounts.services.audit import record_audit
from accounts.services.roster_plan import RosterPlan
from accounts.services.roster_write import write_roster


class RosterRefused(ValidationError):
    """Nothing was imported. `problems` are the reasons, row by row."""

    def __init__(self, problems: Sequence[Problem], code: str) -> None:
        super().__init__(_("The roster was not imported."), code=code)
        self.problems = problems


class RosterOutcome(NamedTuple):
    rows: int
    added: int
    changed: int
    unchanged: int
    # Accounts whose state in the file is another than in the books; it was left as it is.
    other_state: int


@transaction.atomic
def import_roster(
    roster: Roster, *, source: str, actor: Staff | None, at: datetime, dry_run: bool = False
) -> RosterOutcome:
    """Add the accounts of a roster and correct known ones, all of them or none.

    An account is known by its number: the same file a second time changes nothing. What may be corrected
    stands in roster_plan; an empty cell says nothing. A dry run does it all and takes it back. Codes:
    no_rows, problems.
    """
    with connection.cursor() as cursor:
        # Two imports at once could both believe that an account is new.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts.import_roster'))")
    plan = RosterPlan(roster)
    if plan.problems:
        raise RosterRefused(plan.problems, code="problems")
    if not plan.rows:
        raise RosterRefused([], code="no_rows")
    write_roster(plan, actor=actor, at=at)
    outcome = RosterOutcome(plan.rows, len(plan.new), plan.changed, plan.unchanged, plan.other_state)
    record_audit(
        actor=actor,
        action="account.import_roster",
        on=Account,
        at=at,
        details={"source": source, **outcome._asdict()},
    )
    if dry_run:
        transaction.set_rollback(True)
    return outcome
