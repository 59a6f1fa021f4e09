import csv
import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, AuditEntry, Branch, Staff
from billing.models import Reading
from billing.reading_file import read_readings
from billing.services import reading_import
from billing.services.bill_run import run_billing
from billing.services.locks import hold_accounts
from billing.services.reading_import import ReadingsOutcome, ReadingsRefused, import_readings
from tests.accounts.files import csv_text, xlsx_file
from tests.billing.metering import install, make_tariff, make_water_account, read
from tests.counters.rows import all_rows
from tests.factories.accounts import make_account, make_branch, make_staff
from tests.factories.counters import MORNING

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "readings.csv"
TODAY = MORNING.date()

pytestmark = pytest.mark.django_db

Row = Mapping[str, Any]


@pytest.fixture
def finance(branch: Branch) -> Staff:
    return make_staff(role="finance", branch=branch)


@pytest.fixture
def account(branch: Branch) -> Account:
    """Meter M1, ten cubic metres a month."""
    account = make_water_account(
        branch=branch,
        account_no="0100000001",
        readings={"2026-08-10": "10", "2026-09-10": "20", "2026-10-10": "30"},
    )
    account.installations.get().meter.__class__.objects.filter(installations__account=account).update(
        serial_no="M1"
    )
    return account


def row(value: str = "41", **cells: Any) -> Row:
    return {"户号": "0100000001", "表号": "M1", "抄表日期": "2026-11-10", "读数": value, **cells}


def file_of(folder: Path, rows: Sequence[Row], encoding: str = "utf-8") -> Path:
    path = folder / "readings.csv"
    path.write_bytes(csv_text(rows).encode(encoding))
    return path


def bring(folder: Path, *rows: Row, by: Staff | None = None, **options: Any) -> ReadingsOutcome:
    file = read_readings(file_of(folder, rows))
    return import_readings(file, source="readings.csv", by=by, at=MORNING, **options)


def problems(folder: Path, *rows: Row) -> list[tuple[int, str, str]]:
    before = all_rows()
    with pytest.raises(ReadingsRefused) as refusal:
        bring(folder, *rows)
    assert refusal.value.code == "problems"
    assert all_rows() == before
    return [(problem.row, problem.column, problem.code) for problem in refusal.value.problems]


