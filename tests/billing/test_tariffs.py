import datetime
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, IntegrityError, connection, transaction

from accounts.models import AuditEntry, Staff
from billing.models import BillRun, Tariff, TariffVersion
from billing.services.bill_run import run_billing
from billing.services.business_days import close_business_day
from billing.services.refusals import TariffRefused
from billing.services.tariff_terms import change_tariff
from billing.services.tariffs import (
    approve_tariff_version,
    change_tariff_version,
    draft_tariff_version,
    refuse_tariff_version,
    submit_tariff_version,
    withdraw_tariff_version,
)
from tests.billing.metering import make_heating_tariff, make_tariff, make_water_account
from tests.counters.meeting import at_once, make_them_meet, remove_row_locks
from tests.counters.rows import all_rows
from tests.factories.accounts import make_account, make_staff
from tests.factories.counters import MORNING
from tests.factories.tariffs import make_approved, make_draft, make_submitted, water_prices

# MORNING is 23 November 2026.
NEXT_YEAR = datetime.date(2027, 1, 1)


@pytest.fixture
def tariff(db: None) -> Tariff:
    """In force since 2020."""
    return make_tariff(code="WATER")


@pytest.fixture
def manager(db: None) -> Staff:
    return make_staff(role="manager")


@pytest.fixture
def finance(db: None) -> Staff:
    return make_staff(role="finance")


def states(tariff: Tariff, on: datetime.date = NEXT_YEAR) -> list[str]:
    return [str(version.state_on(on)) for version in tariff.versions.order_by("effective_from")]


def code_of(refusal: ValidationError) -> str:
    """The code of a refusal, or of all that it carries."""
    (code,) = {one.code for one in refusal.error_list}
    return str(code)


class TestAVersion:
    def test_is_a_draft_that_prices_nothing_until_it_is_approved(
        self, tariff: Tariff, finance: Staff
    ) -> None:
        make_draft(tariff, "2027-01-01", made_by=finance, prices=water_prices("9.99"))

        assert states(tariff) == ["IN_FORCE", "DRAFT"]
        assert len(tariff.definition()["versions"]) == 1

    def test_is_in_force_from_its_day_and_ends_the_one_before_on_the_day_before(
        self, tariff: Tariff, manager: Staff
    ) -> None:
        version = make_submitted(tariff, "2027-01-01")

        approve_tariff_version(version, approved_by=manager, note="发改委 12 号文", at=MORNING)

        earlier, later = tariff.versions.order_by("effective_from")
        assert (earlier.effective_until, later.effective_until) == (datetime.date(2026, 12, 31), None)
        assert (later.approved_by, later.approved_at) == (manager, MORNING)
        assert states(tariff, datetime.date(2026, 12, 31)) == ["IN_FORCE", "APPROVED"]
        assert states(tariff, NEXT_YEAR) == ["ENDED", "IN_FORCE"]

    def test_between_two_others_ends_before_the_next_begins(self, tariff: Tariff) -> None:
        make_approved(tariff, "2027-07-01")

        make_approved(tariff, "2027-01-01")

        days = list(tariff.versions.order_by("effective_from").values_list("effective_until", flat=True))
        assert days == [datetime.date(2026, 12, 31), datetime.date(2027, 6, 30), None]

    def test_keeps_every_step_in_the_trail(self, tariff: Tariff, manager: Staff, finance: Staff) -> None:
        version = make_submitted(tariff, "2027-01-01", made_by=finance)
        refuse_tariff_version(version, refused_by=manager, note="第二档价格有误", at=MORNING)
        submit_tariff_version(version, submitted_by=finance, at=MORNING)
        withdraw_tariff_version(version, withdrawn_by=finance, at=MORNING)
        submit_tariff_version(version, submitted_by=finance, at=MORNING)
        approve_tariff_version(version, approved_by=manager, at=MORNING)

        trail = AuditEntry.objects.filter(object_type="billing.tariffversion", object_id=str(version.pk))
        assert list(trail.order_by("id").values_list("action", "actor", "reason")) == [
            ("draft_tariff", finance.pk, ""),
            ("submit_tariff", finance.pk, ""),
            ("refuse_tariff", manager.pk, "第二档价格有误"),
            ("submit_tariff", finance.pk, ""),
            ("withdraw_tariff", finance.pk, ""),
            ("submit_tariff", finance.pk, ""),
            ("approve_tariff", manager.pk, ""),
        ]

    def test_that_was_refused_is_a_draft_with_the_reason_until_it_is_submitted_again(
        self, tariff: Tariff, manager: Staff, finance: Staff
    ) -> None:
        version = make_submitted(tariff, "2027-01-01")

        sent_back = refuse_tariff_version(version, refused_by=manager, note="第二档价格有误", at=MORNING)
        assert (sent_back.is_draft, sent_back.sent_back) == (True, "第二档价格有误")

        again = submit_tariff_version(version, submitted_by=finance, at=MORNING)
        assert (again.is_waiting, again.sent_back) == (True, "")

    def test_that_was_changed_belongs_to_whoever_changed_it(
        self, tariff: Tariff, finance: Staff, manager: Staff
    ) -> None:
        version = make_draft(tariff, "2027-01-01")

        change_tariff_version(
            version, effective_from=datetime.date(2027, 2, 1), prices=water_prices("3.00"),
            changed_by=finance, at=MORNING,
        )  # fmt: skip

        version.refresh_from_db()
        assert (version.made_by, version.effective_from) == (finance, datetime.date(2027, 2, 1))
        assert version.prices == water_prices("3.00")


