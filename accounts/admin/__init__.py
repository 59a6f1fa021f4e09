from accounts.admin import (
    accounts,
    audit,
    customers,
    job_runs,
    organisation,
    premises,
    staff,
    working_calendars,
)

__all__ = [
    "accounts",
    "audit",
    "customers",
    "job_runs",
    "organisation",
    "premises",
    "staff",
    "working_calendars",
]
