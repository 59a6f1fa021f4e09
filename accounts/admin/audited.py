from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin_rights import NothingIsDeleted
from accounts.models import Staff
from accounts.services.audit import record_audit


def staff_of(request: HttpRequest) -> Staff:
    assert isinstance(request.user, Staff)
    return request.user


class Audited(NothingIsDeleted):
    """What is changed here stands in the audit trail, written in the same transaction."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        self._record(request, "admin.add", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        self._record(request, "admin.change", obj, message)
        return super().log_change(request, obj, message)

    def _record(self, request: HttpRequest, action: str, obj: Model, message: Any) -> None:
        # The names of the fields only: old and new values may be personal data.
        record_audit(
            actor=staff_of(request), action=action, on=obj, at=timezone.now(), details={"changes": message}
        )
