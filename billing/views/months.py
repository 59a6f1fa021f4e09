import datetime

from django.utils import timezone

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.queries.routes import Month

YEARS = range(2000, 2100)


def month_of(request: StaffRequest) -> Month:
    """The month of the address, ?month=2026-11; this month where it says nothing that can be read."""
    text = request.GET.get("month", "")
    try:
        first = datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        first = None
    # Before the first and after the last year a date knows there is no other month to compare with.
    if first is None or first.year not in YEARS:
        first = business_date_of(timezone.now())
    return Month.of(first)
