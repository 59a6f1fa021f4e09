import datetime
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import (
    Account,
    AccountStateChange,
    AuditEntry,
    Contact,
    Customer,
    District,
    Premises,
    SearchEntry,
)
from accounts.queries.search import find_accounts
from accounts.roster.reading import read_roster
from accounts.services.account_states import suspend_account
from accounts.services.roster_import import RosterOutcome, RosterRefused, import_roster
from tests.accounts.files import OPENED, csv_file, row
from tests.database import run_together
from tests.factories.accounts import make_branch, make_customer, make_district, make_premises, make_staff

AT = datetime.datetime(2026, 11, 23, 9, 30, tzinfo=timezone.get_default_timezone())
WRITTEN = (Account, Customer, Premises, Contact, SearchEntry, AccountStateChange, AuditEntry)


def make_known_district() -> District:
    return make_district(branch=make_branch(code="HP"), code="HP-01", name="和平片区")


def load(folder: Path, *rows: Mapping[str, Any], dry_run: bool = False) -> RosterOutcome:
    path = csv_file(folder, rows)
    return import_roster(read_roster(path), source=path.name, actor=None, at=AT, dry_run=dry_run)


def counts() -> list[int]:
    return [model.objects.count() for model in WRITTEN]


def problems(folder: Path, *rows: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    before = counts()
    with pytest.raises(RosterRefused) as refused:
        load(folder, *rows)
    assert counts() == before
    return [(problem.row, problem.column, problem.code) for problem in refused.value.problems]


@pytest.mark.django_db
class TestImportRoster:
    def test_adds_accounts_whole(self, tmp_path: Path) -> None:
        district = make_known_district()

        outcome = load(
            tmp_path,
            row(
                1,
                户名="阿依古丽·买买提",
                旧户号="HG00017236",
                电话="13800001234/024-31230000",
                街道="文化路128号",
                性质="合表",
                合表户数="96",
                收费面积="89.60",
                低保证号="DB-1",
                低保有效期="2027-06-30",
            ),
        )

        assert outcome == (1, 1, 0, 0, 0)
        account = Account.objects.with_people_and_place().get()
        assert (account.account_no, account.old_account_no) == ("0100172301", "HG00017236")
        assert (account.service, account.category, account.state) == ("HEAT", "RESIDENT_SHARED", "ACTIVE")
        assert (account.branch, account.opened_on, account.shared_households) == (district.branch, OPENED, 96)
        assert account.billed_area == Decimal("89.60")
        assert (account.customer.name_initials, account.customer.low_income_no) == ("ayglmmt", "DB-1")
        assert [(c.kind, c.phone, c.tail) for c in account.customer.contacts.order_by("id")] == [
            ("MOBILE", "13800001234", "1234"),
            ("LANDLINE", "024-31230000", "0000"),
        ]
        assert (account.premises.door, account.premises.community_initials) == ("5-2-301", "ygjy")
        change = account.state_changes.get()
        assert (change.from_state, change.to_state, change.changed_at) == ("", "ACTIVE", AT)

    def test_makes_what_was_imported_findable(self, tmp_path: Path) -> None:
        district = make_known_district()
        load(tmp_path, row(1, 户名="𠮷野䶮", 电话="13800001234"))
        cashier = make_staff(branch=district.branch)

        for text in ("0100172301", "𠮷野", "1234", "阳光 5-2-301", "ygjy"):
            assert [a.account_no for a in find_accounts(text, staff=cashier)] == ["0100172301"], text

    def test_keeps_one_line_of_the_trail(self, tmp_path: Path) -> None:
        make_known_district()

        load(tmp_path, row(1), row(2))

        entry = AuditEntry.objects.get()
        assert (entry.action, entry.object_type, entry.actor) == (
            "account.import_roster",
            "accounts.account",
            None,
        )
        assert entry.details == {
            "source": "roster.csv",
            "rows": 2,
            "added": 2,
            "changed": 0,
            "unchanged": 0,
            "other_state": 0,
        }

    def test_gives_one_customer_with_one_paper_all_their_accounts_and_one_door_once(
        self, tmp_path: Path
    ) -> None:
        make_known_district()
        paper = "21010219500307000X"

        load(
            tmp_path,
            row(1, 室="301", 证件号=paper, 电话="13800001234"),
            row(2, 室="301", 证件号=paper, 服务="供水", 电话="13800001234/13900005678"),
            row(3, 室="302"),
            row(4, 室="303"),
        )

        assert (Customer.objects.count(), Premises.objects.count(), Contact.objects.count()) == (3, 3, 2)
        assert Customer.objects.get(id_number=paper).accounts.count() == 2

    def test_knows_customers_and_doors_that_are_in_the_books(self, tmp_path: Path) -> None:
        district = make_known_district()
        customer = make_customer(name="王淑英", id_number="21010219500307000X", phones=["13800001234"])
        premises = make_premises(district=district, room="301")

        load(tmp_path, row(1, 室="301", 证件号="21010219500307000X", 电话="13800001234/13900005678"))

        account = Account.objects.get()
        assert (account.customer, account.premises) == (customer, premises)
        assert {contact.phone for contact in customer.contacts.all()} == {"13800001234", "13900005678"}

    def test_makes_a_place_without_a_door_anew_for_every_account(self, tmp_path: Path) -> None:
        make_known_district()
        nowhere = {"楼": "", "单元": "", "室": ""}

        load(tmp_path, row(1) | nowhere, row(2) | nowhere)

        assert Premises.objects.count() == 2

    def test_changes_nothing_the_second_time(self, tmp_path: Path) -> None:
        make_known_district()
        rows = [row(1, 电话="13800001234", 证件号="21010219500307000X"), row(2, 旧户号="HG00017236")]
        load(tmp_path, *rows)
        before = counts()

        assert load(tmp_path, *rows) == (2, 0, 0, 2, 0)
        assert counts()[:-1] == before[:-1]

    def test_corrects_what_a_roster_may_correct(self, tmp_path: Path) -> None:
        make_known_district()
        make_district(branch=District.objects.get().branch, code="HP-02")
        load(tmp_path, row(1, 电话="13800001234", 人口="3"), row(2))

        outcome = load(
            tmp_path,
            row(
                1,
                户名="王建国",
                旧户号="HG00017236",
                电话="13900005678",
                人口="5",
                性质="非居民",
                小区="凯特小区",
                室="402",
                片区="HP-02",
                建筑面积="61.35",
            ),
            row(2),
        )

        assert outcome == (2, 0, 1, 1, 0)
        account = Account.objects.with_people_and_place().get(account_no="0100172301")
        assert (account.customer.name, account.customer.name_initials) == ("王建国", "wjg")
        assert (account.old_account_no, account.persons, account.category) == ("HG00017236", 5, "NONRESIDENT")
        assert (account.premises.community, account.premises.door) == ("凯特小区", "5-2-402")
        assert (account.premises.district.code, account.premises.building_area) == ("HP-02", Decimal("61.35"))
        assert {c.phone for c in account.customer.contacts.all()} == {"13800001234", "13900005678"}
        cashier = make_staff(branch=account.branch)
        assert find_accounts("凯特 5-2-402 王建国", staff=cashier) == [account]

    def test_takes_an_empty_cell_for_silence(self, tmp_path: Path) -> None:
        make_known_district()
        load(tmp_path, row(1, 人口="5", 证件号="21010219500307000X", 旧户号="HG00017236", 街道="文化路128号"))

        assert load(tmp_path, row(1, 人口="", 证件号="", 旧户号="", 街道="")).unchanged == 1

    def test_leaves_the_state_to_the_verbs_and_says_so(self, tmp_path: Path) -> None:
        make_known_district()
        load(tmp_path, row(1, 状态="在用"))
        suspend_account(Account.objects.get(), reason="用户申请", actor=None, at=AT)

        assert load(tmp_path, row(1, 状态="在用")) == (1, 0, 0, 1, 1)
        assert Account.objects.get().state == "SUSPENDED"

    def test_writes_nothing_in_a_dry_run_but_tells_what_it_would(self, tmp_path: Path) -> None:
        make_known_district()

        outcome = load(tmp_path, row(1), row(2), dry_run=True)

        assert (outcome.added, counts()) == (2, [0] * len(WRITTEN))


@pytest.mark.django_db
class TestRefusedRosters:
    def test_name_every_bad_row_and_import_none(self, tmp_path: Path) -> None:
        make_known_district()
        rows = [row(number) for number in range(1, 8)]
        rows[1]["服务"] = "煤炭"
        rows[3]["片区"] = "XX-99"
        rows[5]["户号"] = rows[4]["户号"]

        assert problems(tmp_path, *rows) == [
            (3, "服务", "unknown_word"),
            (5, "片区", "unknown_district"),
            (7, "户号", "twice"),
        ]

    @pytest.mark.parametrize(
        ("cells", "problem"),
        [
            ({"服务": "供水"}, ("服务", "other_service")),
            ({"开户日期": "2009-01-01"}, ("开户日期", "other_opening")),
            ({"片区": "TX-01"}, ("片区", "other_branch")),
        ],
    )
    def test_would_make_another_account_of_a_known_one(
        self, cells: dict[str, str], problem: tuple[str, str], tmp_path: Path
    ) -> None:
        make_known_district()
        make_district(code="TX-01")
        load(tmp_path, row(1))

        assert problems(tmp_path, row(1) | cells) == [(2, *problem)]

    def test_may_name_a_branch_that_the_district_is_not_in(self, tmp_path: Path) -> None:
        make_known_district()

        assert problems(tmp_path, row(1, 营业部="TX")) == [(2, "营业部", "other_branch")]

    def test_may_use_an_old_number_twice(self, tmp_path: Path) -> None:
        make_known_district()
        load(tmp_path, row(1, 旧户号="HG00017236"))

        found = problems(
            tmp_path,
            row(2, 旧户号="HG00017236"),
            row(3, 旧户号="HG00017237"),
            row(4, 旧户号="HG00017237"),
        )

        assert found == [(2, "旧户号", "taken"), (4, "旧户号", "twice")]

    def test_may_contradict_themselves_about_one_customer(self, tmp_path: Path) -> None:
        make_known_district()
        paper = "21010219500307000X"
        load(tmp_path, row(1, 证件号=paper), row(2, 证件号=paper))

        found = problems(tmp_path, row(1, 证件号=paper, 户名="王建"), row(2, 证件号=paper, 户名="王健"))

        assert found == [(3, "户名", "contradiction")]

    def test_may_have_no_rows(self, tmp_path: Path) -> None:
        make_known_district()
        path = csv_file(tmp_path, [row(1)])
        path.write_text(path.read_text().splitlines()[0])

        with pytest.raises(RosterRefused) as refused:
            import_roster(read_roster(path), source="", actor=None, at=AT)

        assert refused.value.code == "no_rows"


@pytest.mark.django_db(transaction=True)
def test_the_same_roster_twice_at_once_adds_every_account_once(tmp_path: Path) -> None:
    make_known_district()
    path = csv_file(tmp_path, [row(number) for number in range(1, 6)])

    outcomes = run_together(*[lambda: import_roster(read_roster(path), source="", actor=None, at=AT)] * 2)

    assert sorted(outcome.added for outcome in outcomes if isinstance(outcome, RosterOutcome)) == [0, 5]
    assert Account.objects.count() == 5