class TestImportReadings:
    def test_takes_them_in_and_keeps_who_brought_them(
        self, tmp_path: Path, account: Account, finance: Staff
    ) -> None:
        reader = make_staff(role="collector", number="3999")

        outcome = bring(tmp_path, row(抄表员="3999"), by=finance)

        reading = Reading.objects.get(read_on="2026-11-10")
        assert outcome == (1, 1, 0, 0, {})
        assert (reading.state, reading.value, reading.read_by, reading.entered_by) == (
            "ACCEPTED",
            Decimal("41"),
            reader,
            finance,
        )
        entry = AuditEntry.objects.get(action="import_readings")
        assert (entry.actor, entry.details["source"], entry.details["added"]) == (finance, "readings.csv", 1)

    def test_changes_nothing_the_second_time(self, tmp_path: Path, account: Account) -> None:
        bring(tmp_path, row())

        assert bring(tmp_path, row()) == (1, 0, 1, 0, {})
        assert Reading.objects.count() == 4

    def test_lets_what_is_odd_wait_for_a_review(
        self, tmp_path: Path, account: Account, branch: Branch
    ) -> None:
        quiet = make_water_account(
            branch=branch,
            account_no="0100000002",
            readings={"2026-08-10": "7", "2026-09-10": "7", "2026-10-10": "7"},
        )

        outcome = bring(
            tmp_path, row("400"), {"户号": quiet.account_no, "抄表日期": "2026-11-10", "读数": "7"}
        )

        assert (outcome.added, outcome.in_review, outcome.odd) == (2, 2, {"HIGH": 1, "ZERO_AGAIN": 1})
        assert set(Reading.objects.in_review().values_list("value", flat=True)) == {
            Decimal("400"),
            Decimal("7"),
        }

    def test_takes_a_reading_below_a_billed_estimate_to_the_review(
        self, tmp_path: Path, account: Account
    ) -> None:
        make_tariff()
        read(account.installations.get(), "2026-10-20", "45", kind="ESTIMATED")
        run_billing(service="WATER", period="2026-10", issued_on=TODAY, started_by=None, at=MORNING)

        assert bring(tmp_path, row("38")).odd == {"ESTIMATE_TOO_HIGH": 1}

    def test_compares_several_readings_of_a_meter_with_each_other(
        self, tmp_path: Path, account: Account
    ) -> None:
        rows = [row("50", 抄表日期="2026-11-20"), row("41")]

        assert bring(tmp_path, *rows).added == 2
        assert problems(tmp_path, row("52", 抄表日期="2026-11-22"), row("51", 抄表日期="2026-11-23")) == [
            (3, "读数", "falls")
        ]

    def test_estimates_wait_for_a_second_person(self, tmp_path: Path, account: Account) -> None:
        assert problems(tmp_path, row(抄表方式="估抄")) == [(2, "读数", "reason_needed")]

        assert bring(tmp_path, row(抄表方式="估抄", 估抄原因="无人")).odd == {"ESTIMATE": 1}

    def test_writes_nothing_in_a_dry_run(self, tmp_path: Path, account: Account) -> None:
        before = all_rows()

        assert bring(tmp_path, row(), dry_run=True).added == 1
        assert all_rows() == before

    def test_refuses_a_person_who_may_not(self, tmp_path: Path, account: Account) -> None:
        with pytest.raises(ReadingsRefused) as refusal:
            bring(tmp_path, row(), by=make_staff(role="collector"))

        assert refusal.value.code == "not_allowed"

    def test_refuses_a_file_without_rows(self, tmp_path: Path) -> None:
        path = tmp_path / "readings.csv"
        path.write_text("户号,表号,抄表日期,读数\n", encoding="utf-8")

        with pytest.raises(ReadingsRefused) as refusal:
            import_readings(read_readings(path), source="", by=None, at=MORNING)

        assert refusal.value.code == "no_rows"

    def test_refuses_when_a_meter_was_billed_between_checking_and_writing(
        self, tmp_path: Path, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_tariff()
        hold = hold_accounts

        def bill_first(accounts: set[int]) -> None:
            run_billing(service="WATER", period="2026-10", issued_on=TODAY, started_by=None, at=MORNING)
            hold(accounts)

        monkeypatch.setattr(reading_import, "hold_accounts", bill_first)

        with pytest.raises(ReadingsRefused) as refusal:
            bring(tmp_path, row())

        assert refusal.value.code == "moved"
        assert not Reading.objects.filter(read_on="2026-11-10").exists()

    def test_asks_as_many_questions_for_a_hundred_rows_as_for_one(
        self, tmp_path: Path, account: Account, branch: Branch
    ) -> None:
        def queries(*rows: Row) -> int:
            with CaptureQueriesContext(connection) as captured:
                bring(tmp_path, *rows)
            return len(captured)

        alone = queries(row())
        others = [
            make_water_account(branch=branch, account_no=f"02000000{number:02}") for number in range(100)
        ]
        rows = [{"户号": one.account_no, "抄表日期": "2026-11-10", "读数": "5"} for one in others]

        assert queries(*rows) == alone


class TestBadRows:
    @pytest.mark.parametrize(
        ("cells", "column", "code"),
        [
            ({"抄表日期": (TODAY + datetime.timedelta(days=1)).isoformat()}, "抄表日期", "future_date"),
            ({"抄表日期": "2025-12-31"}, "抄表日期", "before_installation"),
            ({"抄表日期": "昨天"}, "抄表日期", "date"),
            ({"抄表日期": ""}, "抄表日期", "empty"),
            ({"读数": ""}, "读数", "empty"),
            ({"读数": "四十一"}, "读数", "not_a_number"),
            ({"读数": "-1"}, "读数", "not_a_number"),
            ({"读数": "1e3"}, "读数", "not_a_number"),
            ({"读数": "NaN"}, "读数", "not_a_number"),
            ({"读数": "41.0005"}, "读数", "not_a_number"),
            ({"读数": "100000"}, "读数", "too_many_digits"),
            ({"读数": "29"}, "读数", "falls"),
            ({"翻转": "是"}, "读数", "not_a_rollover"),
            ({"抄表日期": "2026-10-10", "读数": "31"}, "读数", "twice"),
            ({"户号": "0999999999"}, "表号", "unknown_account"),
            ({"表号": "M-UNKNOWN"}, "表号", "unknown_meter"),
            ({"户号": "", "表号": ""}, "", "empty"),
            ({"抄表方式": "猜"}, "抄表方式", "unknown_word"),
            ({"抄表员": "nobody"}, "抄表员", "unknown_reader"),
        ],
    )
    def test_are_named_with_their_column_and_reason(
        self, tmp_path: Path, account: Account, cells: Row, column: str, code: str
    ) -> None:
        assert problems(tmp_path, row(**cells)) == [(2, column, code)]

    def test_with_future_dates_for_another_meter_and_twice_refuse_the_whole_file(
        self, tmp_path: Path, account: Account, branch: Branch
    ) -> None:
        neighbour = make_water_account(branch=branch, account_no="0100000002")
        theirs = neighbour.installations.get().meter.serial_no

        assert problems(
            tmp_path,
            row("41"),
            row("42", 抄表日期="2027-01-01"),
            row("43", 表号=theirs),
            row("44"),
            row("45", 户号=neighbour.account_no),
        ) == [
            (3, "抄表日期", "future_date"),
            (4, "表号", "wrong_meter"),
            (5, "", "twice_in_the_file"),
            (6, "表号", "wrong_meter"),
        ]

    def test_say_which_meter_of_several_and_which_service(
        self, tmp_path: Path, account: Account, branch: Branch
    ) -> None:
        install(account)
        gas = make_account(branch=branch, service="GAS", account_no="0100000009")
        install(gas)
        gas.installations.get().meter.__class__.objects.filter(service="GAS").update(serial_no="M1")

        assert problems(tmp_path, row(表号=""), row(户号="")) == [
            (2, "户号", "which_meter"),
            (3, "表号", "which_service"),
        ]
        assert bring(tmp_path, row(户号="", 服务="供水")).added == 1

    def test_do_not_show_what_belongs_to_another_branch(self, tmp_path: Path, account: Account) -> None:
        stranger = make_staff(role="collector", branch=make_branch())
        stranger.user_permissions.add(Permission.objects.get(codename="import_readings"))

        with pytest.raises(ReadingsRefused) as refusal:
            bring(tmp_path, row(户号=""), by=stranger)

        assert [problem.code for problem in refusal.value.problems] == ["unknown_meter"]


class TestFile:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_is_read_in_every_usual_encoding(self, tmp_path: Path, account: Account, encoding: str) -> None:
        path = file_of(tmp_path, [row()], encoding)

        assert import_readings(read_readings(path), source="", by=None, at=MORNING).added == 1

    def test_may_have_english_headings_and_be_a_workbook(self, tmp_path: Path, account: Account) -> None:
        english = {
            "account": "0100000001", "meter number": "M1", "read on": datetime.date(2026, 11, 10), "reading": 41.5,
            "kind": "actual", "remark": "x",
        }  # fmt: skip
        file = read_readings(xlsx_file(tmp_path, [english], above=["十一月抄表"]))

        assert import_readings(file, source="", by=None, at=MORNING).added == 1
        assert Reading.objects.get(read_on="2026-11-10").value == Decimal("41.5")
        assert file.ignored == ["remark"]


class TestCommand:
    @pytest.fixture
    def example(self, branch: Branch) -> None:
        for account_no, service, serials in (
            ("0100172365", "WATER", {"W0800001": "1040"}),
            ("0100172369", "WATER", {"W9800017": "20480", "W9800018": "310"}),
            ("0100172368", "GAS", {"G2200004": "760"}),
            ("0100172370", "ELECTRICITY", {"E1000024": "40"}),
            ("0100172371", "ELECTRICITY", {"E1000023": "99990"}),
        ):
            account = make_account(
                branch=branch, service=service, account_no=account_no, opened_on=datetime.date(2026, 1, 1)
            )
            for serial_no, initial in serials.items():
                place = install(account, initial=initial)
                place.meter.serial_no = serial_no
                place.meter.save()

    def run(self, *arguments: object) -> str:
        out = StringIO()
        call_command("import_readings", *map(str, arguments), stdout=out, stderr=StringIO())
        return out.getvalue()

    def test_imports_the_example_of_the_documentation_and_then_finds_nothing_to_do(
        self, example: None, finance: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(timezone, "now", lambda: MORNING)
        self.run(EXAMPLE, "--dry-run")
        assert not Reading.objects.exists()

        self.run(EXAMPLE, "--by", finance.number)
        self.run(EXAMPLE)

        second, first = AuditEntry.objects.filter(action="import_readings").values_list("details", flat=True)
        assert (first["added"], first["odd"]) == (6, {"ESTIMATE": 1, "SELF_REPORTED": 1})
        assert second["unchanged"] == 6

    def test_reports_every_bad_row_in_a_file(self, tmp_path: Path, account: Account) -> None:
        path, report = file_of(tmp_path, [row("x"), row(), row("1")]), tmp_path / "report.csv"

        with pytest.raises(CommandError):
            self.run(path, "--report", report)

        with report.open(encoding="utf-8-sig", newline="") as file:
            assert [line[:2] for line in csv.reader(file)][1:] == [["2", "读数"], ["4", ""]]

    @pytest.mark.parametrize("text", ["hello", "户号,姓名\n1,2\n", "户号,表号,抄表员\n1,2,3\n", ""])
    def test_says_in_one_sentence_what_is_no_file_of_readings(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "readings.csv"
        path.write_text(text, encoding="utf-8")

        with pytest.raises(CommandError):
            self.run(path)

    def test_asks_who_answers_for_it(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="nobody"):
            self.run(tmp_path / "readings.csv", "--by", "nobody")
