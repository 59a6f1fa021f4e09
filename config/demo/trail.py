"""The audit trail in sets: what `record_audit` would have written, verb by verb."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.copying import copy_rows

_COLUMNS = (
    "at", "actor_id", "branch_id", "action", "object_type", "object_id", "reason", "details", "request_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of the trail; `on` names the kind of thing and its key."""

    at: datetime.datetime
    actor_id: int
    branch_id: int | None
    action: str
    on: tuple[str, object]
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    request_id: UUID | None = None


def write_trail(traces: Iterable[Trace]) -> None:
    copy_rows(
        "accounts_auditentry",
        _COLUMNS,
        (
            (
                one.at,
                one.actor_id,
                one.branch_id,
                one.action,
                *one.on,
                one.reason,
                one.details,
                one.request_id,
            )
            for one in traces
        ),
    )
