import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, AuditEntry
from tests.accounts.files import csv_file, row
from tests.factories.accounts import make_branch, make_district

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "accounts.csv"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _districts() -> None:
    branch = make_branch(code="HP")
    for code in ("HP-01", "HP-02"):
        make_district(branch=branch, code=code, name=code)


def run(*arguments: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_accounts", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


class TestImportAccounts:
    def test_imports_the_example_of_the_documentation_and_then_finds_nothing_to_do(self) -> None:
        run(EXAMPLE)
        run(EXAMPLE)

        assert Account.objects.count() == 7
        second, first = AuditEntry.objects.values_list("details", flat=True)
        assert (first["added"], second["unchanged"]) == (7, 7)

    def test_writes_nothing_in_a_dry_run(self) -> None:
        run(EXAMPLE, "--dry-run")

        assert not Account.objects.exists()

    def test_reports_every_bad_row_on_screen_and_in_a_file(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path, [row(1, 服务="煤炭"), row(2), row(3, 片区="XX-99", 电话="1")])
        report, err = tmp_path / "report.csv", StringIO()

        with pytest.raises(CommandError):
            call_command("import_accounts", str(path), "--report", str(report), stdout=StringIO(), stderr=err)

        with report.open(encoding="utf-8-sig", newline="") as file:
            assert [line[:2] for line in csv.reader(file)][1:] == [["2", "服务"], ["4", "电话"]]
        assert len(err.getvalue().splitlines()) == 2
        assert not Account.objects.exists()

    def test_says_in_one_sentence_what_is_no_roster(self, tmp_path: Path) -> None:
        path = tmp_path / "roster.csv"
        path.write_text("hello")

        with pytest.raises(CommandError):
            run(path)
