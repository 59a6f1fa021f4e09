import datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, AuditEntry, HouseholdEvidence, Staff
from tests.counters.rows import all_rows
from tests.factories.accounts import make_account, make_evidence, make_staff
from tests.hall import CANARY, Hall, signed_in, text_of
from tests.pages.test_query_counts import queries

pytestmark = pytest.mark.django_db


def address_of(account: Account) -> str:
    return f"/accounts/{account.account_no}/evidence/"


def document(**changes: Any) -> dict[str, Any]:
    """What the adviser types for six persons."""
    return {
        "document": "HOUSEHOLD_REGISTER",
        "persons": "6",
        "document_number": "沈户字000777",
        "holder_name": "王淑英",
        "valid_from": "2026-11-01",
        "valid_until": "2027-10-31",
        **changes,
    }


@pytest.fixture
def adviser(hall: Hall) -> Staff:
    return make_staff(role="adviser", branch=hall.branch, name="周敏")


@pytest.fixture
def client(adviser: Staff) -> Client:
    return signed_in(adviser)


class TestTheEvidencePage:
    def test_asks_for_a_document_with_most_of_it_filled_in(self, hall: Hall, client: Client) -> None:
        form = client.get(address_of(hall.account)).context["form"]

        assert {name: form[name].value() for name in ("holder_name", "valid_from", "valid_until")} == {
            "holder_name": "王淑英",
            "valid_from": datetime.date(2026, 11, 23),
            "valid_until": datetime.date(2027, 11, 22),
        }

    def test_records_the_document_and_shows_it_masked(self, hall: Hall, client: Client) -> None:
        answer = client.post(address_of(hall.account), document(), follow=True)

        evidence = hall.account.evidence.get()
        assert (evidence.kind, evidence.persons, evidence.document_number) == (
            "HOUSEHOLD_SIZE", 6, "沈户字000777",
        )  # fmt: skip
        assert answer.redirect_chain == [(address_of(hall.account), 302)]
        assert "沈户字000777" not in text_of(answer)
        assert "沈户字****77" in text_of(answer)

    def test_knows_from_the_document_what_it_proves(self, hall: Hall, client: Client) -> None:
        client.post(address_of(hall.account), document(document="LOW_INCOME_CERTIFICATE", persons=""))

        assert hall.account.evidence.get().kind == "LOW_INCOME"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"persons": ""}, "persons"),
            ({"persons": "-3"}, "invalid"),
            ({"persons": "６"}, "invalid"),
            ({"document": "PASSPORT"}, "invalid_choice"),
            ({"document": "LOW_INCOME_CERTIFICATE"}, "persons"),
            ({"document_number": ""}, "required"),
            ({"document_number": "9" * 41}, "max_length"),
            ({"valid_until": "2026-10-31"}, "ends_before_it_begins"),
            ({"valid_until": "2026-02-30"}, "invalid"),
            ({"valid_from": "2020-11-01", "valid_until": "2021-11-01"}, "expired"),
            ({"valid_until": "9999-12-31"}, "too_long"),
        ],
    )
    def test_refuses_with_what_was_typed_still_there(
        self, hall: Hall, client: Client, changes: dict[str, Any], code: str
    ) -> None:
        before = all_rows()

        answer = client.post(address_of(hall.account), document(**changes))

        errors = answer.context["form"].errors.as_data().values()
        assert answer.status_code == 422
        assert [error.code for each in errors for error in each] == [code]
        assert 'value="王淑英"' in text_of(answer)
        assert all_rows() == before

    @pytest.mark.parametrize("role", ["cashier", "collector", "finance", "auditor"])
    def test_is_only_looked_at_by_others(self, hall: Hall, role: str) -> None:
        make_evidence(hall.account)
        other = signed_in(make_staff(role=role, branch=hall.branch))

        page = other.get(address_of(hall.account))

        assert page.status_code == 200
        assert '<form method="post">' not in text_of(page)
        assert "withdraw" not in text_of(page)
        assert other.post(address_of(hall.account), document()).status_code == 403
        assert hall.account.evidence.count() == 1

    def test_of_another_branch_looks_like_one_that_does_not_exist(self, hall: Hall, client: Client) -> None:
        foreign = make_evidence(hall.foreign_account)

        answers = [
            client.get(address_of(hall.foreign_account)),
            client.post(address_of(hall.foreign_account), document()),
            client.post(f"/evidence/{foreign.pk}/extend/", {}),
            client.post(f"/evidence/{foreign.pk}/withdraw/", {}),
        ]

        assert [answer.status_code for answer in answers] == [404] * 4
        assert all(CANARY not in text_of(answer) for answer in answers)


