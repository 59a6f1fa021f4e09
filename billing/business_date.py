import datetime

from django.utils import timezone


def business_date_of(at: datetime.datetime) -> datetime.date:
    """The day in whose books an instant belongs: the calendar day at the office (Asia/Shanghai)."""
    return timezone.localdate(at)
