import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import Account, AuditEntry, HouseholdEvidence, Staff
from accounts.services.account_states import close_account
from accounts.services.evidence import (
    EvidenceRefused,
    Paper,
    extend_evidence,
    record_evidence,
    withdraw_evidence,
)
from tests.counters.rows import refused
from tests.database import run_together
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

TODAY = MORNING.date()
SIX_PERSONS = Paper(
    kind="HOUSEHOLD_SIZE", document="HOUSEHOLD_REGISTER", document_number="沈户字 000123", holder_name="王淑英",
    valid_from=datetime.date(2026, 7, 1), valid_until=datetime.date(2027, 6, 30), persons=6,
)  # fmt: skip
LOW_INCOME = Paper(
    kind="LOW_INCOME", document="LOW_INCOME_CERTIFICATE", document_number="沈低保00012345", holder_name="王淑英",
    valid_from=datetime.date(2026, 7, 1), valid_until=datetime.date(2027, 6, 30),
)  # fmt: skip


@pytest.fixture
def adviser() -> Staff:
    return make_staff(role="adviser")


@pytest.fixture
def account() -> Account:
    return make_account()


def record(account: Account, adviser: Staff, paper: Paper = SIX_PERSONS, **changes: Any) -> HouseholdEvidence:
    return record_evidence(account, replace(paper, **changes), recorded_by=adviser, at=MORNING)


class TestRecordEvidence:
    @pytest.mark.parametrize("paper", [SIX_PERSONS, LOW_INCOME])
    def test_keeps_the_document_and_leaves_a_line_without_its_number(
        self, account: Account, adviser: Staff, paper: Paper
    ) -> None:
        evidence = record(account, adviser, paper, document_number=f" {paper.document_number} ")

        evidence.refresh_from_db()
        assert (evidence.persons, evidence.document_number) == (paper.persons, paper.document_number)
        assert (evidence.recorded_by, evidence.recorded_at) == (adviser, MORNING)
        entry = AuditEntry.objects.get(action="record_evidence")
        assert (entry.actor, entry.object_id) == (adviser, str(evidence.pk))
        assert entry.details["account_no"] == account.account_no
        assert paper.document_number not in str(entry.details)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"kind": "LOW_INCOME"}, "wrong_document"),
            ({"kind": "SIZE"}, "wrong_document"),
            ({"document": "LOW_INCOME_CERTIFICATE"}, "wrong_document"),
            ({"persons": None}, "persons"),
            ({"persons": 0}, "persons"),
            ({"persons": 31}, "persons"),
            ({"document_number": "  "}, "number_missing"),
            ({"holder_name": "  "}, "holder_missing"),
            ({"valid_until": datetime.date(2026, 6, 30)}, "ends_before_it_begins"),
            ({"valid_until": datetime.date(2029, 7, 1)}, "too_long"),
            ({"valid_until": datetime.date.max}, "too_long"),
            ({"valid_until": TODAY - datetime.timedelta(days=1)}, "expired"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, account: Account, adviser: Staff, changes: dict[str, Any], code: str
    ) -> None:
        with refused(code):
            record(account, adviser, **changes)

    def test_refuses_persons_for_a_low_income(self, account: Account, adviser: Staff) -> None:
        with refused("persons"):
            record(account, adviser, LOW_INCOME, persons=3)

    def test_takes_the_last_day_of_three_years_and_today(self, account: Account, adviser: Staff) -> None:
        record(account, adviser, valid_until=datetime.date(2029, 6, 30))
        record(account, adviser, LOW_INCOME, valid_until=TODAY)

        assert account.evidence.count() == 2

    def test_refuses_what_is_no_household(self, adviser: Staff) -> None:
        shop = make_account(category="NONRESIDENT")

        with refused("not_resident"):
            record(shop, adviser)

    def test_refuses_a_closed_account(self, account: Account, adviser: Staff) -> None:
        close_account(account, reason="销户", actor=adviser, at=MORNING)

        with refused("closed"):
            record(account, adviser)

    @pytest.mark.parametrize(
        ("first", "last"),
        [("2026-06-01", "2026-12-31"), ("2027-06-30", "2027-12-31"), ("2026-08-01", "2026-12-01")],
    )
    def test_refuses_a_day_that_other_evidence_of_the_kind_has(
        self, account: Account, adviser: Staff, first: str, last: str
    ) -> None:
        record(account, adviser)
        record(account, adviser, LOW_INCOME)
        dates: dict[str, Any] = {
            "valid_from": datetime.date.fromisoformat(first),
            "valid_until": datetime.date.fromisoformat(last),
        }

        with refused("overlap"):
            record(account, adviser, **dates)

    def test_may_follow_the_evidence_before_it_on_the_next_day(
        self, account: Account, adviser: Staff
    ) -> None:
        record(account, adviser)
        record(account, adviser, valid_from=datetime.date(2027, 7, 1), valid_until=datetime.date(2028, 6, 30))

        assert account.evidence.count() == 2


