import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Branch, Contact, Staff
from accounts.queries.search import find_accounts
from tests.factories.accounts import (
    make_account,
    make_branch,
    make_contact,
    make_customer,
    make_district,
    make_premises,
    make_staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch() -> Branch:
    return make_branch()


@pytest.fixture
def cashier(branch: Branch) -> Staff:
    return make_staff(branch=branch)


def live_at(
    branch: Branch, name: str, community: str = "阳光家园", door: str = "5-2-301", **fields: str | None
) -> Account:
    """Make an account of somebody at a door; `street` and `phone` may be named, the rest is the account's."""
    street, phone = fields.pop("street", "") or "", fields.pop("phone", None)
    building, unit, room = door.split("-", 2)
    premises = make_premises(
        community=community,
        building=building,
        unit=unit,
        room=room,
        street=street,
        district=make_district(branch=branch),
    )
    customer = make_customer(name=name, phones=[phone] if phone else [])
    return make_account(customer=customer, premises=premises, **fields)


def names(text: str, staff: Staff, limit: int = 10) -> list[str]:
    return [account.customer.name for account in find_accounts(text, staff=staff, limit=limit)]


class TestFindAccounts:
    @pytest.mark.parametrize(
        "text",
        [
            "0100172364",
            "NC:0100172364\r\n",
            "010017",
            "0100 1723 64",
            "HG00017236",
            "hg0001",
            "nc:hg00017236",
            "13800001234",
            "138 0000 1234",
            "+86 13800001234",
            "1234",
            "阿依古丽·买买提",
            "阿依古丽买买提",
            "阿依古丽.买买提",
            "古丽",
            "阿",
            "ayg",
            "凯特",
            "凯特小区",
            "ktxq",
            "kt",
            "文化路",
            "文化路128号",
            "12-1-1801",
            "凯特小区12#1-1801",
            "凯特 12栋1单元1801室",
            "12号楼1单元1801",
            "凯特 1801",
            "1801",
            "阿 凯特 12-1-1801",
            "12-1-1801 凯特 阿",
            "凯特 1234",
            "沈阳市文化路128号凯特小区12号楼1单元1801室",
            "０１００１７２３６４",
            '"阿依古丽"\x00\u202e',
        ],
    )
    def test_finds_one_person_by_anything_that_names_them(
        self, text: str, branch: Branch, cashier: Staff
    ) -> None:
        live_at(branch, "王淑英", phone="13900005678")
        live_at(
            branch,
            "阿依古丽·买买提",
            "凯特小区",
            "12-1-1801",
            street="沈阳市文化路128号",
            phone="13800001234",
            account_no="0100172364",
            old_account_no="HG00017236",
        )

        assert names(text, cashier) == ["阿依古丽·买买提"]

    @pytest.mark.parametrize(("text", "door"), [("1号门市", "--1号门市"), ("-101", "5-1--101")])
    def test_finds_shops_and_basements(self, text: str, door: str, branch: Branch, cashier: Staff) -> None:
        live_at(branch, "老王麻辣烫", "水源胡同", door)
        live_at(branch, "王淑英", "水源胡同", "1-1-101")

        assert names(text, cashier) == ["老王麻辣烫"]

    @pytest.mark.parametrize("text", ["024-31234567", "02431234567", "31234567", "4567"])
    def test_finds_a_landline_with_and_without_its_area_code(
        self, text: str, branch: Branch, cashier: Staff
    ) -> None:
        live_at(branch, "王淑英", phone="024-31234567")
        live_at(branch, "李建国", phone="024-81234568")

        assert names(text, cashier) == ["王淑英"]

    @pytest.mark.parametrize("name", ["𠮷野䶮", "㛃𬱖", "ＡＢＣ商贸公司"])
    def test_finds_rare_and_full_width_names(self, name: str, branch: Branch, cashier: Staff) -> None:
        live_at(branch, name)

        assert names(name, cashier) == [name]

    @pytest.mark.parametrize(
        "text", ["", " ", "不存在的人", "NC:0999999999", "9999", "\ud800", "%%", "王淑英 李建国"]
    )
    def test_finds_nobody_where_nobody_is(self, text: str, branch: Branch, cashier: Staff) -> None:
        live_at(branch, "王淑英")

        assert names(text, cashier) == []

    def test_knows_only_the_own_branch(self, branch: Branch, cashier: Staff) -> None:
        live_at(branch, "王淑英", account_no="0100172364")
        stranger = make_staff(branch=make_branch())

        for text in ("王淑英", "0100172364", "NC:0100172364", "5-2-301", "010017 王"):
            assert names(text, cashier) == ["王淑英"], text
            assert names(text, stranger) == [], text
            assert names(text, make_staff(role="finance", branch=None)) == ["王淑英"], text
            assert names(text, make_staff(branch=None)) == [], text

    def test_follows_every_correction(self, branch: Branch, cashier: Staff) -> None:
        account = live_at(branch, "王淑英", phone="13800001234")

        account.customer.name = "李建国"
        account.customer.save()
        Contact.objects.all().delete()
        make_contact(account.customer, "13900005678")
        account.premises.door = "6-1-101"
        account.premises.save()

        found = [names(text, cashier) for text in ("王淑英", "1234", "5-2-301", "李建国", "5678", "6-1-101")]
        assert found == [[], [], [], ["李建国"], ["李建国"], ["李建国"]]

    def test_asks_the_database_once(self, branch: Branch, cashier: Staff) -> None:
        live_at(branch, "王淑英")
        names("王", cashier)

        with CaptureQueriesContext(connection) as queries:
            (account,) = find_accounts("王 阳光 5-2-301", staff=cashier)
            assert account.customer.name == "王淑英"
            assert account.premises.address == "阳光家园5号楼2单元301室"
            assert account.premises.district.branch_id == account.branch.pk == branch.pk

        assert len(queries) == 1


class TestOrderOfFindings:
    def test_prefers_the_exact_name_then_its_beginning_then_the_rest(
        self, branch: Branch, cashier: Staff
    ) -> None:
        live_at(branch, "小王建店", door="1-1-101")
        live_at(branch, "王建国", door="1-1-102")
        live_at(branch, "王建", door="1-1-103")
        live_at(branch, "李四", community="王建花园", door="1-1-104")

        assert names("王建", cashier) == ["王建", "王建国", "小王建店", "李四"]

    def test_prefers_an_account_number_to_a_phone_with_the_same_figures(
        self, branch: Branch, cashier: Staff
    ) -> None:
        live_at(branch, "电话", door="1-1-101", phone="02431234567")
        live_at(branch, "旧户号", door="1-1-102", old_account_no="02431234567")
        live_at(branch, "开头", door="1-1-103", account_no="024312345678")
        live_at(branch, "户号", door="1-1-104", account_no="02431234567")

        assert names("02431234567", cashier) == ["户号", "旧户号", "电话", "开头"]

    def test_prefers_the_tail_of_a_phone_to_a_room_with_that_number(
        self, branch: Branch, cashier: Staff
    ) -> None:
        live_at(branch, "房间", door="1-1-1204")
        live_at(branch, "电话", door="1-1-101", phone="13800001204")

        assert names("1204", cashier) == ["电话", "房间"]

    def test_counts_doors_as_people_do(self, branch: Branch, cashier: Staff) -> None:
        for door in ("10-1-101", "5-2-1001", "5-2-301", "5-10-101"):
            live_at(branch, door, door=door)

        assert names("阳光", cashier) == ["5-2-301", "5-2-1001", "5-10-101", "10-1-101"]

    def test_puts_closed_accounts_behind_living_ones(self, branch: Branch, cashier: Staff) -> None:
        live_at(branch, "王建", door="1-1-101", state="CLOSED", closed_on="2024-01-01")
        live_at(branch, "王建", door="1-1-102", state="SUSPENDED")

        doors = [account.premises.door for account in find_accounts("王建", staff=cashier)]

        assert doors == ["1-1-102", "1-1-101"]

    def test_shows_no_more_than_asked_for(self, branch: Branch, cashier: Staff) -> None:
        for room in range(101, 106):
            live_at(branch, "王建", door=f"1-1-{room}")

        assert len(names("王建", cashier, limit=3)) == 3
