import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from counters.models import Hall
from service_quality.models import CardBook
from service_quality.services.refusals import CardRefused
from service_quality.services.serials import paper_prefix, take_numbers

# Two by four on a sheet of A4.
CARDS_ON_A_SHEET = 8
MOST_SHEETS = 50


@transaction.atomic
def make_card_book(hall: Hall, *, sheets: int, by: Staff, at: datetime.datetime) -> CardBook:
    """Give serial numbers to the cards on so many sheets, to be printed for a hall. Code: not_so_many."""
    if not 1 <= sheets <= MOST_SHEETS:
        raise CardRefused(
            _("A book has 1 to %(most)s sheets."), code="not_so_many", params={"most": MOST_SHEETS}
        )
    prefix = paper_prefix(business_date_of(at))
    numbers = take_numbers(prefix, sheets * CARDS_ON_A_SHEET)
    book = CardBook.objects.create(
        hall=hall, prefix=prefix, first=numbers[0], last=numbers[-1], made_at=at, made_by=by
    )
    record_audit(actor=by, action="quality.make_card_book", on=book, at=at, branch=hall.branch)
    return book
