import datetime
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.roster.address import split_address
from accounts.roster.cells import CellRefused
from accounts.roster.problems import Problem
from accounts.roster.reading import read_roster
from accounts.roster.row import RosterRow
from accounts.sheets import SheetRefused
from tests.accounts.files import OPENED, PLAIN, csv_file, csv_text, row, xlsx_file


def entries(path: Path) -> list[RosterRow | Problem]:
    return list(read_roster(path).entries)


def only_row(path: Path) -> RosterRow:
    (entry,) = entries(path)
    assert isinstance(entry, RosterRow), entry
    return entry


def problems(path: Path) -> list[tuple[int, str, str]]:
    return [(entry.row, entry.column, entry.code) for entry in entries(path) if isinstance(entry, Problem)]


def refusal(path: Path) -> str | None:
    with pytest.raises(SheetRefused) as refused:
        entries(path)
    return refused.value.code


class TestReadRoster:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_reads_every_encoding_with_rare_characters(self, encoding: str, tmp_path: Path) -> None:
        path = csv_file(tmp_path, [row(户名="䶮㛃𬱖𠮷")], encoding)

        assert only_row(path).name == "䶮㛃𬱖𠮷"

    def test_reads_csv_and_xlsx_alike(self, tmp_path: Path) -> None:
        rows = [row(1), row(2, 户名="阿依古丽·买买提")]

        assert entries(csv_file(tmp_path, rows)) == entries(xlsx_file(tmp_path, rows))

    def test_reads_every_column(self, tmp_path: Path) -> None:
        cells = row(
            旧户号="hg00017236",
            用户类型="个人",
            证件号="21010219500307000x",
            电话="138 0000 1234/024-31230000;13800001234",
            性质="居民",
            街道="文化路128号",
            营业部="HP",
            建筑面积="89.60",
            套内面积="71.2",
            收费面积="89.6",
            人口="3",
            合表户数="96",
            低保证号="DB-1",
            低保有效期="2027-06-30",
            销户日期="2025-01-31",
            状态="销户",
        )

        read = only_row(csv_file(tmp_path, [cells]))

        assert (read.old_account_no, read.kind, read.id_number) == (
            "HG00017236",
            "PERSON",
            "21010219500307000X",
        )
        assert read.phones == ("13800001234", "024-31230000")
        assert (read.service, read.category, read.state, read.branch) == ("HEAT", "RESIDENT", "CLOSED", "HP")
        assert read.address == ("文化路128号", "阳光家园", "5", "2", "301")
        assert (read.building_area, read.inner_area) == (Decimal("89.60"), Decimal("71.2"))
        assert (read.billed_area, read.persons, read.shared_households) == (Decimal("89.6"), 3, 96)
        assert (read.low_income_no, read.low_income_until) == ("DB-1", datetime.date(2027, 6, 30))
        assert (read.opened_on, read.closed_on) == (OPENED, datetime.date(2025, 1, 31))

    def test_reads_english_headings_and_codes(self, tmp_path: Path) -> None:
        path = tmp_path / "roster.csv"
        path.write_text(
            "Account number,Customer,Service,Address,District code,Opened on,Category of use\n"
            "0100172364,Alice Smith,HEAT,阳光家园5-2-301,HP-01,2008-09-01,resident_shared\n"
        )

        read = only_row(path)

        assert (read.name, read.service, read.category) == ("Alice Smith", "HEAT", "RESIDENT_SHARED")

    def test_counts_rows_as_the_reader_of_the_file_does(self, tmp_path: Path) -> None:
        path = tmp_path / "roster.csv"
        lines = csv_text([row(1), row(2, 服务="煤炭"), row(3)]).splitlines()
        path.write_text("\n".join(["某公司用户名册,,,,,,,,", lines[0], lines[1], ",,,,,,,,", *lines[2:]]))

        assert [entry.row for entry in entries(path) if isinstance(entry, Problem)] == [5]
        assert [entry.number for entry in entries(path) if isinstance(entry, RosterRow)] == [3, 6]

    def test_names_the_columns_it_does_not_read(self, tmp_path: Path) -> None:
        assert read_roster(csv_file(tmp_path, [row(预存余额="12.00")])).ignored == ["预存余额"]

    @pytest.mark.parametrize(
        "text",
        ["2008-09-01", "2008/9/1", "2008.9.1", "2008年9月1日", "20080901", "39692", "2008-09-01 00:00:00"],
    )
    def test_reads_dates_as_people_and_spreadsheets_write_them(self, text: str, tmp_path: Path) -> None:
        assert only_row(csv_file(tmp_path, [row(开户日期=text)])).opened_on == OPENED

    @pytest.mark.parametrize(
        "value",
        [OPENED, datetime.datetime(2008, 9, 1), 39692, 39692.0, "2008-09-01"],  # noqa: DTZ001
    )
    def test_reads_the_dates_of_a_workbook(self, value: Any, tmp_path: Path) -> None:
        assert only_row(xlsx_file(tmp_path, [row(开户日期=value)])).opened_on == OPENED

    def test_reads_the_numbers_of_a_workbook(self, tmp_path: Path) -> None:
        cells = row(户号=1100172364, 建筑面积=89.59999999999999, 人口=3.0, 电话=13800001234)

        read = only_row(xlsx_file(tmp_path, [cells]))

        assert (read.account_no, read.building_area, read.persons) == ("1100172364", Decimal("89.6"), 3)
        assert read.phones == ("13800001234",)

    @pytest.mark.parametrize(
        ("column", "cell", "code"),
        [
            ("户号", "6.22848E+18", "rounded"),
            ("户号", "100172364.0", "rounded"),
            ("户号", "12345", "account_no"),
            ("户号", "0100-172364", "account_no"),
            ("户号", "", "empty"),
            ("旧户号", "0100172301", "same_number"),
            ("户名", "王\u202e淑英", "invisible"),
            ("户名", "王\u200b淑英", "invisible"),
            ("户名", "王\x00淑英", "invisible"),
            ("户名", "王" * 101, "too_long"),
            ("户名", "", "empty"),
            ("电话", "31230000", "phone"),
            ("电话", "13800001234/123", "phone"),
            ("证件号", "二一〇", "id_number"),
            ("统一社会信用代码", "123", "unified_code"),
            ("服务", "煤炭", "unknown_word"),
            ("性质", "神秘", "unknown_word"),
            ("状态", "迷路", "unknown_word"),
            ("小区", "", "empty"),
            ("建筑面积", "89.605", "area"),
            ("建筑面积", "0", "area"),
            ("建筑面积", "-1", "area"),
            ("建筑面积", "NaN", "area"),
            ("建筑面积", "1e5", "area"),
            ("人口", "0", "count"),
            ("人口", "1.5", "count"),
            ("开户日期", "2008-02-30", "date"),
            ("开户日期", "昨天", "date"),
            ("销户日期", "2020-01-01", "not_closed"),
            ("状态", "销户", "closed_when"),
        ],
    )
    def test_refuses_a_cell_and_says_where(self, column: str, cell: str, code: str, tmp_path: Path) -> None:
        path = csv_file(tmp_path, [row(1, **{column: cell}), row(2)])

        assert problems(path) == [(2, column, code)]

    def test_tells_everything_that_is_wrong_with_a_row(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path, [row(户号="1", 服务="煤炭", 开户日期="", 电话="1")])

        assert [code for _row, _column, code in problems(path)] == [
            "account_no",
            "unknown_word",
            "empty",
            "phone",
        ]

    def test_notices_the_rows_that_a_stray_quotation_mark_swallows(self, tmp_path: Path) -> None:
        lines = csv_text([row(number) for number in range(1, 6)]).splitlines()
        lines[2] = lines[2].replace("王淑英", '"王淑英')
        for mark in ("", '"'):
            path = tmp_path / "roster.csv"
            path.write_text("\n".join([*lines[:4], lines[4].replace("王淑英", f"{mark}王淑英"), lines[5]]))
            found = entries(path)

            assert "row" in {entry.code for entry in found if isinstance(entry, Problem)}, mark
            assert 3 in {entry.row for entry in found if isinstance(entry, Problem)}, mark

    def test_refuses_a_row_with_a_cell_too_many_or_too_few(self, tmp_path: Path) -> None:
        lines = csv_text([row(1), row(2), row(3)]).splitlines()
        path = tmp_path / "roster.csv"
        path.write_text("\n".join([lines[0], lines[1] + ",more", lines[2].rsplit(",", 1)[0], lines[3]]))

        assert problems(path) == [(2, "", "row"), (3, "", "row")]

    def test_refuses_an_endless_cell(self, tmp_path: Path) -> None:
        path = csv_file(tmp_path, [row(1, 户名="王" * 140_000), row(2, 户名="王" * 1001), row(3)])

        assert problems(path) == [(2, "", "row"), (3, "", "row")]

    def test_takes_an_address_in_one_piece(self, tmp_path: Path) -> None:
        cells = {name: cell for name, cell in PLAIN.items() if name not in {"小区", "楼", "单元", "室"}}
        path = csv_file(tmp_path, [{**cells, "地址": "文化路128号阳光家园5号楼2单元301室"}])

        assert only_row(path).address == ("文化路128号", "阳光家园", "5", "2", "301")


