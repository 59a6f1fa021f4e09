from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.copying import copy_rows
from accounts.models import Staff
from accounts.roster.problems import Problem
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Reading
from billing.reading_file import ReadingFile
from billing.services.locks import hold_accounts
from billing.services.reading_plan import Progress, ReadingPlan
from billing.services.refusals import ReadingRefused

_COLUMNS = (
    "installation_id", "read_on", "value", "kind", "rolled_over", "read_by_id", "state", "anomalies", "reason",
    "entered_by_id", "entered_at",
)  # fmt: skip
_LAST = "SELECT (SELECT max(id) FROM billing_reading), (SELECT max(id) FROM billing_bill)"
_MOVED = """
    SELECT EXISTS (SELECT FROM billing_bill WHERE account_id = ANY (%(accounts)s) AND id > %(bill)s)
        OR EXISTS (SELECT FROM billing_reading r JOIN billing_meterinstallation i ON i.id = r.installation_id
                   WHERE i.account_id = ANY (%(accounts)s) AND (r.id > %(reading)s OR r.reviewed_at > %(at)s))
"""


class ReadingsRefused(ReadingRefused):
    """Nothing was imported. `problems` are the reasons, row by row."""

    def __init__(self, message: str, code: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message, code=code)
        self.problems = problems


class ReadingsOutcome(NamedTuple):
    rows: int
    added: int
    unchanged: int
    in_review: int
    # How many readings are odd in which way; one may be in several.
    odd: dict[str, int]


@transaction.atomic
def import_readings(
    file: ReadingFile,
    *,
    source: str,
    by: Staff | None,
    at: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ReadingsOutcome:
    """Take in the readings of a file, all of them or none; what is odd waits for a review.

    The same file a second time changes nothing. The books are read without a lock and the accounts are locked
    only for the writing, so that no window waits; where something came in between, the import is refused.

    Codes: not_allowed, no_rows, problems, moved.
    """
    if by is not None and not by.has_perm("billing.import_readings"):
        raise ReadingsRefused(_("This person may not import readings."), code="not_allowed")
    with connection.cursor() as cursor:
        # Two imports at once could bring the same reading.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('billing.import_readings'))")
        cursor.execute(_LAST)
        last_reading, last_bill = cursor.fetchone()
    plan = ReadingPlan(file, by=by, today=business_date_of(at))
    plan.check(progress)
    if plan.problems:
        raise ReadingsRefused(_("The readings were not imported."), "problems", plan.problems)
    if not plan.rows:
        raise ReadingsRefused(_("The file holds no readings."), code="no_rows")
    accounts = plan.account_ids
    hold_accounts(accounts)
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVED,
            {"accounts": list(accounts), "reading": last_reading or 0, "bill": last_bill or 0, "at": at},
        )
        if cursor.fetchone()[0]:
            raise ReadingsRefused(
                _("Somebody billed or read these meters meanwhile. Start the import again."), code="moved"
            )
    copy_rows("billing_reading", _COLUMNS, _rows(plan, by, at))
    outcome = ReadingsOutcome(
        plan.rows,
        len(plan.new),
        plan.unchanged,
        sum(bool(anomalies) for _row, _place, anomalies in plan.new),
        dict(sorted(plan.odd.items())),
    )
    record_audit(
        actor=by,
        action="import_readings",
        on=Reading,
        at=at,
        details={"source": source, **outcome._asdict()},
    )
    if dry_run:
        transaction.set_rollback(True)
    return outcome


def _rows(plan: ReadingPlan, by: Staff | None, at: datetime) -> Iterable[tuple[Any, ...]]:
    entered_by = by.pk if by else None
    for row, place, anomalies in plan.new:
        state = Reading.State.IN_REVIEW if anomalies else Reading.State.ACCEPTED
        yield (
            place.installation_id, row.read_on, row.value, row.kind, row.rolled_over, plan.readers.get(row.reader),
            str(state), anomalies, row.reason, entered_by, at,
        )  # fmt: skip
