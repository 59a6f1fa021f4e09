"""The books of past days, closed by finance every next morning."""

import datetime

from django.db.models import Min

from accounts.copying import copy_rows
from billing.models import Posting
from config.demo.company import Company
from config.demo.history import ONE_DAY, History
from config.demo.trail import Trace, write_trail
from config.demo.visits import at_time


def close_past_days(company: Company, history: History) -> None:
    """Close every day from the first posting to a week ago."""
    first = Posting.objects.aggregate(first=Min("business_date"))["first"]
    days = [first + ONE_DAY * count for count in range((history.open_from - first).days)]
    by = company.finance
    copy_rows(
        "billing_businessday",
        ("date", "closed_at", "closed_by_id"),
        ((day, _next_morning(day), by.pk) for day in days),
    )
    write_trail(
        Trace(_next_morning(day), by.pk, by.branch_id, "close_business_day", ("billing.businessday", day))
        for day in days
    )


def _next_morning(day: datetime.date) -> datetime.datetime:
    return at_time(day + ONE_DAY, 8, 30)