Change = Callable[[TariffVersion], object]


def edit(version: TariffVersion) -> object:
    return change_tariff_version(
        version,
        effective_from=NEXT_YEAR,
        prices=water_prices("3.00"),
        changed_by=version.made_by,
        at=MORNING,
    )


def submit(version: TariffVersion) -> object:
    return submit_tariff_version(version, submitted_by=version.made_by, at=MORNING)


def withdraw(version: TariffVersion) -> object:
    return withdraw_tariff_version(version, withdrawn_by=version.made_by, at=MORNING)


def approve(version: TariffVersion) -> object:
    return approve_tariff_version(version, approved_by=make_staff(role="manager"), at=MORNING)


def refuse(version: TariffVersion) -> object:
    return refuse_tariff_version(version, refused_by=make_staff(role="manager"), note="不对", at=MORNING)


class TestEveryVerbAgainstEveryState:
    @pytest.mark.parametrize(
        ("make", "verb", "code"),
        [
            (make_submitted, edit, "not_draft"),
            (make_submitted, submit, "not_draft"),
            (make_approved, edit, "not_draft"),
            (make_approved, submit, "not_draft"),
            (make_draft, withdraw, "not_waiting"),
            (make_draft, approve, "not_waiting"),
            (make_draft, refuse, "not_waiting"),
            (make_approved, withdraw, "not_waiting"),
            (make_approved, approve, "not_waiting"),
            (make_approved, refuse, "not_waiting"),
        ],
    )
    def test_that_does_not_fit_is_refused(
        self, tariff: Tariff, make: Callable[[Tariff, str], TariffVersion], verb: Change, code: str
    ) -> None:
        version = make(tariff, "2027-01-01")
        # The manager who asks is written before the verb is asked.
        make_staff(role="manager")
        before = TariffVersion.objects.filter(tariff=tariff).values_list()
        rows = list(before.order_by("pk"))

        with pytest.raises(TariffRefused) as refusal:
            verb(version)

        assert code_of(refusal.value) == code
        assert list(before.all().order_by("pk")) == rows


class TestApproval:
    def test_by_the_maker_is_refused(self, tariff: Tariff) -> None:
        both = make_staff(role="finance")
        both.groups.add(*make_staff(role="manager").groups.all())
        version = make_submitted(tariff, "2027-01-01", made_by=both)
        before = all_rows()

        with pytest.raises(TariffRefused) as refusal:
            approve_tariff_version(version, approved_by=both, at=MORNING)

        assert code_of(refusal.value) == "self_approval"
        assert all_rows() == before

    def test_by_whoever_submitted_it_is_refused(self, tariff: Tariff) -> None:
        both = make_staff(role="finance")
        both.groups.add(*make_staff(role="manager").groups.all())
        version = submit_tariff_version(make_draft(tariff, "2027-01-01"), submitted_by=both, at=MORNING)

        with pytest.raises(TariffRefused) as refusal:
            approve_tariff_version(version, approved_by=both, at=MORNING)

        assert code_of(refusal.value) == "self_approval"

    @pytest.mark.parametrize("verb", [approve_tariff_version, refuse_tariff_version])
    @pytest.mark.parametrize("role", ["finance", "cashier", "auditor"])
    def test_needs_the_right_to_approve(self, tariff: Tariff, role: str, verb: Callable[..., Any]) -> None:
        version = make_submitted(tariff, "2027-01-01")
        person = make_staff(role=role)
        name = "approved_by" if verb is approve_tariff_version else "refused_by"
        before = all_rows()

        with pytest.raises(TariffRefused) as refusal:
            verb(version, **{name: person}, note="看过", at=MORNING)

        assert code_of(refusal.value) == "not_allowed"
        assert all_rows() == before

    def test_is_refused_without_a_reason_only_when_it_sends_back(
        self, tariff: Tariff, manager: Staff
    ) -> None:
        version = make_submitted(tariff, "2027-01-01")

        with pytest.raises(TariffRefused) as refusal:
            refuse_tariff_version(version, refused_by=manager, note="  ", at=MORNING)

        assert code_of(refusal.value) == "note_missing"

    def test_is_refused_once_its_day_has_been_closed(
        self, tariff: Tariff, manager: Staff, finance: Staff
    ) -> None:
        version = make_submitted(tariff, "2026-11-20")
        close_business_day(datetime.date(2026, 11, 20), closed_by=finance, at=MORNING)

        with pytest.raises(TariffRefused) as refusal:
            approve_tariff_version(version, approved_by=manager, at=MORNING)

        assert code_of(refusal.value) == "closed_period"


