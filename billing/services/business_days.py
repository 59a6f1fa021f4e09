import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import BusinessDay
from billing.services.locks import lock_business_day
from billing.services.refusals import BillingRefused


def is_closed(date: datetime.date) -> bool:
    return BusinessDay.objects.filter(date=date).exists()


class BusinessDayRefused(BillingRefused):
    """The day stays open."""


@transaction.atomic
def close_business_day(date: datetime.date, *, closed_by: Staff, at: datetime.datetime) -> BusinessDay:
    """Close the books of a past day; it takes no new posting afterwards, from nobody.

    Waits for postings of that day that are under way. Codes: not_over, already_closed.
    """
    lock_business_day(date)
    check_may_close(date, at)
    day = BusinessDay.objects.create(date=date, closed_at=at, closed_by=closed_by)
    record_audit(actor=closed_by, action="close_business_day", on=day, at=at)
    return day


def check_may_close(date: datetime.date, at: datetime.datetime) -> None:
    """Refuse a day that cannot be closed now. Codes: not_over, already_closed."""
    if date >= business_date_of(at):
        raise BusinessDayRefused(_("A day is closed when it is over."), code="not_over")
    if is_closed(date):
        raise BusinessDayRefused(_("This day is already closed."), code="already_closed")