class TestExtendEvidence:
    def extend(
        self, evidence: HouseholdEvidence, adviser: Staff, until: str = "2028-06-30", number: str = "新证 9"
    ) -> HouseholdEvidence:
        return extend_evidence(
            evidence, valid_until=datetime.date.fromisoformat(until), document_number=number,
            extended_by=adviser, at=MORNING,
        )  # fmt: skip

    def test_counts_from_the_next_day_and_leaves_the_old_row_alone(
        self, account: Account, adviser: Staff
    ) -> None:
        old = record(account, adviser)

        renewed = self.extend(old, adviser)

        old.refresh_from_db()
        assert (old.valid_until, old.document_number) == (datetime.date(2027, 6, 30), "沈户字 000123")
        assert (renewed.valid_from, renewed.valid_until) == (
            datetime.date(2027, 7, 1),
            datetime.date(2028, 6, 30),
        )
        assert (renewed.extends, renewed.persons, renewed.document_number) == (old, 6, "新证 9")
        assert AuditEntry.objects.filter(action="extend_evidence", actor=adviser).count() == 1

    @pytest.mark.parametrize(
        ("until", "number", "code"),
        [
            ("2027-06-30", "9", "ends_before_it_begins"),
            ("2030-07-01", "9", "too_long"),
            ("2028-06-30", " ", "number_missing"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, account: Account, adviser: Staff, until: str, number: str, code: str
    ) -> None:
        evidence = record(account, adviser)

        with refused(code):
            self.extend(evidence, adviser, until, number)

    def test_refuses_a_second_time(self, account: Account, adviser: Staff) -> None:
        evidence = record(account, adviser)
        self.extend(evidence, adviser)

        with refused("overlap"):
            self.extend(evidence, adviser)

    def test_refuses_what_was_withdrawn(self, account: Account, adviser: Staff) -> None:
        evidence = withdraw(record(account, adviser), adviser)

        with refused("withdrawn"):
            self.extend(evidence, adviser)


def withdraw(
    evidence: HouseholdEvidence, adviser: Staff, day: str = "2026-12-01", reason: str = "两人已迁出"
) -> HouseholdEvidence:
    return withdraw_evidence(
        evidence, counts_no_longer_from=datetime.date.fromisoformat(day), reason=reason,
        withdrawn_by=adviser, at=MORNING,
    )  # fmt: skip


class TestWithdrawEvidence:
    def test_ends_it_the_day_before_and_says_who_and_why(self, account: Account, adviser: Staff) -> None:
        evidence = withdraw(record(account, adviser), adviser)

        evidence.refresh_from_db()
        assert evidence.last_day == datetime.date(2026, 11, 30)
        assert (evidence.withdrawn_by, evidence.withdrawn_at) == (adviser, MORNING)
        entry = AuditEntry.objects.get(action="withdraw_evidence")
        assert (entry.reason, entry.details["until"]) == ("两人已迁出", "2026-11-30")

    def test_frees_the_days_for_other_evidence(self, account: Account, adviser: Staff) -> None:
        withdraw(record(account, adviser), adviser)

        record(account, adviser, valid_from=datetime.date(2026, 12, 1), persons=4)

        assert account.evidence.count() == 2

    def test_from_the_first_day_makes_room_for_the_right_one(self, account: Account, adviser: Staff) -> None:
        withdraw(record(account, adviser, persons=9), adviser, "2026-07-01", "人数看错")

        assert record(account, adviser).persons == 6

    @pytest.mark.parametrize(
        ("day", "reason", "code"),
        [
            ("2026-06-30", "迁出", "outside"),
            ("2027-07-01", "迁出", "outside"),
            ("2026-12-01", "  ", "no_reason"),
            ("2026-12-01", "长" * 201, "reason_too_long"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, account: Account, adviser: Staff, day: str, reason: str, code: str
    ) -> None:
        evidence = record(account, adviser)

        with refused(code):
            withdraw(evidence, adviser, day, reason)

    def test_refuses_a_second_time(self, account: Account, adviser: Staff) -> None:
        evidence = withdraw(record(account, adviser), adviser)

        with refused("already_withdrawn"):
            withdraw(evidence, adviser)


class TestTheDatabase:
    def test_refuses_two_that_count_on_one_day(self, account: Account, adviser: Staff) -> None:
        evidence = record(account, adviser)
        evidence.pk = None
        evidence.valid_from = evidence.valid_until

        with pytest.raises(IntegrityError, match="one_evidence_of_a_kind_counts_at_a_time"):
            evidence.save()

    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"persons": None}, "evidence_of_a_size_names_the_persons"),
            ({"persons": 31}, "evidence_of_a_size_names_the_persons"),
            ({"document": "LOW_INCOME_CERTIFICATE"}, "evidence_is_a_document_that_proves_it"),
            ({"document_number": ""}, "evidence_names_the_document_and_its_holder"),
            ({"valid_until": datetime.date(2026, 1, 1)}, "evidence_ends_after_it_begins"),
            ({"withdrawn_from": TODAY}, "evidence_is_withdrawn_by_somebody_for_a_reason"),
        ],
    )
    def test_refuses_a_row_that_says_nothing(
        self, account: Account, adviser: Staff, changes: dict[str, Any], constraint: str
    ) -> None:
        fields = {
            **{name: getattr(SIX_PERSONS, name) for name in Paper.__slots__},
            "account": account, "recorded_by": adviser, "recorded_at": MORNING, **changes,
        }  # fmt: skip

        with pytest.raises(DatabaseError, match=constraint):
            HouseholdEvidence.objects.create(**fields)

    @pytest.mark.parametrize("column", ["persons", "valid_until", "document_number"])
    def test_keeps_what_was_recorded(self, account: Account, adviser: Staff, column: str) -> None:
        evidence = record(account, adviser)

        with pytest.raises(DatabaseError), transaction.atomic():
            HouseholdEvidence.objects.update(**{column: getattr(evidence, column)})


@pytest.mark.django_db(transaction=True)
class TestTwoAdvisers:
    def test_record_the_same_days_once(self) -> None:
        account = make_account(branch=make_branch())
        advisers = [make_staff(role="adviser", branch=account.branch) for _ in range(4)]

        answers = run_together(*(lambda adviser=one: record(account, adviser) for one in advisers))

        refusals = [answer for answer in answers if isinstance(answer, Exception)]
        assert [type(refusal) for refusal in refusals] == [EvidenceRefused] * 3
        assert {refusal.code for refusal in refusals if isinstance(refusal, EvidenceRefused)} == {"overlap"}
        assert account.evidence.count() == 1