class TestDraft:
    @pytest.mark.parametrize(
        ("day", "prices", "code"),
        [
            ("2020-01-01", water_prices(), "overlaps"),
            ("2027-03-01", water_prices(), "duplicate"),
            ("2027-01-01", {}, "bad_tariff"),
            ("2027-01-01", water_prices("-1"), "bad_tariff"),
            ("2027-01-01", water_prices("NaN"), "bad_tariff"),
            ("2027-01-01", {**water_prices(), "rounding": {}}, "bad_tariff"),
        ],
    )
    def test_that_cannot_be_priced_or_kept_is_refused(
        self, tariff: Tariff, finance: Staff, day: str, prices: dict[str, Any], code: str
    ) -> None:
        make_draft(tariff, "2027-03-01")
        before = all_rows()

        with pytest.raises(TariffRefused) as refusal:
            draft_tariff_version(
                tariff,
                effective_from=datetime.date.fromisoformat(day),
                prices=prices,
                made_by=finance,
                at=MORNING,
            )

        assert code_of(refusal.value) == code
        assert all_rows() == before

    def test_names_every_fault_of_the_prices(self, tariff: Tariff, finance: Staff) -> None:
        prices = water_prices("NaN")
        prices["categories"]["resident"]["tier_upto"] = ["260", "180"]

        with pytest.raises(TariffRefused) as refusal:
            draft_tariff_version(tariff, effective_from=NEXT_YEAR, prices=prices, made_by=finance, at=MORNING)

        assert len(refusal.value.messages) == 2

    def test_in_a_closed_period_is_refused_and_the_day_after_is_not(
        self, tariff: Tariff, finance: Staff
    ) -> None:
        close_business_day(datetime.date(2026, 11, 20), closed_by=finance, at=MORNING)

        with pytest.raises(TariffRefused) as refusal:
            make_draft(tariff, "2026-11-20")

        assert code_of(refusal.value) == "closed_period"
        assert make_draft(tariff, "2026-11-21").is_draft

    def test_before_the_last_reading_that_was_billed_is_refused(self, tariff: Tariff) -> None:
        make_water_account(readings={"2026-11-10": "40"})
        run_billing(
            service="WATER", period="2026-11", issued_on=datetime.date(2026, 11, 10), started_by=None,
            at=MORNING,
        )  # fmt: skip

        with pytest.raises(TariffRefused) as refusal:
            make_draft(tariff, "2026-11-10")

        assert code_of(refusal.value) == "closed_period"
        assert make_draft(tariff, "2026-11-11").is_draft

    @pytest.mark.parametrize(
        ("rule", "last_settled", "first_free"),
        [("season_start", "2026-11-01", "2026-11-02"), ("by_days", "2027-03-31", "2027-04-01")],
    )
    def test_that_would_change_a_season_that_was_billed_is_refused(
        self, db: None, rule: str, last_settled: str, first_free: str
    ) -> None:
        season = {"from": "11-01", "to": "03-31", "inclusive": True}
        heat = make_heating_tariff(rules={"unit": "m2", "season": season, "rules": {"price_change": rule}})
        make_account(service="HEAT")
        run_billing(
            service="HEAT", period="2026-27", issued_on=datetime.date(2026, 10, 15), started_by=None,
            at=MORNING,
        )  # fmt: skip
        prices = {"categories": {"resident": {"area_price": "27"}}}

        with pytest.raises(TariffRefused) as refusal:
            make_draft(heat, last_settled, prices=prices)

        assert code_of(refusal.value) == "closed_period"
        assert make_draft(heat, first_free, prices=prices).is_draft

    def test_of_a_day_that_a_run_is_billing_is_refused_until_it_is_finished(self, tariff: Tariff) -> None:
        run = BillRun.objects.create(
            service="WATER", period="2026-11", issued_on=datetime.date(2026, 11, 25), started_at=MORNING
        )

        with pytest.raises(TariffRefused) as refusal:
            make_draft(tariff, "2026-11-25")
        BillRun.objects.filter(pk=run.pk).update(finished_at=MORNING)

        assert code_of(refusal.value) == "run_open"
        assert make_draft(tariff, "2026-11-25").is_draft


