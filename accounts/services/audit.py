from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from accounts.models import AuditEntry, Branch, Staff
from accounts.rows import insert_rows


def record_audit(
    *,
    actor: Staff | None,
    action: str,
    on: Model | type[Model],
    at: datetime,
    branch: Branch | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
    request_id: UUID | None = None,
) -> AuditEntry:
    """Write one line of the trail, in the transaction of the verb that calls.

    `on` is the row it happened to, or the model when it happened to many rows. An actor of None is a
    scheduled job or the operator at the command line. The branch is the actor's unless named.
    Personal data has no place in `details`.
    """
    entry = audit_entry(
        actor=actor,
        action=action,
        on=on,
        at=at,
        branch=branch,
        reason=reason,
        details=details,
        request_id=request_id,
    )
    insert_rows([entry])
    return entry


def audit_entry(
    *,
    actor: Staff | None,
    action: str,
    on: Model | type[Model],
    at: datetime,
    branch: Branch | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
    request_id: UUID | None = None,
) -> AuditEntry:
    """A line of the trail that is not written yet: a verb on many rows hands all of its lines to insert_rows."""
    # By key: loading the actor's branch would cost every payment one more round trip.
    branch_id = actor.branch_id if actor else None
    return AuditEntry(
        at=at,
        actor=actor,
        branch_id=branch.pk if branch else branch_id,
        action=action,
        object_type=on._meta.label_lower,
        object_id="" if isinstance(on, type) else str(on.pk),
        reason=reason,
        details=dict(details or {}),
        request_id=request_id,
    )
