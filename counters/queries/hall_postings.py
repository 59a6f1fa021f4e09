import datetime

from accounts.models import Staff
from counters.models import Hall


def hall_of(staff: Staff, on: datetime.date) -> Hall | None:
    """The hall that the person belongs to on a day. One query."""
    posting = staff.hall_postings.on(on).select_related("hall").first()
    return posting.hall if posting else None