class TestTheTermsOfATariff:
    def test_stay_once_a_version_is_approved(self, tariff: Tariff, finance: Staff) -> None:
        tariff.rules = {**tariff.rules, "rounding": {"level": "bill"}}

        with pytest.raises(TariffRefused) as refusal:
            change_tariff(tariff, changed_by=finance, at=MORNING)

        assert code_of(refusal.value) == "terms_fixed"

    def test_leave_the_words_free(self, tariff: Tariff, finance: Staff) -> None:
        tariff.source = "京发改〔2014〕885 号"

        change_tariff(tariff, changed_by=finance, at=MORNING)

        tariff.refresh_from_db()
        assert tariff.source == "京发改〔2014〕885 号"


class TestTheDatabase:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE billing_tariffversion SET prices = '{}' WHERE id = %s",
            "UPDATE billing_tariffversion SET effective_from = '2027-02-01' WHERE id = %s",
            "UPDATE billing_tariffversion SET approved_by_id = NULL, approved_at = NULL WHERE id = %s",
            "UPDATE billing_tariffversion SET made_by_id = approved_by_id WHERE id = %s",
            "DELETE FROM billing_tariffversion WHERE id = %s",
            "UPDATE billing_tariff SET rules = '{}' WHERE id = (SELECT tariff_id FROM billing_tariffversion WHERE id = %s)",
            "UPDATE billing_tariff SET kind = 'one_off' WHERE id = (SELECT tariff_id FROM billing_tariffversion WHERE id = %s)",
        ],
    )
    def test_lets_nobody_edit_what_is_approved(self, tariff: Tariff, change: str) -> None:
        version = make_approved(tariff, "2027-01-01")

        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change, [version.pk])

        kept = TariffVersion.objects.get(pk=version.pk)
        assert (kept.prices, kept.effective_from) == (version.prices, version.effective_from)

    def test_lets_an_end_only_come_nearer(self, tariff: Tariff) -> None:
        make_approved(tariff, "2027-01-01")
        ended = tariff.versions.get(effective_until__isnull=False)
        ended.effective_until = None

        with pytest.raises(IntegrityError), transaction.atomic():
            ended.save()

    def test_holds_one_version_from_a_day(self, tariff: Tariff) -> None:
        draft = make_draft(tariff, "2027-01-01")
        draft.pk = None

        with pytest.raises(IntegrityError), transaction.atomic():
            draft.save(force_insert=True)

    def test_holds_that_two_people_are_two(self, tariff: Tariff, finance: Staff) -> None:
        version = make_submitted(tariff, "2027-01-01")
        TariffVersion.objects.filter(pk=version.pk).update(submitted_by=finance)

        with pytest.raises(IntegrityError), transaction.atomic():
            TariffVersion.objects.filter(pk=version.pk).update(approved_by=finance, approved_at=MORNING)


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_approve_two_versions_and_neither_overlaps(self, transactional_db: None) -> None:
        tariff = make_tariff()
        versions = [make_submitted(tariff, day) for day in ("2027-01-01", "2027-07-01")]
        manager = make_staff(role="manager")

        outcome = at_once(
            *(partial(approve_tariff_version, one, approved_by=manager, at=MORNING) for one in versions)
        )

        assert not [one for one in outcome if isinstance(one, Exception)]
        until = list(tariff.versions.order_by("effective_from").values_list("effective_until", flat=True))
        assert until == [datetime.date(2026, 12, 31), datetime.date(2027, 6, 30), None]

    def test_decide_one_version_and_only_one_decision_counts(self, transactional_db: None) -> None:
        version = make_submitted(make_tariff(), "2027-01-01")
        people = [make_staff(role="manager"), make_staff(role="supervisor")]

        outcome = at_once(
            *(partial(approve_tariff_version, version, approved_by=one, at=MORNING) for one in people)
        )

        (late,) = [one for one in outcome if isinstance(one, TariffRefused)]
        assert code_of(late) == "not_waiting"
        assert AuditEntry.objects.filter(action="approve_tariff").count() == 1

    def test_run_into_the_wall_behind_the_lock_where_nothing_is_locked(
        self, transactional_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version = make_submitted(make_tariff(), "2027-01-01")
        people = [make_staff(role="manager"), make_staff(role="supervisor")]
        remove_row_locks(monkeypatch)
        make_them_meet(monkeypatch, "billing.services.tariffs._make_room", parties=2)

        outcome = at_once(
            *(partial(approve_tariff_version, version, approved_by=one, at=MORNING) for one in people)
        )

        assert [type(one) for one in outcome if isinstance(one, Exception)] == [IntegrityError]
        assert AuditEntry.objects.filter(action="approve_tariff").count() == 1
