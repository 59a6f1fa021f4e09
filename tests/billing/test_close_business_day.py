import datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account, AuditEntry, Staff
from billing.business_date import business_date_of
from billing.models import BusinessDay
from billing.services.business_days import BusinessDayRefused, close_business_day
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

YESTERDAY = datetime.date(2026, 11, 22)


class TestBusinessDate:
    @pytest.mark.parametrize(
        ("at", "date"),
        [
            ("2026-11-22T15:59:59.999999+00:00", "2026-11-22"),
            ("2026-11-22T16:00:00+00:00", "2026-11-23"),
            ("2026-11-22T23:59:59.999999+08:00", "2026-11-22"),
            ("2026-12-31T16:00:00+00:00", "2027-01-01"),
            ("2028-02-28T16:00:00+00:00", "2028-02-29"),
        ],
    )
    def test_is_the_calendar_day_at_the_office(self, at: str, date: str) -> None:
        assert business_date_of(datetime.datetime.fromisoformat(at)).isoformat() == date


class TestCloseBusinessDay:
    def test_keeps_who_closed_it_and_when(self, finance: Staff) -> None:
        day = close_business_day(YESTERDAY, closed_by=finance, at=MORNING)

        assert (day.date, day.closed_by, day.closed_at) == (YESTERDAY, finance, MORNING)
        assert AuditEntry.objects.get(action="close_business_day").object_id == "2026-11-22"

    def test_takes_no_new_posting_afterwards(self, finance: Staff, account: Account) -> None:
        close_business_day(YESTERDAY, closed_by=finance, at=MORNING)

        with pytest.raises(IntegrityError, match="the books of 2026-11-22 are closed"), transaction.atomic():
            make_bill(account, due_on=YESTERDAY + datetime.timedelta(days=15))

    def test_leaves_the_days_around_it_open(self, finance: Staff, account: Account) -> None:
        close_business_day(YESTERDAY, closed_by=finance, at=MORNING)

        for days in (14, 16):
            make_bill(account, due_on=YESTERDAY + datetime.timedelta(days=days))

        assert account.postings.count() == 2

    @pytest.mark.parametrize("date", ["2026-11-23", "2026-11-24"])
    def test_refuses_a_day_that_is_not_over(self, finance: Staff, date: str) -> None:
        with pytest.raises(BusinessDayRefused) as refusal:
            close_business_day(datetime.date.fromisoformat(date), closed_by=finance, at=MORNING)

        assert refusal.value.code == "not_over"
        assert not BusinessDay.objects.exists()

    def test_refuses_the_second_time(self, finance: Staff) -> None:
        close_business_day(YESTERDAY, closed_by=finance, at=MORNING)

        with pytest.raises(BusinessDayRefused) as refusal:
            close_business_day(YESTERDAY, closed_by=finance, at=MORNING)

        assert refusal.value.code == "already_closed"
