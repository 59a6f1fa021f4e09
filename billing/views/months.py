import datetime

from django.utils import timezone

from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.queries.routes import Month


def month_of(request: StaffRequest) -> Month:
    """The month of the address, ?month=2026-11; this month where it says nothing that can be read."""
    text = request.GET.get("month", "")
    try:
        return Month.of(datetime.date.fromisoformat(f"{text}-01"))
    except ValueError:
        return Month.of(business_date_of(timezone.now()))
