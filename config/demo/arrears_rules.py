"""The working calendar and the ladders of the demo company: those that come with the program."""

import datetime

from accounts.calendar_file import shipped_calendars
from accounts.models import Staff
from accounts.services.working_calendars import import_calendar
from billing.policy_file import SHIPPED, read_policy_file
from billing.services.arrears.policy_import import import_policies


def enter_arrears_rules(*, made_by: Staff, approved_by: Staff, at: datetime.datetime) -> None:
    for file in shipped_calendars():
        import_calendar(file.year, source=file.source, days=file.days, by=approved_by, at=at)
    import_policies(read_policy_file(SHIPPED), made_by=made_by, approved_by=approved_by, at=at)