class TestExtending:
    def test_records_the_renewed_document(self, hall: Hall, client: Client) -> None:
        old = make_evidence(hall.account, valid_until=datetime.date(2026, 12, 31))

        answer = client.post(
            f"/evidence/{old.pk}/extend/", {"document_number": "新 1", "valid_until": "2027-12-31"}
        )

        renewed = hall.account.evidence.get(extends=old)
        assert (answer.status_code, answer["Location"]) == (302, address_of(hall.account))
        assert (renewed.valid_from, renewed.persons) == (datetime.date(2027, 1, 1), 6)

    def test_refuses_beside_its_row(self, hall: Hall, client: Client) -> None:
        old = make_evidence(hall.account)

        answer = client.post(
            f"/evidence/{old.pk}/extend/", {"document_number": "新 1", "valid_until": "2027-12-31"}
        )

        (row,) = answer.context["rows"]
        assert answer.status_code == 422
        assert row["is_open"]["extend"].errors.as_data()["__all__"][0].code == "ends_before_it_begins"
        assert 'value="新 1"' in text_of(answer)


class TestWithdrawing:
    def test_ends_it_with_a_reason(self, hall: Hall, client: Client, adviser: Staff) -> None:
        evidence = make_evidence(hall.account)

        client.post(
            f"/evidence/{evidence.pk}/withdraw/",
            {"counts_no_longer_from": "2026-12-01", "reason": "两人已迁出"},
        )

        evidence.refresh_from_db()
        assert (evidence.last_day, evidence.withdrawn_by) == (datetime.date(2026, 11, 30), adviser)

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"counts_no_longer_from": "2028-01-01", "reason": "迁出"}, "outside"),
            ({"counts_no_longer_from": "2026-12-01", "reason": ""}, "required"),
        ],
    )
    def test_refuses_beside_its_row(
        self, hall: Hall, client: Client, fields: dict[str, str], code: str
    ) -> None:
        evidence = make_evidence(hall.account)

        answer = client.post(f"/evidence/{evidence.pk}/withdraw/", fields)

        errors = answer.context["rows"][0]["is_open"]["withdraw"].errors.as_data().values()
        assert (answer.status_code, [error.code for each in errors for error in each]) == (422, [code])
        evidence.refresh_from_db()
        assert evidence.withdrawn_at is None


def ending(account: Account, days: int, **fields: Any) -> HouseholdEvidence:
    last = datetime.date(2026, 11, 23) + datetime.timedelta(days=days)
    return make_evidence(account, valid_until=last, **fields)


