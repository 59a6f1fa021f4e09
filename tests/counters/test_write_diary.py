import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry, Staff
from counters.models import DiaryEntry
from counters.services.diary import write_diary
from tests.counters.rows import refused
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db


class TestWriteDiary:
    def test_keeps_what_was_written_and_tells_nobody(self, cashier: Staff) -> None:
        entry = write_diary(kind="TROUBLE", text="  被误解了  ", by=cashier, at=MORNING)

        assert (entry.staff, entry.text) == (cashier, "被误解了")
        assert not AuditEntry.objects.filter(actor=cashier).exists()

    @pytest.mark.parametrize(
        ("kind", "text", "code"),
        [
            ("PAUSE", "休息", "not_by_hand"),
            ("SECRET", "休息", "not_by_hand"),
            ("NOTE", "   ", "empty"),
            ("NOTE", "字" * 501, "too_long"),
        ],
    )
    def test_refuses_and_writes_nothing(self, cashier: Staff, kind: str, text: str, code: str) -> None:
        with refused(code):
            write_diary(kind=kind, text=text, by=cashier, at=MORNING)

    def test_leaves_a_pause_to_the_pause(self, cashier: Staff) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            DiaryEntry.objects.create(staff=cashier, at=MORNING, kind="PAUSE", text="休息")
