import copy
import datetime
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from accounts.models import AuditEntry, Staff
from billing.models import Bill, Tariff, TariffVersion
from billing.rating import Facts, Usage, compile_tariff
from billing.services.bill_run import run_billing
from billing.services.business_days import close_business_day
from billing.services.tariff_import import TariffImportRefused, check_tariffs, import_tariffs
from billing.services.tariffs import approve_tariff_version
from billing.tariff_file.reading import TariffFileRefused, read_tariff_file, read_tariffs
from tests.billing.metering import make_tariff, make_water_account
from tests.counters.meeting import at_once, make_them_meet, remove
from tests.counters.rows import all_rows, broken_invariants
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "tariffs.json"
CASES = ROOT / "tests" / "data" / "tariff_cases"

WATER: dict[str, Any] = {
    "code": "W1",
    "name": "水价",
    "service": "WATER",
    "kind": "metered",
    "unit": "m3",
    "versions": [
        {
            "effective_from": "2027-01-01",
            "categories": {
                "resident": {
                    "tier_period": "calendar_year",
                    "tier_upto": ["180", "260"],
                    "components": [
                        {"code": "supply", "unit_price": ["2.07", "4.07", "6.07"]},
                        {"code": "sewage", "unit_price": "1.36"},
                    ],
                }
            },
        }
    ],
}
HEAT: dict[str, Any] = {
    "code": "H1",
    "name": "热价",
    "service": "HEAT",
    "kind": "heating_area",
    "season": {"from": "11-01", "to": "03-31"},
    "versions": [{"effective_from": "2027-11-01", "categories": {"resident": {"area_price": "26"}}}],
}
FEES: dict[str, Any] = {
    "code": "F1",
    "name": "管网建设费",
    "service": "HEAT",
    "kind": "one_off",
    "effective_from": "2027-01-01",
    "fees": {"new": [{"component": "network_construction", "measure": "area", "unit_price": "52"}]},
}
RESIDENT = "versions[0].categories.resident"


@pytest.fixture
def finance() -> Staff:
    return make_staff(role="finance")


