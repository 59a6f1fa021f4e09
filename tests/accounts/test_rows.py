import datetime
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Contact
from accounts.rows import insert_rows, read_rows
from tests.factories.accounts import make_contact, make_customer

pytestmark = pytest.mark.django_db

AT = datetime.datetime(2026, 11, 23, 9, 30, tzinfo=datetime.UTC)
REQUEST = UUID("11111111-2222-4333-8444-555555555555")


def make_entry(which: str, **fields: object) -> AuditEntry:
    return AuditEntry(**{"at": AT, "action": "try", "object_type": "x", "object_id": which, **fields})


class TestInsertRows:
    def test_writes_all_in_one_statement_and_gives_each_its_own_key(self) -> None:
        entries = [make_entry("1"), make_entry("2"), make_entry("3")]

        with CaptureQueriesContext(connection) as statements:
            insert_rows(entries)

        assert len(statements) == 1
        assert [AuditEntry.objects.get(pk=entry.pk).object_id for entry in entries] == ["1", "2", "3"]

    def test_leaves_instances_that_know_they_are_in_the_database(self) -> None:
        entry = make_entry("1")

        insert_rows([entry])

        assert not entry._state.adding
        assert entry._state.db == "default"

    def test_leaves_to_the_database_what_it_computes(self) -> None:
        contact = Contact(customer=make_customer(), phone="13800001234")

        insert_rows([contact])

        assert Contact.objects.get(pk=contact.pk).tail == "1234"


class TestReadRows:
    def test_reads_what_the_orm_reads(self) -> None:
        written = make_entry("1", details={"名": ["a\\b", 1, None]}, request_id=REQUEST)
        insert_rows([written])

        (entry,) = read_rows(AuditEntry, "WHERE id = %s", [written.pk])

        assert vars(entry).keys() == vars(AuditEntry.objects.get(pk=written.pk)).keys()
        assert (entry.details, entry.request_id, entry.at) == (
            {"名": ["a\\b", 1, None]}, REQUEST, AT,
        )  # fmt: skip

    def test_takes_values_as_values(self) -> None:
        make_contact(make_customer(), "13800001234")

        assert read_rows(Contact, "WHERE phone = %s", ["' OR TRUE --"]) == []