class TestSplitAddress:
    @pytest.mark.parametrize(
        ("text", "address"),
        [
            (
                "沈阳市沈河区文化路128号阳光家园小区5号楼2单元301室",
                ("沈阳市沈河区文化路128号", "阳光家园小区", "5", "2", "301"),
            ),
            ("路桥5#", ("", "路桥", "5", "", "")),
            ("曙光小区8栋", ("", "曙光小区", "8", "", "")),
            ("风华小区三公寓", ("", "风华小区", "三公寓", "", "")),
            ("水源胡同小区3号楼1单元101", ("", "水源胡同小区", "3", "1", "101")),
            ("佳木斯市第三中学", ("", "佳木斯市第三中学", "", "", "")),
            ("水源胡同1号门市", ("", "水源胡同", "", "", "1号门市")),
            ("阳光家园A座1201", ("", "阳光家园", "A座", "", "1201")),
            ("阳光家园5号楼2单元-101", ("", "阳光家园", "5", "2", "-101")),
            ("阳光家园5号楼-2单元-301室", ("", "阳光家园", "5", "2", "301")),
            ("阳光家园５－２－３０１", ("", "阳光家园", "5", "2", "301")),
        ],
    )
    def test_keeps_every_part(self, text: str, address: tuple[str, ...]) -> None:
        assert split_address(text) == address

    @pytest.mark.parametrize(
        "text", ["阳" * 61, "路" * 121 + "1号阳光家园", "㍿" * 20, "阳光家园1单元" + "1" * 20 + "a号门市"]
    )
    def test_refuses_a_part_that_the_books_cannot_hold(self, text: str) -> None:
        with pytest.raises(CellRefused) as refusal:
            split_address(text)

        assert refusal.value.code == "too_long"