def changed(tariff: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The tariff with another value at a place such as "versions.0.effective_from"."""
    tariff = copy.deepcopy(tariff)
    target: Any = tariff
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in way:
        target = target[step]
    target[last] = value
    return tariff


def take(*tariffs: dict[str, Any], made_by: Staff, submit: bool = False) -> Any:
    text = json.dumps({"tariffs": tariffs})
    return import_tariffs(read_tariffs(text), made_by=made_by, submit=submit, at=MORNING)


def faults(*tariffs: Any) -> list[tuple[str, str, str]]:
    """What a file of these tariffs is refused for: tariff, field, code."""
    with pytest.raises(TariffImportRefused) as refusal:
        check_tariffs(read_tariffs(json.dumps({"tariffs": tariffs})))
    assert all(problem.sentence and "%(" not in problem.sentence for problem in refusal.value.problems)
    return [(problem.tariff, problem.field, problem.code) for problem in refusal.value.problems]


class TestImport:
    def test_writes_drafts_that_price_nothing_yet(self, finance: Staff) -> None:
        outcome = take(WATER, HEAT, FEES, made_by=finance)

        assert outcome == (3, 3, 0, 0)
        assert [version.is_draft for version in TariffVersion.objects.all()] == [True] * 3
        water = Tariff.objects.get(code="W1")
        assert (water.rules, water.kind, water.service) == ({"unit": "m3"}, "metered", "WATER")
        assert water.versions.get().made_by == finance

    def test_can_ask_for_approval_as_well(self, finance: Staff) -> None:
        take(WATER, made_by=finance, submit=True)

        assert TariffVersion.objects.get().is_waiting

    def test_of_the_same_file_again_changes_nothing(self, finance: Staff) -> None:
        take(WATER, HEAT, FEES, made_by=finance, submit=True)
        for version in TariffVersion.objects.all():
            approve_tariff_version(version, approved_by=make_staff(role="manager"), at=MORNING)
        close_business_day(datetime.date(2026, 11, 20), closed_by=finance, at=MORNING)
        before = all_rows()

        assert take(WATER, HEAT, FEES, made_by=finance, submit=True) == (0, 0, 0, 3)
        assert all_rows() == before

    def test_writes_a_changed_draft_anew(self, finance: Staff) -> None:
        take(WATER, made_by=make_staff(role="finance"))

        outcome = take(
            changed(WATER, "versions.0.categories.resident.components.1.unit_price", "1.37"), made_by=finance
        )

        assert outcome == (0, 0, 1, 0)
        assert TariffVersion.objects.get().made_by == finance

    def test_adds_a_new_version_to_a_tariff_that_is_in_force(self, finance: Staff) -> None:
        take(WATER, made_by=finance, submit=True)
        approve_tariff_version(
            TariffVersion.objects.get(), approved_by=make_staff(role="manager"), at=MORNING
        )
        both = changed(
            WATER, "versions", [*WATER["versions"], {**WATER["versions"][0], "effective_from": "2028-01-01"}]
        )

        assert take(both, made_by=finance) == (0, 1, 0, 1)

    def test_leaves_one_line_in_the_trail(self, finance: Staff) -> None:
        take(WATER, HEAT, made_by=finance)

        entry = AuditEntry.objects.get(action="import_tariffs")
        assert entry.actor == finance
        assert (entry.details["tariffs"], entry.details["added"]) == (2, 2)

    def test_reads_a_tariff_without_versions_as_one_version(self, finance: Staff) -> None:
        flat = {key: value for key, value in WATER.items() if key != "versions"}
        take({**flat, **WATER["versions"][0]}, made_by=finance)

        version = TariffVersion.objects.get()
        assert version.effective_from == datetime.date(2027, 1, 1)
        assert version.prices == {"categories": WATER["versions"][0]["categories"]}
        assert version.tariff.rules == {"unit": "m3"}

    def test_reads_the_tariff_of_every_worked_case(self) -> None:
        for file in ("metered", "heating", "one_off", "one_off_price_list"):
            for case in json.loads((CASES / f"{file}.json").read_text("utf-8"))["cases"]:
                tariff = {**case["tariff"], "utility": "water"}
                if "versions" not in tariff:
                    tariff["effective_from"] = "2027-01-01"
                one = {**case, "tariff": tariff, "utility": "water"}

                assert check_tariffs(read_tariffs(json.dumps({"cases": [one]}))).tariffs == 1, case["id"]

    def test_keeps_a_tariff_for_a_branch_beside_the_one_for_all(self, finance: Staff) -> None:
        make_branch(code="HP")
        take(WATER, {**WATER, "code": "W2", "branch": "HP"}, made_by=finance)

        assert Tariff.objects.get(code="W2").branch is not None


@pytest.mark.django_db(transaction=True)
class TestTwoImportsAtOnce:
    def test_write_the_tariff_once(self, transactional_db: None) -> None:
        people = [make_staff(role="finance"), make_staff(role="finance")]

        outcome = at_once(*(partial(take, WATER, made_by=one) for one in people))

        assert sorted(outcome) == [(0, 0, 0, 1), (1, 1, 0, 0)]  # type: ignore[type-var]
        assert TariffVersion.objects.count() == 1

    def test_run_into_the_constraint_where_nothing_is_locked(
        self, transactional_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people = [make_staff(role="finance"), make_staff(role="finance")]
        remove(monkeypatch, "billing.services.tariff_import.lock_tariff_files")
        make_them_meet(monkeypatch, "billing.services.tariff_import._outcome", parties=2)

        outcome = at_once(*(partial(take, WATER, made_by=one) for one in people))

        assert [type(one) for one in outcome if isinstance(one, Exception)] == [IntegrityError]
        assert TariffVersion.objects.count() == 1


class TestAFileWithFaults:
    @pytest.mark.parametrize(
        ("tariff", "field", "code"),
        [
            (changed(WATER, f"versions.0.categories.resident.{path}", value), f"{RESIDENT}.{field}", code)
            for path, value, field, code in [
                ("tier_upto", ["260", "180"], "tier_upto", "unsorted"),
                ("tier_upto", ["180", "180"], "tier_upto", "unsorted"),
                (
                    "components.0.unit_price",
                    ["2.07", "4.07"],
                    "components[0].unit_price",
                    "price_missing",
                ),
                ("components.1.unit_price", None, "components[1].unit_price", "missing"),
                ("components.1.unit_price", "NaN", "components[1].unit_price", "not_a_number"),
                ("components.1.unit_price", float("nan"), "components[1].unit_price", "not_a_number"),
                ("components.1.unit_price", float("inf"), "components[1].unit_price", "not_a_number"),
                ("components.1.unit_price", "Infinity", "components[1].unit_price", "not_a_number"),
                ("components.1.unit_price", 1.36, "components[1].unit_price", "not_a_number"),
                ("components.1.unit_price", "-1.36", "components[1].unit_price", "negative"),
                ("components.0.unit_price", ["1", "-2", "3"], "components[0].unit_price[1]", "negative"),
                ("components", [], "components", "missing"),
                ("household", {"mode": "by_luck"}, "household.mode", "unknown_rule"),
            ]
        ]
        + [
            (changed(WATER, "kind", "by_luck"), "kind", "unknown_kind"),
            (changed(WATER, "kind", "penalty"), "kind", "unknown_kind"),
            (changed(WATER, "service", "COAL"), "service", "unknown_service"),
            (changed(WATER, "branch", "NOWHERE"), "branch", "unknown_branch"),
            (changed(WATER, "name", 7), "name", "not_text"),
            (changed(WATER, "due_days", "soon"), "due_days", "not_a_number"),
            (changed(WATER, "code", None), "code", "missing"),
            (changed(WATER, "rounding", {"level": "sky"}), "rounding.level", "unknown_rule"),
            (changed(WATER, "rules", {"price_chnage": "x"}), "rules.price_chnage", "unknown_rule"),
            (
                changed(WATER, "versions.0.effective_from", "soon"),
                "versions[0].effective_from",
                "not_a_date",
            ),
            (
                changed(WATER, "versions.0.effective_from", None),
                "versions[0].effective_from",
                "missing",
            ),
            (changed(WATER, "versions.0.categories", {}), "versions[0].categories", "missing"),
            (changed(WATER, "versions", []), "versions", "missing"),
            (
                changed(WATER, "versions", [*WATER["versions"], *WATER["versions"]]),
                "versions[1].effective_from",
                "duplicate",
            ),
            (
                changed(HEAT, "versions.0.categories.resident", {}),
                f"{RESIDENT}.area_price",
                "price_missing",
            ),
            (
                changed(HEAT, "versions.0.categories.resident.area_price", "-26"),
                f"{RESIDENT}.area_price",
                "negative",
            ),
            (changed(HEAT, "season.to", "13-01"), "season.to", "not_a_date"),
            (
                changed(
                    HEAT,
                    "rules",
                    {
                        "temp_refund": {
                            "bands": [
                                {"min": "14", "max": "17", "pct": "50"},
                                {"min": "16", "max": "18", "pct": "20"},
                            ]
                        }
                    },
                ),
                "rules.temp_refund.bands",
                "overlapping",
            ),
            (
                changed(FEES, "fees.new.0.unit_price", "NaN"),
                "versions[0].fees.new[0].unit_price",
                "not_a_number",
            ),
            (changed(FEES, "effective_from", None), "versions[0].effective_from", "missing"),
        ],
    )
    def test_is_refused_naming_the_tariff_and_the_field(
        self, tariff: dict[str, Any], field: str, code: str
    ) -> None:
        before = all_rows()

        found = [(place, what) for _tariff, place, what in faults(tariff)]

        assert (field, code) in found
        assert len(found) <= 2
        assert all_rows() == before

    def test_names_every_fault_of_every_tariff_at_once(self, finance: Staff) -> None:
        water = changed(WATER, "versions.0.categories.resident.tier_upto", ["260", "180"])
        water = changed(water, "versions.0.categories.resident.components.0.unit_price", ["2", "NaN", "3"])
        water = changed(water, "versions.0.categories.resident.components.1.unit_price", "-1")
        water = changed(water, "service", "COAL")
        heat = changed(HEAT, "versions.0.categories.resident.area_price", "Infinity")
        before = all_rows()

        with pytest.raises(TariffImportRefused):
            take(FEES, water, heat, made_by=finance)

        assert sorted(faults(FEES, water, heat)) == sorted(
            [
                ("W1", "service", "unknown_service"),
                ("W1", f"{RESIDENT}.tier_upto", "unsorted"),
                ("W1", f"{RESIDENT}.components[0].unit_price[1]", "not_a_number"),
                ("W1", f"{RESIDENT}.components[1].unit_price", "negative"),
                ("H1", f"{RESIDENT}.area_price", "not_a_number"),
            ]
        )
        assert all_rows() == before

    def test_that_names_one_service_twice_is_refused(self) -> None:
        assert faults(WATER, {**WATER, "code": "W2"}) == [("W2", "service", "service_taken")]
        assert faults(WATER, WATER) == [("W1", "code", "duplicate")]

    def test_that_prices_what_another_tariff_prices_is_refused(self) -> None:
        make_tariff(code="OLD")

        assert faults(WATER) == [("W1", "service", "service_taken")]

    def test_with_a_date_in_a_closed_period_is_refused(self, finance: Staff) -> None:
        close_business_day(datetime.date(2026, 11, 20), closed_by=finance, at=MORNING)

        tariff = changed(WATER, "versions.0.effective_from", "2026-11-20")
        assert faults(tariff) == [("W1", "versions[0].effective_from", "closed_period")]
        assert check_tariffs(read_tariffs(json.dumps(changed(WATER, "code", "W2")))).added == 1

    def test_with_a_date_that_was_billed_is_refused(self, finance: Staff) -> None:
        make_tariff(code="W1", rules={"unit": "m3"})
        make_water_account(readings={"2026-11-10": "40"})
        run_billing(
            service="WATER", period="2026-11", issued_on=datetime.date(2026, 11, 16), started_by=None,
            at=MORNING,
        )  # fmt: skip

        tariff = changed(WATER, "versions.0.effective_from", "2026-11-10")
        assert faults(tariff) == [("W1", "versions[0].effective_from", "closed_period")]

    def test_that_changes_an_approved_version_is_refused(self, finance: Staff) -> None:
        take(WATER, made_by=finance, submit=True)
        approve_tariff_version(
            TariffVersion.objects.get(), approved_by=make_staff(role="manager"), at=MORNING
        )

        other = changed(WATER, "versions.0.categories.resident.components.1.unit_price", "9")
        assert faults(other) == [("W1", "versions[0].effective_from", "duplicate")]
        assert faults({**WATER, "unit": "kWh"}) == [("W1", "rules", "terms_fixed")]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "not_json"),
            ("{", "not_json"),
            ('{"tariffs": [], "tariffs": []}', "not_json"),
            ("[" * 100_000, "not_json"),
            ("7", "no_tariffs"),
            ("[]", "no_tariffs"),
            ('{"tariffs": 7}', "no_tariffs"),
            ('{"cases": 7}', "no_tariffs"),
            ('[{"code": "\\u0000"}]', "not_json"),
            ('[{"code": "\\ud800"}]', "not_json"),
            ("[" + "9" * 5000 + "]", "not_json"),
        ],
    )
    def test_that_is_no_file_of_tariffs_is_refused(self, text: str, code: str) -> None:
        with pytest.raises(TariffFileRefused) as refusal:
            read_tariffs(text)

        assert refusal.value.code == code

    @pytest.mark.parametrize("entry", [7, "x", None, [], {}, {"tariff": 7}, {"versions": 7}, {"fees": []}])
    def test_is_refused_whatever_stands_in_it(self, entry: Any) -> None:
        assert faults(entry)


ODD: list[Any] = [None, [], {}, "", "x", "-1", -1, 1.5, True, "NaN", [[]], {"a": None}, [None], "9" * 40]


def places(value: Any) -> Iterator[list[Any]]:
    """Every place in a document, as the way to it."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield [key]
        yield from ([key, *way] for way in places(inner))


class TestAnythingAtAll:
    @pytest.mark.parametrize("tariff", [WATER, HEAT, FEES])
    def test_at_any_place_is_taken_or_refused_with_a_sentence(self, tariff: dict[str, Any]) -> None:
        taken, refused = 0, list[TariffImportRefused]()
        for way in places(tariff):
            for odd in ODD:
                text = json.dumps(changed(tariff, ".".join(map(str, way)), odd))
                try:
                    check_tariffs(read_tariffs(text))
                    taken += 1
                except TariffImportRefused as refusal:
                    refused.append(refusal)

        assert all(problem.sentence for refusal in refused for problem in refusal.problems)
        assert len(refused) > taken > 0


class TestFaultsOfOtherSystems:
    """domain.md section 8."""

    def test_a_fourth_tier_has_its_own_price(self, finance: Staff) -> None:
        four = changed(WATER, "versions.0.categories.resident.tier_upto", ["10", "20", "30"])
        four = changed(four, "versions.0.categories.resident.components.0.unit_price", ["1", "2", "3", "4.5"])
        self.put_in_force(changed(four, "versions.0.effective_from", "2026-01-01"), finance)

        rated = compile_tariff(Tariff.objects.get().definition()).rate(
            Usage(datetime.date(2026, 5, 1), Decimal("50")), Facts("resident")
        )

        assert [(line.tier, line.amount) for line in rated.lines if line.component == "supply"] == [
            (1, Decimal("10.00")),
            (2, Decimal("20.00")),
            (3, Decimal("30.00")),
            (4, Decimal("90.00")),
        ]

    def test_a_price_of_four_decimals_is_kept_and_billed_whole(self, finance: Staff) -> None:
        self.put_in_force(
            changed(
                changed(WATER, "versions.0.effective_from", "2026-01-01"),
                "versions.0.categories.resident.components",
                [{"code": "supply", "name_zh": "水费", "unit_price": "0.1542"}],
            )
            | {"kind": "metered"},
            finance,
        )
        account = make_water_account(readings={"2026-11-10": "1000"})

        run_billing(
            service="WATER", period="2026-11", issued_on=datetime.date(2026, 11, 16), started_by=None,
            at=MORNING,
        )  # fmt: skip

        line = Bill.objects.get(account=account).lines.get()
        assert (line.unit_price, line.amount) == (Decimal("0.1542"), Decimal("154.20"))
        assert broken_invariants() == []

    def put_in_force(self, tariff: dict[str, Any], finance: Staff) -> None:
        take(tariff, made_by=finance, submit=True)
        approve_tariff_version(
            TariffVersion.objects.get(), approved_by=make_staff(role="manager"), at=MORNING
        )


def run(*arguments: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_tariffs", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


class TestTheCommand:
    def test_imports_the_example_of_the_documentation_and_then_finds_nothing_to_do(
        self, finance: Staff
    ) -> None:
        run(EXAMPLE, "--by", finance.number, "--submit")
        before = all_rows()

        run(EXAMPLE, "--by", finance.number, "--submit")

        assert Tariff.objects.count() == 3
        assert all_rows() == before

    def test_writes_nothing_in_a_dry_run(self, finance: Staff) -> None:
        before = all_rows()

        run(EXAMPLE, "--dry-run")

        assert all_rows() == before

    def test_names_every_fault_on_a_line_of_its_own(self, finance: Staff, tmp_path: Path) -> None:
        path, err = tmp_path / "tariffs.json", StringIO()
        bad = changed(WATER, "versions.0.categories.resident.components.1.unit_price", float("nan"))
        path.write_text(json.dumps({"tariffs": [{**bad, "service": "COAL"}]}), "utf-8")

        with pytest.raises(CommandError):
            call_command("import_tariffs", str(path), "--by", finance.number, stdout=StringIO(), stderr=err)

        lines = err.getvalue().splitlines()
        assert [line[line.rindex("[") :] for line in lines] == ["[unknown_service]", "[not_a_number]"]
        assert not Tariff.objects.exists()

    @pytest.mark.parametrize("by", [["--by", "nobody"], []])
    def test_needs_somebody_who_may_write_tariffs(self, by: list[str]) -> None:
        make_staff(role="finance")
        make_staff(role="finance")

        with pytest.raises(CommandError):
            run(EXAMPLE, *by)

        assert not Tariff.objects.exists()

    def test_takes_the_only_one_who_may(self, finance: Staff) -> None:
        make_staff(role="manager")

        run(EXAMPLE)

        assert TariffVersion.objects.first().made_by == finance  # type: ignore[union-attr]

    def test_says_what_it_cannot_read(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError):
            run(tmp_path / "missing.json", "--dry-run")
        with pytest.raises(TariffFileRefused):
            read_tariff_file(tmp_path / "missing.json")
