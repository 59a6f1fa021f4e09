import datetime

import pytest
from django.utils import timezone

from accounts.masking import PersonalField, mask_id_number, mask_phone
from accounts.models import AuditEntry, Customer, Staff
from accounts.services.audit import record_audit
from accounts.services.personal_data import RevealRefused, reveal_personal_data
from tests.database import run_together
from tests.factories.accounts import make_account, make_branch, make_customer, make_evidence, make_staff

AT = datetime.datetime(2026, 11, 23, 9, 30, tzinfo=timezone.get_default_timezone())
ID_NUMBER = "11010119900307000Y"


class TestMasking:
    @pytest.mark.parametrize(
        ("phone", "masked"),
        [
            ("13800001234", "138****1234"),
            ("024-31234567", "024-******67"),
            ("02431234567", "024******67"),
            ("0991-1234567", "0991-*****67"),
            ("09911234567", "0991*****67"),
            ("4001234567", "********67"),
            ("", ""),
        ],
    )
    def test_of_a_phone_keeps_what_tells_two_apart(self, phone: str, masked: str) -> None:
        assert mask_phone(phone) == masked

    @pytest.mark.parametrize(
        ("number", "masked"), [(ID_NUMBER, "110*************0Y"), ("12345", "*****"), ("", "")]
    )
    def test_of_an_id_number_keeps_three_and_two(self, number: str, masked: str) -> None:
        assert mask_id_number(number) == masked


def clerk_and_customer(role: str = "cashier") -> tuple[Staff, Customer]:
    clerk = make_staff(role=role)
    customer = make_customer(id_number=ID_NUMBER, phones=["13800001234", "024-31234567"])
    make_account(customer=customer, branch=clerk.branch)
    return clerk, customer


def looked(clerk: Staff, times: int, at: datetime.datetime) -> None:
    for _ in range(times):
        record_audit(actor=clerk, action="personal_data.reveal", on=clerk, at=at)


def reveal(
    clerk: Staff, customer: Customer, field: PersonalField = PersonalField.PHONE, reason: str = "核对"
) -> str:
    return reveal_personal_data(customer, field, reason=reason, actor=clerk, at=AT)


@pytest.mark.django_db
class TestRevealPersonalData:
    def test_returns_the_documents_of_the_own_branch_alone(self) -> None:
        clerk, customer = clerk_and_customer()
        make_evidence(customer.accounts.get(), document_number="沈户000123")
        make_evidence(make_account(customer=customer), document_number="CANARY")

        assert reveal(clerk, customer, PersonalField.DOCUMENT) == "沈户000123"

    @pytest.mark.parametrize(
        ("field", "value"),
        [(PersonalField.PHONE, "13800001234 / 024-31234567"), (PersonalField.ID_NUMBER, ID_NUMBER)],
    )
    def test_returns_the_value_and_keeps_who_asked_and_why(self, field: PersonalField, value: str) -> None:
        clerk, customer = clerk_and_customer()

        assert reveal(clerk, customer, field, reason="回访核对") == value

        entry = AuditEntry.objects.get()
        assert (entry.actor, entry.at, entry.reason, entry.details) == (
            clerk,
            AT,
            "回访核对",
            {"field": field},
        )
        assert (entry.object_type, entry.object_id) == ("accounts.customer", str(customer.pk))
        assert value not in str(entry.__dict__)

    @pytest.mark.parametrize(
        ("role", "reason", "code"),
        [
            ("auditor", "核对", "no_permission"),
            ("administrator", "核对", "no_permission"),
            ("cashier", "  ", "no_reason"),
            ("cashier", "核" * 201, "reason_too_long"),
        ],
    )
    def test_refuses_and_keeps_nothing(self, role: str, reason: str, code: str) -> None:
        clerk, customer = clerk_and_customer(role)

        with pytest.raises(RevealRefused) as refusal:
            reveal(clerk, customer, reason=reason)

        assert (refusal.value.code, AuditEntry.objects.count()) == (code, 0)

    def test_knows_no_customer_of_another_branch(self) -> None:
        _, customer = clerk_and_customer()

        with pytest.raises(RevealRefused) as refusal:
            reveal(make_staff(role="cashier", branch=make_branch()), customer)

        assert refusal.value.code == "not_visible"

    def test_says_so_when_nothing_is_on_file(self) -> None:
        clerk, _ = clerk_and_customer()
        customer = make_account(customer=make_customer(), branch=clerk.branch).customer

        with pytest.raises(RevealRefused) as refusal:
            reveal(clerk, customer)

        assert refusal.value.code == "nothing_kept"

    @pytest.mark.parametrize(("minutes_ago", "refused"), [(59, True), (60, False)])
    def test_stops_after_thirty_within_an_hour(self, minutes_ago: int, refused: bool) -> None:
        clerk, customer = clerk_and_customer()
        looked(clerk, 29, AT - datetime.timedelta(minutes=5))
        looked(clerk, 1, AT - datetime.timedelta(minutes=minutes_ago))

        if refused:
            with pytest.raises(RevealRefused) as refusal:
                reveal(clerk, customer)
            assert refusal.value.code == "too_many"
        else:
            assert reveal(clerk, customer)

    def test_counts_every_person_alone(self) -> None:
        clerk, customer = clerk_and_customer()
        looked(make_staff(branch=clerk.branch), 30, AT)

        assert reveal(clerk, customer)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_never_both_the_thirtieth() -> None:
    clerk, customer = clerk_and_customer()
    looked(clerk, 29, AT)

    outcomes = run_together(*[lambda: reveal(clerk, customer)] * 4)

    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
