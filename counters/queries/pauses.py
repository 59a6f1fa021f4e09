import datetime

from django.db.models import Exists, OuterRef, QuerySet

from billing.business_date import business_date_of
from counters.models import Hall, Pause, Shift, Ticket

# So long after its end a window that calls nobody, although somebody waits, has overrun its pause.
OVERRUN_AFTER = datetime.timedelta(minutes=1)


def windows_at_work(hall: Hall, at: datetime.datetime) -> QuerySet[Shift]:
    """The open shifts of today in the hall that are not pausing."""
    pausing = Pause.objects.at(at).filter(staff=OuterRef("cashier"))
    shifts: QuerySet[Shift] = Shift.objects.open().filter(
        ~Exists(pausing), window__hall=hall, business_date=business_date_of(at)
    )
    return shifts


def overrun_pauses(at: datetime.datetime) -> QuerySet[Pause]:
    """Pauses of today that are over, whose window has called nobody since although somebody waits."""
    today = business_date_of(at)
    at_work = Shift.objects.open().filter(window=OuterRef("window"), cashier=OuterRef("staff"))
    called_since = Ticket.objects.filter(window=OuterRef("window"), called_at__gte=OuterRef("ends_at"))
    later = Pause.objects.filter(staff=OuterRef("staff"), begun_at__gt=OuterRef("begun_at"))
    waiting = Ticket.objects.waiting().filter(hall=OuterRef("hall"), business_date=today)
    over = Pause.objects.filter(business_date=today, ended_by__isnull=True, ends_at__lte=at - OVERRUN_AFTER)
    pauses: QuerySet[Pause] = over.filter(
        Exists(at_work), ~Exists(called_since), ~Exists(later), Exists(waiting)
    )
    return pauses
