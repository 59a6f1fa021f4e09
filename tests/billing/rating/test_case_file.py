import copy
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.rating import CaseRefused
from billing.rating.case_file import quote_cases
from tests.billing.rating.published import FILES, FOLDER, case, cases_of

CASES = [one for name in FILES for one in cases_of(name)]
P01 = case("P01")
P08A = case("P08a")
JUNK = st.sampled_from(
    [None, True, 1.5, -1, 0, 10**30, "", "NaN", "-1", "1e5", "１", "0", "9" * 15, "lower_of", "2025-02-30", "2999-12-31", [], {}, ["1"], {"a": "b"}]
)  # fmt: skip


def quote(*cases: Any) -> dict[str, Any]:
    return quote_cases(json.dumps({"cases": cases}))


def changed(original: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The case with one place changed: "inputs.0.read_date"."""
    found = copy.deepcopy(original)
    at: Any = found
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        at = at[step]
    at[last] = value
    return found


def places(json_value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(json_value, dict | list):
        steps = json_value if isinstance(json_value, dict) else range(len(json_value))
        for step in steps:
            yield from places(json_value[step], (*path, step))


class TestCaseFile:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "not_json"),
            ("{", "not_json"),
            ("[]", "not_an_object"),
            ("{}", "missing"),
            ('{"cases": {}}', "not_a_list"),
            ('{"cases": [1]}', "not_an_object"),
            ('{"cases": [{}]}', "missing"),
            ('{"cases": [{"id": "A", "id": "B"}]}', "duplicate"),
            ('{"cases": [{"id": "A", "price": NaN}]}', "not_json"),
            ('{"cases": [{"id": "A", "price": ' + "9" * 5000 + "}]}", "not_json"),
            ("[" * 100_000, "not_json"),
            (json.dumps({"cases": [P01, P01]}), "duplicate"),
        ],
    )
    def test_is_refused_with_a_code(self, text: str, code: str) -> None:
        with pytest.raises(CaseRefused) as refusal:
            quote_cases(text)

        assert refusal.value.code == code

    @pytest.mark.parametrize(
        ("bad", "cause"),
        [
            (changed(P01, "kind", "magic"), "unknown_rule"),
            (changed(P01, "tariff", None), "missing"),
            (changed(P01, "tariff.rules.price_change", "by_moon"), "unknown_rule"),
            (changed(P01, "account.category", "special"), "no_category"),
            (changed(P01, "inputs.0.read_date", "2025-02-30"), "not_a_date"),
            (changed(P01, "inputs.0.read_date", "2001-01-01"), "no_version"),
            (changed(P01, "inputs.0.segments.0.to", "999"), "reading_fell"),
            (changed(P01, "inputs.0.segments.0.to", 1040.5), "not_a_number"),
            (changed(P01, "inputs.0.segments", []), "missing"),
            (changed(P01, "inputs.1.bill_no", 1), "duplicate"),
            (changed(P01, "inputs.0.months", 0), "months"),
            (changed(P08A, "inputs.3.reverses", 9), "unknown_bill"),
            (
                changed(P08A, "inputs.4", {"bill_no": 5, "date": "2025-11-03", "reverses": 3}),
                "already_reversed",
            ),
            (
                changed(P08A, "inputs.4", {"bill_no": 5, "date": "2025-11-03", "reverses": 4}),
                "already_reversed",
            ),
            (changed(case("P13"), "account.proration.months", 13), "out_of_range"),
            (changed(case("P29a"), "inputs.0.principal", "-1"), "negative"),
            (changed(case("P26"), "inputs.0.event", "explode"), "unknown_rule"),
        ],
    )
    def test_names_the_case_that_is_wrong(self, bad: dict[str, Any], cause: str) -> None:
        good = changed(P01, "id", "GOOD")

        with pytest.raises(CaseRefused) as refusal:
            quote(good, bad)

        assert (refusal.value.params["id"], refusal.value.params["cause"]) == (bad["id"], cause)
        assert str(refusal.value).startswith(f"Case {bad['id']}: ")

    @settings(deadline=None, max_examples=200)
    @given(st.data())
    def test_is_quoted_or_refused_whatever_it_holds(self, data: st.DataObject) -> None:
        broken: Any = copy.deepcopy(data.draw(st.sampled_from(CASES)))
        broken.pop("expected")
        path = data.draw(st.sampled_from(list(places(broken))[1:]))
        at = broken
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = data.draw(JUNK)

        try:
            (answer,) = quote(broken)["cases"]
        except CaseRefused:
            return
        assert answer["id"] == broken["id"]


class TestSameForm:
    """What the published cases do not hold, but the form allows."""

    def test_a_replaced_time_of_use_meter(self) -> None:
        tou = changed(
            case("P15c"), "inputs.0.registers.peak", [{"from": "0", "to": "100"}, {"from": "20", "to": "100"}]
        )

        assert quote(tou)["cases"][0]["bills"] == case("P15c")["expected"]["bills"]

    def test_readings_with_a_multiplier(self) -> None:
        large = changed(
            P01,
            "inputs",
            [{"read_date": "2025-01-31", "segments": [{"from": "10", "to": "11", "multiplier": "40"}]}],
        )

        [bill] = quote(large)["cases"][0]["bills"]

        assert (bill["bill_no"], bill["quantity"]) == (1, "40")

    @pytest.mark.parametrize(
        ("more", "old"),
        [({"previous_read_date": "2010-08-16"}, ["23", "23"]), ({}, ["36", "36"]), ({"months": 1}, [])],
    )
    def test_days_counted_from_the_previous_reading(self, more: dict[str, Any], old: list[str]) -> None:
        by_days = changed(case("P06"), "tariff.rules", {"price_change": "by_days"})
        reading = {"read_date": "2010-09-30", "months": 2, "segments": [{"from": "0", "to": "70"}]}
        by_days["inputs"] = [reading | more]

        lines = quote(by_days)["cases"][0]["bills"][0]["lines"]

        # 15 of 45 days; or two months back from 30 September, 31 of 61; or none of one month.
        assert [line["quantity"] for line in lines if line.get("price_version") == "2000-01-01"] == old

    def test_a_reading_that_only_says_it_spans_the_change(self) -> None:
        spans = copy.deepcopy(case("P06"))
        del spans["inputs"][0]["old_date"]

        assert quote(spans)["cases"][0]["bills"] == case("P06")["expected"]["bills"]

    def test_a_second_late_payment(self) -> None:
        late = copy.deepcopy(case("P29a"))
        late["inputs"].append({**late["inputs"][0], "paid_on": "2025-10-26"})

        found = quote(late)["cases"][0]

        assert [bill["days"] for bill in found["bills"]] == [36, 1]
        assert "days" not in found

    def test_late_payment_in_parts_and_with_held_days(self) -> None:
        late = changed(case("P29d"), "inputs.0.paid_on", "2025-02-10")
        late["inputs"][0] |= {
            "part_payments": [{"date": "2025-02-05", "amount": "60.00"}],
            "holds": [{"from": "2025-02-09", "to": "2025-02-09"}],
        }

        found = quote(late)["cases"][0]

        assert (found["days"], found["penalty"]) == (9, "3.30")
        assert [segment.get("base") for segment in found["segments"]] == [None, "40.00", "40.00"]

    def test_late_payment_after_a_notice(self) -> None:
        late = copy.deepcopy(case("P29d"))
        late["inputs"] = [{"principal": "100.00", "notified_on": "2025-01-16", "paid_on": "2025-02-01"}]

        assert quote(late)["cases"][0]["days"] == 1


class TestQuoteCommand:
    """The test has no database: pytest-django fails it on the first query."""

    def quote(self, path: Path, *flags: str) -> dict[str, Any]:
        out = io.StringIO()
        call_command("quote", str(path), *flags, stdout=out)
        found: dict[str, Any] = json.loads(out.getvalue())
        return found

    @pytest.mark.parametrize("name", FILES)
    def test_prints_one_json_object(self, name: str) -> None:
        found = self.quote(FOLDER / f"{name}.json")

        assert [one["id"] for one in found["cases"]] == [one["id"] for one in cases_of(name)]

    def test_explains_on_request(self) -> None:
        found = self.quote(FOLDER / "metered.json", "--explain")

        assert found["cases"][0]["bills"][3]["lines"][1]["sentence_zh"] == "第二阶梯 15 立方米 × 4.07 元"

    def test_reads_a_file_saved_on_windows(self, tmp_path: Path) -> None:
        path = tmp_path / "cases.json"
        path.write_text(json.dumps({"cases": [P01]}), encoding="utf-8-sig")

        assert len(self.quote(path)["cases"]) == 1

    @pytest.mark.parametrize(
        "content", [b"\xff\xfe", b"{", b"", b'{"cases": [{"id": "X", "kind": "metered"}]}']
    )
    def test_refuses_a_bad_file_in_one_sentence(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "cases.json"
        path.write_bytes(content)

        with pytest.raises(CommandError) as refusal:
            self.quote(path)

        assert refusal.value.returncode == 1
        assert str(path) in str(refusal.value)
        assert "\n" not in str(refusal.value)

    @pytest.mark.parametrize("name", ["missing.json", "."])
    def test_refuses_what_is_no_file(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(CommandError):
            self.quote(tmp_path / name)
