import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import AuditEntry, Branch, District, DistrictOwner, Staff
from accounts.services.districts import DistrictRefused, give_district
from billing.models import RecoveryTarget
from billing.queries.recovery import recovery_by_district
from billing.services.recovery_targets import approve_target, refuse_target
from billing.services.refusals import ArrearsRefused
from tests.factories.accounts import make_district, make_staff
from tests.factories.counters import MORNING
from tests.factories.recovery import make_target

pytestmark = pytest.mark.django_db

A_DAY = datetime.timedelta(days=1)
DECEMBER, JANUARY = datetime.date(2026, 12, 1), datetime.date(2027, 1, 1)


@pytest.fixture
def district(branch: Branch) -> District:
    return make_district(branch=branch)


@pytest.fixture
def supervisor(branch: Branch) -> Staff:
    return make_staff(role="supervisor", branch=branch)


@pytest.fixture
def manager(branch: Branch) -> Staff:
    return make_staff(role="manager", branch=branch)


def propose(district: District, by: Staff, **fields: Any) -> RecoveryTarget:
    return make_target(district, by=by, **fields)


def target_in(district: District, month: datetime.date) -> Decimal | None:
    return next(
        one for one in recovery_by_district(None, month) if one.district_id == district.pk
    ).current.target


class TestATarget:
    def test_holds_from_its_month_on_once_another_person_approved_it(
        self, district: District, supervisor: Staff, manager: Staff
    ) -> None:
        target = propose(district, supervisor)
        assert target_in(district, DECEMBER) is None

        approve_target(target, by=manager, at=MORNING)

        assert target_in(district, DECEMBER) == Decimal("90.24")
        assert target_in(district, JANUARY) == Decimal("90.24")
        assert target_in(district, MORNING.date()) is None
        assert AuditEntry.objects.filter(action="recovery.approve_target").count() == 1

    def test_is_replaced_before_its_month_begins(
        self, district: District, supervisor: Staff, manager: Staff
    ) -> None:
        first = approve_target(propose(district, supervisor), by=manager, at=MORNING)

        approve_target(propose(district, supervisor, difficulty=Decimal("0.98")), by=manager, at=MORNING)

        first.refresh_from_db()
        assert first.state == "REPLACED"
        assert target_in(district, DECEMBER) == Decimal("94.08")

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"month": MORNING.date()}, "month_begun"),
            ({"at": MORNING + 8 * A_DAY}, "month_begun"),
            ({"base": Decimal("100.01")}, "not_a_target"),
            ({"base": Decimal("NaN")}, "not_a_target"),
            ({"difficulty": Decimal("0.49")}, "not_a_target"),
            ({"difficulty": Decimal("0.941")}, "not_a_target"),
            ({"kind": "WHOLE"}, "unknown_kind"),
            ({"reason": "  "}, "reason_missing"),
        ],
    )
    def test_is_refused(
        self, district: District, supervisor: Staff, fields: dict[str, Any], code: str
    ) -> None:
        with pytest.raises(ArrearsRefused) as refusal:
            propose(district, supervisor, **fields)

        assert refusal.value.code == code
        assert not RecoveryTarget.objects.exists()

    def test_waits_alone(self, district: District, supervisor: Staff) -> None:
        propose(district, supervisor)

        with pytest.raises(ArrearsRefused) as refusal:
            propose(district, supervisor)
        assert refusal.value.code == "proposed_before"

    @pytest.mark.parametrize(
        ("who", "days", "code"),
        [
            ("manager", 8, "month_begun"),
            ("supervisor", 0, "may_not_approve"),
            ("stranger", 0, "unknown_district"),
        ],
    )
    def test_is_not_approved(
        self, district: District, supervisor: Staff, manager: Staff, who: str, days: int, code: str
    ) -> None:
        people = {"manager": manager, "supervisor": supervisor, "stranger": make_staff(role="collector")}
        target = propose(district, supervisor)

        with pytest.raises(ArrearsRefused) as refusal:
            approve_target(target, by=people[who], at=MORNING + days * A_DAY)

        assert refusal.value.code == code
        assert RecoveryTarget.objects.get().state == "PROPOSED"

    def test_is_not_approved_by_its_proposer(self, district: District, manager: Staff) -> None:
        target = propose(district, manager)

        with pytest.raises(ArrearsRefused) as refusal:
            approve_target(target, by=manager, at=MORNING)
        assert refusal.value.code == "same_person"

    def test_is_decided_once(self, district: District, supervisor: Staff, manager: Staff) -> None:
        target = refuse_target(propose(district, supervisor), by=manager, at=MORNING)

        with pytest.raises(ArrearsRefused) as refusal:
            approve_target(target, by=manager, at=MORNING)
        assert refusal.value.code == "already_decided"
        assert target_in(district, DECEMBER) is None

    def test_cannot_be_decided_late_behind_the_back_of_the_verbs(
        self, district: District, supervisor: Staff, manager: Staff
    ) -> None:
        target = propose(district, supervisor)

        with pytest.raises(IntegrityError), transaction.atomic():
            RecoveryTarget.objects.filter(pk=target.pk).update(
                state="APPROVED", decided_by=manager, decided_on=DECEMBER
            )
        with pytest.raises(DatabaseError), transaction.atomic():
            RecoveryTarget.objects.filter(pk=target.pk).update(base=Decimal("50.00"))


class TestADistrict:
    def test_moves_with_its_history(self, district: District, supervisor: Staff) -> None:
        first, second = (make_staff(role="collector", branch=district.branch) for _ in range(2))
        give_district(district, owner=first, by=supervisor, at=MORNING)
        give_district(district, owner=second, by=supervisor, at=MORNING + A_DAY)

        district.refresh_from_db()
        assert district.owner == second
        assert list(DistrictOwner.objects.filter(district=district).values_list("owner_id", flat=True)) == [
            second.pk, first.pk,
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("case", "code"),
        [
            ("cashier", "not_a_collector"),
            ("elsewhere", "not_a_collector"),
            ("twice", "given_today"),
            ("same", "has_it_already"),
            ("collector", "may_not_give"),
            ("stranger", "unknown_district"),
        ],
    )
    def test_is_not_given(self, district: District, supervisor: Staff, case: str, code: str) -> None:
        collector = make_staff(role="collector", branch=district.branch)
        if case in ("twice", "same"):
            give_district(district, owner=collector, by=supervisor, at=MORNING)
        owner = {
            "cashier": make_staff(branch=district.branch),
            "elsewhere": make_staff(role="collector"),
            "twice": make_staff(role="collector", branch=district.branch),
        }.get(case, collector)
        by = {"collector": collector, "stranger": make_staff(role="collector")}.get(case, supervisor)
        before = DistrictOwner.objects.count()

        with pytest.raises(DistrictRefused) as refusal:
            give_district(district, owner=owner, by=by, at=MORNING)

        assert refusal.value.code == code
        assert DistrictOwner.objects.count() == before
