import pytest

from accounts.door import door_key
from accounts.pinyin import initials
from accounts.search_terms import LONGEST_TEXT, parse_terms


def ways(text: str) -> list[tuple[tuple[str, ...], str]]:
    return [(way.keys, way.number) for way in parse_terms(text).ways]


def pieces(text: str) -> list[str]:
    return [piece.text for piece in parse_terms(text).pieces]


class TestParseTerms:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("王", [(("^王",), "")]),
            ("王淑英", [(("王淑", "淑英"), "")]),
            ("1234", [(("*1234",), ""), (("#1234",), ""), (("@1234",), "")]),
            ("12", [(("#12",), ""), (("@12",), "")]),
            ("010017", [((), "010017")]),
            ("0100172364", [((), "0100172364"), (("*0100172364",), "")]),
            ("13800001234", [((), "13800001234"), (("*13800001234",), "")]),
            ("+8613800001234", [((), "13800001234"), (("*13800001234",), "")]),
            ("024-31234567", [((), "02431234567"), (("*02431234567",), "")]),
            ("ygjy", [(("~ygjy",), ""), (("yg", "gj", "jy"), "")]),
            ("5-2-301", [(("#5-2-301",), "")]),
            ("5-301", [(("#5-301",), ""), (("#5", "@301"), "")]),
            ("-101", [(("@b101",), "")]),
            ("1号门市", [(("@门市1",), "")]),
            ("曙光小区8栋", [(("曙光", "光小", "小区", "#8"), ""), (("曙光", "#8"), "")]),
            ("王 阳光 5-2-301", [(("^王", "阳光", "#5-2-301"), "")]),
            ("5-2-301 阳光 王", [(("#5-2-301", "阳光", "^王"), "")]),
            ("0100172364 王", [(("^王",), "0100172364"), (("*0100172364", "^王"), "")]),
            ("2单元", []),
        ],
    )
    def test_cuts_the_keys_of_the_index(self, text: str, expected: list[tuple[tuple[str, ...], str]]) -> None:
        assert ways(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "5-2-301",
            "5#2-301",
            "5栋2单元301",
            "5栋2单元301室",
            "5号楼2单元301",
            "5幢2单元301室",
            "5号2单元301",
            "五号楼二单元301室",
            "5号楼 2单元 301",
            "5 2 301",
            "5—2—301",
            "５－２－３０１",
            "05-02-0301",
        ],
    )
    def test_knows_one_door_however_it_is_written(self, text: str) -> None:
        assert ways(text) == [(("#5-2-301",), "")]

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("NC:0100172364", "0100172364"),
            ("nc:0100172364\r\n", "0100172364"),
            ("ＮＣ：０１００１７２３６４", "0100172364"),
            ("NC:hg01", "HG01"),
        ],
    )
    def test_reads_a_scan_as_one_number_and_nothing_else(self, text: str, number: str) -> None:
        terms = parse_terms(text)

        assert (terms.scanned, terms.ways) == (number, ())

    @pytest.mark.parametrize("text", ["0100 1723 64", "138 0000 1234"])
    def test_joins_a_number_that_is_read_aloud_in_groups(self, text: str) -> None:
        assert ways(text)[0] == ((), text.replace(" ", ""))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("王淑\x00英", ["王淑英"]),
            ("\u202e王淑\u200b英\u2066", ["王淑英"]),
            ('"王淑英"', ["王淑英"]),
            ("王'; DROP TABLE--", ["王", "drop", "table"]),
            ("阿依古丽·买买提", ["阿依古丽买买提"]),
            ("阿依古丽.买买提", ["阿依古丽", "买买提"]),
            ("沈阳市文化路128号阳光家园5号楼2单元301室", ["沈阳市文化路128号", "阳光家园", "5-2-301"]),
            ("路桥5#", ["路桥", "5"]),
            ("风华小区三公寓", ["风华小区", "3"]),
            ("国际公馆2期 A座1201", ["国际公馆", "2期", "a-1201"]),
            ("第三中学", ["第三中学"]),
            ("𠮷野䶮", ["𠮷野䶮"]),
        ],
    )
    def test_takes_text_apart_where_a_reader_would(self, text: str, expected: list[str]) -> None:
        assert pieces(text) == expected

    @pytest.mark.parametrize("text", ["", "  ", "\x00", "\ud800", "%", "😀", "''", "-", "\u202e", "NC:"])
    def test_finds_nothing_in_what_means_nothing(self, text: str) -> None:
        terms = parse_terms(text)

        assert (terms.ways, terms.scanned) == ((), "")

    def test_bounds_the_work_whatever_is_pasted(self) -> None:
        terms = parse_terms(" ".join(["1 22 333 4444"] * 10_000))

        assert len(terms.ways) <= 14
        assert sum(len(piece.text) for piece in terms.pieces) <= LONGEST_TEXT


class TestDoorKey:
    @pytest.mark.parametrize(
        ("parts", "key"),
        [
            (("5", "2", "301"), "5-2-301"),
            (("五号楼", "二单元", "0301室"), "5-2-301"),
            (("十二栋", "", "3A01"), "12-3a01"),
            (("5#", "2", "-101"), "5-2-b101"),
            (("", "", "地下101"), "b101"),
            (("", "", "1号门市"), "门市1"),
            (("", "", "门市01号"), "门市1"),
            (("", "", ""), ""),
        ],
    )
    def test_has_one_form(self, parts: tuple[str, str, str], key: str) -> None:
        assert door_key(*parts) == key

    def test_is_never_longer_than_the_column(self) -> None:
        assert len(door_key("㍿" * 20, "㍿" * 20, "1")) == 64


class TestInitials:
    @pytest.mark.parametrize(
        ("text", "letters"),
        [
            ("阳光家园", "ygjy"),
            ("欧阳娜娜", "oynn"),
            ("曾伟", "zw"),
            ("单雄信", "sxx"),
            ("单位", "dw"),
            ("解放里", "jfl"),
            ("阿依古丽·买买提", "ayglmmt"),
            ("ＳＯＨＯ现代城2期", "sohoxdc2q"),
            ("䶮㛃", "yj"),
        ],
    )
    def test_are_those_a_reader_would_type(self, text: str, letters: str) -> None:
        assert initials(text) == letters

    def test_are_never_more_than_the_column_holds(self) -> None:
        assert len(initials("㍿" * 60)) == 60