class TestRefusedFiles:
    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b"", "empty"),
            (b"\xef\xbb\xbf \r\n", "empty"),
            (b"\xff\xfe\x00", "encoding"),
            (b"\x80\x81", "encoding"),
            (b"hello", "no_headings"),
            ("户号,户名,片区\n".encode(), "missing_heading"),
            (b"\xd0\xcf\x11\xe0 old", "old_excel"),
            (b"PK\x03\x04 but no parcel", "broken"),
        ],
    )
    def test_say_what_they_are(self, raw: bytes, code: str, tmp_path: Path) -> None:
        path = tmp_path / "roster.csv"
        path.write_bytes(raw)

        assert refusal(path) == code

    def test_may_be_missing(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "nowhere.csv") == "unreadable"

    def test_name_the_headings_they_lack(self, tmp_path: Path) -> None:
        cells = {name: cell for name, cell in PLAIN.items() if name not in {"片区", "小区"}}

        with pytest.raises(SheetRefused) as refused:
            read_roster(csv_file(tmp_path, [cells]))

        assert refused.value.params == {"names": "片区, 地址"}

    def test_with_cells_merged_among_the_rows(self, tmp_path: Path) -> None:
        assert refusal(xlsx_file(tmp_path, [row(1), row(2)], merged=["D2:D3"])) == "merged"

    def test_with_two_sheets_of_data(self, tmp_path: Path) -> None:
        assert refusal(xlsx_file(tmp_path, [row()], sheets={"旧表": False})) == "several_sheets"

    def test_that_unpack_to_too_much(self, tmp_path: Path) -> None:
        path = xlsx_file(tmp_path, [row()])
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parcel:
            parcel.writestr("xl/media/zeros.bin", bytes(201 * 1024 * 1024))

        assert path.stat().st_size < 1_000_000
        assert refusal(path) == "too_large"

    @pytest.mark.parametrize("name", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml"])
    def test_with_macros_or_links(self, name: str, tmp_path: Path) -> None:
        path = xlsx_file(tmp_path, [row()])
        with zipfile.ZipFile(path, "a") as parcel:
            parcel.writestr(name, b"x")

        assert refusal(path) == "active_content"

    def test_with_entities_that_explode(self, tmp_path: Path) -> None:
        path, bomb = xlsx_file(tmp_path, [row()]), tmp_path / "bomb.xlsx"
        declaration = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        with zipfile.ZipFile(path) as parcel, zipfile.ZipFile(bomb, "w") as changed:
            for entry in parcel.infolist():
                content = parcel.read(entry)
                if entry.filename == "xl/worksheets/sheet1.xml":
                    content = declaration + content
                changed.writestr(entry, content)

        assert refusal(bomb) == "broken"


class TestWorkbooks:
    def test_may_have_a_merged_title_and_a_hidden_sheet(self, tmp_path: Path) -> None:
        path = xlsx_file(tmp_path, [row()], above=["某公司用户名册"], merged=["A1:I1"], sheets={"码表": True})

        assert only_row(path).number == 3

    @pytest.mark.parametrize(("cell", "code"), [("=1+1", "row"), ("#N/A", "row")])
    def test_are_not_believed_where_they_calculate(self, cell: str, code: str, tmp_path: Path) -> None:
        assert problems(xlsx_file(tmp_path, [row(1, 户名=cell), row(2)])) == [(2, "", code)]

    @pytest.mark.parametrize("number", [6228480000000000000, 6.22848e18])
    def test_are_not_believed_where_they_have_rounded(self, number: float, tmp_path: Path) -> None:
        assert problems(xlsx_file(tmp_path, [row(1, 户号=number)])) == [(2, "户号", "rounded")]

    def test_are_read_to_the_end_whatever_they_say_of_their_size(self, tmp_path: Path) -> None:
        path, other = xlsx_file(tmp_path, [row(1), row(2)]), tmp_path / "other.xlsx"
        cells = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row(3).values())
        with zipfile.ZipFile(path) as parcel, zipfile.ZipFile(other, "w") as changed:
            for entry in parcel.infolist():
                content = parcel.read(entry).decode() if entry.filename.endswith(".xml") else None
                if entry.filename == "xl/worksheets/sheet1.xml":
                    assert content is not None
                    content = content.replace("A1:I3", "A1:I2").replace(
                        "</sheetData>", f"<row>{cells}</row></sheetData>"
                    )
                changed.writestr(entry, content if content is not None else parcel.read(entry))

        assert [entry.number for entry in entries(other) if isinstance(entry, RosterRow)] == [2, 3, 4]