class TestTheList:
    def listed(self, client: Client, query: str = "") -> list[int]:
        return [row["id"] for row in client.get(f"/evidence/{query}").context["page_obj"].object_list]

    def test_shows_what_ends_within_the_days_of_the_address(self, hall: Hall, client: Client) -> None:
        found = {days: ending(make_account(branch=hall.branch), days).pk for days in (60, 30, 0, 61, 31, -1)}

        assert self.listed(client) == [found[0], found[30]]
        assert self.listed(client, "?days=30") == [found[0], found[30]]
        assert self.listed(client, "?days=60") == [found[0], found[30], found[31], found[60]]

    def test_leaves_out_what_is_renewed_withdrawn_or_closed(self, hall: Hall, client: Client) -> None:
        renewed = ending(hall.account, 10)
        make_evidence(
            hall.account, valid_from=renewed.valid_until + datetime.timedelta(days=1), extends=renewed
        )
        withdrawn = ending(make_account(branch=hall.branch), 10)
        client.post(
            f"/evidence/{withdrawn.pk}/withdraw/", {"counts_no_longer_from": "2026-11-30", "reason": "迁出"}
        )
        ending(make_account(branch=hall.branch, state="CLOSED", closed_on=datetime.date(2026, 11, 1)), 10)

        assert self.listed(client) == []
        assert "30" in text_of(client.get("/evidence/"))

    def test_shows_the_own_branch_alone(self, hall: Hall, client: Client) -> None:
        ending(hall.foreign_account, 10)

        assert self.listed(client) == []
        assert len(self.listed(signed_in(hall.supervisor))) == 1

    @pytest.mark.parametrize("query", ["?days=7", "?days=x", "?days=%00"])
    def test_refuses_other_days(self, hall: Hall, client: Client, query: str) -> None:
        assert client.get(f"/evidence/{query}").status_code == 422

    def test_asks_the_same_for_many_rows(self, hall: Hall, client: Client) -> None:
        ending(hall.account, 10)
        one = queries(client, "/evidence/")
        for _ in range(6):
            ending(make_account(branch=hall.branch), 10)

        assert len(queries(client, "/evidence/")) == len(one)


class TestTheWarning:
    @pytest.mark.parametrize(
        ("days", "words"), [(30, "2026-12-23"), (0, "2026-11-23"), (-1, "2026-11-22"), (31, ""), (-400, "")]
    )
    def test_stands_on_the_counter_and_on_the_account(self, hall: Hall, days: int, words: str) -> None:
        ending(hall.account, days, valid_from=datetime.date(2025, 1, 1))
        client = signed_in(hall.cashier)

        panel = client.get(f"/counter/accounts/{hall.account.account_no}/").context["panel"]
        page = client.get(f"/accounts/{hall.account.account_no}/")

        notes = [note for note in panel.notes if words and words in note]
        assert len(notes) == (1 if words else 0)
        assert page.context["evidence_notes"] == notes

    def test_is_gone_once_the_document_is_renewed(self, hall: Hall) -> None:
        old = ending(hall.account, 10)
        make_evidence(hall.account, valid_from=old.valid_until + datetime.timedelta(days=1))

        page = signed_in(hall.cashier).get(f"/accounts/{hall.account.account_no}/")

        assert page.context["evidence_notes"] == []

    def test_marks_a_low_income_that_is_proved(self, hall: Hall) -> None:
        make_evidence(hall.account, kind="LOW_INCOME", document="LOW_INCOME_CERTIFICATE", persons=None)

        panel = signed_in(hall.cashier).get(f"/counter/accounts/{hall.account.account_no}/").context["panel"]

        assert [flag["tone"] for flag in panel.flags] == [""]


class TestRevealing:
    def test_shows_the_numbers_once_and_keeps_why(self, hall: Hall, client: Client) -> None:
        make_evidence(hall.account, document_number="沈户字000777")
        address = f"/accounts/{hall.account.account_no}/"
        assert "沈户字000777" not in text_of(client.get(address))

        shown = client.post(f"{address}reveal/", {"field": "document", "reason": "核对证件"})

        assert "沈户字000777" in text_of(shown)
        assert "沈户字000777" not in text_of(client.get(address))
        entry = AuditEntry.objects.get(action="personal_data.reveal")
        assert (entry.reason, entry.details["field"]) == ("核对证件", "document")

    def test_of_nothing_is_refused(self, hall: Hall, client: Client) -> None:
        answer = client.post(
            f"/accounts/{hall.account.account_no}/reveal/", {"field": "document", "reason": "核对证件"}
        )

        assert answer.status_code == 422
