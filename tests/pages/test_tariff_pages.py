import json

import pytest
from django.test import Client

from accounts.models import Staff
from billing.models import TariffVersion
from tests.billing.metering import make_tariff
from tests.counters.rows import all_rows
from tests.factories.accounts import make_staff
from tests.factories.tariffs import make_approved, make_bare_tariff, make_draft, make_submitted, water_prices
from tests.hall import Hall, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def finance(hall: Hall) -> Staff:
    return make_staff(role="finance", branch=hall.branch, is_staff=True, name="陈敏")


@pytest.fixture
def manager(hall: Hall) -> Staff:
    return make_staff(role="manager", branch=hall.branch, is_staff=True, name="赵建国")


def page_of(version: TariffVersion, step: str = "") -> str:
    return f"/tariffs/versions/{version.pk}/" + (f"{step}/" if step else "")


def does(staff: Staff, version: TariffVersion, step: str, note: str = "") -> int:
    return signed_in(staff).post(page_of(version, step), {"note": note}).status_code


class TestTheList:
    def test_puts_what_waits_for_approval_first(self, finance: Staff) -> None:
        tariff = make_tariff()
        make_draft(tariff, "2027-07-01")
        waiting = make_submitted(tariff, "2027-01-01")

        answer = signed_in(finance).get("/tariffs/")

        assert list(answer.context["waiting"]) == [waiting]
        (one,) = answer.context["tariffs"]
        assert [row.state for row in one["rows"]] == ["草稿", "待审批", "执行中"]

    def test_says_from_when_an_approved_version_counts(self, finance: Staff) -> None:
        make_approved(make_tariff(), "2027-01-01")

        assert "已批准，自 2027-01-01 起" in text_of(signed_in(finance).get("/tariffs/"))

    def test_is_empty_with_a_next_step(self, finance: Staff) -> None:
        assert "还没有价格方案" in text_of(signed_in(finance).get("/tariffs/"))


class TestTheRulesOfAVersion:
    def test_are_shown_to_whoever_approves_them(self, finance: Staff) -> None:
        rules = {"rounding": {"level": "bill", "mode": "down", "scale": 0}}
        version = make_draft(make_tariff(), "2027-01-01", prices={**water_prices(), "rules": rules})

        answer = signed_in(finance).get(page_of(version))

        assert json.loads(answer.context["brought_rules"]) == rules
        assert (
            signed_in(finance)
            .get(page_of(make_draft(make_bare_tariff(service="GAS"), "2027-01-01")))
            .context["brought_rules"]
            == ""
        )


class TestTheLifeOfAVersion:
    def test_goes_from_one_person_to_the_other(self, finance: Staff, manager: Staff) -> None:
        version = make_draft(make_tariff(), "2027-01-01", made_by=finance)

        assert does(finance, version, "submit") == 302
        assert does(manager, version, "refuse", "第二档有误") == 302
        assert "第二档有误" in text_of(signed_in(finance).get(page_of(version)))
        assert does(finance, version, "submit") == 302
        assert does(finance, version, "withdraw") == 302
        assert does(finance, version, "submit") == 302
        assert does(manager, version, "approve") == 302

        version.refresh_from_db()
        assert (version.approved_by, version.is_approved) == (manager, True)

    @pytest.mark.parametrize(
        ("step", "note"),
        [("submit", ""), ("approve", "x" * 201), ("refuse", ""), ("refuse", "x" * 201), ("refuse", "\x00")],
    )
    def test_stays_where_it_is_when_a_step_is_refused(
        self, finance: Staff, manager: Staff, step: str, note: str
    ) -> None:
        version = make_submitted(make_tariff(), "2027-01-01", made_by=finance)
        client = signed_in(finance if step == "submit" else manager)
        before = all_rows()

        answer = client.post(page_of(version, step), {"note": note})

        assert answer.status_code == 422
        assert "notice-late" in text_of(answer) or "field-error" in text_of(answer)
        assert all_rows() == before

    def test_offers_the_maker_no_approval(self, finance: Staff, manager: Staff) -> None:
        finance.groups.add(*manager.groups.all())
        version = make_submitted(make_tariff(), "2027-01-01", made_by=finance)

        page = text_of(signed_in(finance).get(page_of(version)))

        assert "approve/" not in page
        assert "withdraw/" in page
        assert does(finance, version, "approve") == 422

    @pytest.mark.parametrize("step", ["submit", "withdraw", "approve", "refuse"])
    def test_is_not_for_a_cashier(self, hall: Hall, step: str) -> None:
        version = make_submitted(make_tariff(), "2027-01-01")

        assert does(hall.cashier, version, step, "x") == 403

    @pytest.mark.parametrize("number", ["0", "99999999999999999999"])
    def test_of_no_version_is_not_found(self, finance: Staff, number: str) -> None:
        assert signed_in(finance).get(f"/tariffs/versions/{number}/").status_code == 404


class TestThePage:
    def test_shows_ten_households_before_and_after(self, finance: Staff) -> None:
        version = make_draft(make_tariff(), "2027-01-01", prices=water_prices("3.07"))

        answer = signed_in(finance).get(page_of(version))

        assert len(answer.context["comparisons"]) == 10
        assert "747.72" in text_of(answer)
        assert "927.72" in text_of(answer)
        assert "+24.1%" in text_of(answer)
        assert text_of(answer).count('<svg class="bars"') == 10 - len(
            [row for row in answer.context["comparisons"] if row.refusal]
        )

    def test_tells_what_happened(self, finance: Staff) -> None:
        version = make_submitted(make_tariff(), "2027-01-01", made_by=finance)

        steps = signed_in(finance).get(page_of(version)).context["steps"]

        assert [(step.what, "陈敏" in step.who) for step in steps] == [
            ("价格版本起草", True),
            ("价格方案提交审批", True),
        ]


class TestTheEditor:
    ADD = "/admin/billing/tariffversion/add/"

    def content(self, **changes: str) -> dict[str, str]:
        return {
            "effective_from": "2027-01-01",
            "prices": '{"categories": {"resident": {"components": [{"code": "supply", "unit_price": "3.10"}]}}}',
            **changes,
        }

    def test_writes_a_draft_and_leads_to_its_preview(self, finance: Staff) -> None:
        tariff = make_tariff()

        answer = signed_in(finance).post(self.ADD, self.content(tariff=str(tariff.pk)))

        version = TariffVersion.objects.get(approved_by=None)
        assert answer["Location"] == page_of(version)
        assert (version.made_by, version.is_draft) == (finance, True)

    def test_begins_with_a_copy_of_the_newest_version(self, finance: Staff) -> None:
        tariff = make_tariff()

        page = text_of(signed_in(finance).get(self.ADD, {"tariff": str(tariff.pk)}))

        assert "污水处理费" in page

    @pytest.mark.parametrize("tariff", ["x", "0", "9" * 30, "²"])
    def test_begins_empty_for_a_tariff_that_is_none(self, finance: Staff, tariff: str) -> None:
        assert signed_in(finance).get(self.ADD, {"tariff": tariff}).status_code == 200

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"prices": "{"}, "prices"),
            ({"prices": "[]"}, "prices"),
            ({"prices": "7"}, "prices"),
            ({"prices": "[" * 100_000}, "prices"),
            ({"prices": '{"categories": ' + "9" * 5000 + "}"}, "prices"),
            ({"prices": '{"categories": "\\u0000"}'}, "prices"),
            ({"prices": '{"categories": "\\ud800"}'}, "prices"),
            ({"prices": '{"categories": {}, "categories": {}}'}, "prices"),
            (
                {"prices": '{"categories": {"r": {"components": [{"code": "s", "unit_price": NaN}]}}}'},
                "prices",
            ),
            (
                {"prices": '{"categories": {"r": {"components": [{"code": "s", "unit_price": 3.1}]}}}'},
                "prices",
            ),
            (
                {"prices": '{"categories": {"r": {"components": [{"code": "s", "unit_price": "-1"}]}}}'},
                "prices",
            ),
            ({"prices": '{"categories": {"r": {"components": [{"code": "s"}]}}}'}, "prices"),
            ({"effective_from": "2020-01-01"}, "effective_from"),
            ({"effective_from": "soon"}, "effective_from"),
            ({"effective_from": ""}, "effective_from"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(
        self, finance: Staff, changes: dict[str, str], field: str
    ) -> None:
        tariff = make_tariff()
        client = signed_in(finance)
        before = all_rows()

        answer = client.post(self.ADD, self.content(tariff=str(tariff.pk), **changes))

        assert answer.status_code == 200
        assert set(answer.context["adminform"].errors) == {field}
        assert all_rows() == before

    def test_names_the_place_of_a_fault(self, finance: Staff) -> None:
        tariff = make_tariff()
        prices = '{"categories": {"resident": {"components": [{"code": "supply", "unit_price": "NaN"}]}}}'

        answer = signed_in(finance).post(self.ADD, self.content(tariff=str(tariff.pk), prices=prices))

        (sentence,) = answer.context["adminform"].errors["prices"]
        assert sentence.startswith("categories.resident.components[0].unit_price")

    def test_changes_a_draft(self, finance: Staff) -> None:
        draft = make_draft(make_tariff(), "2027-02-01")

        answer = signed_in(finance).post(f"/admin/billing/tariffversion/{draft.pk}/change/", self.content())

        assert answer["Location"] == page_of(draft)
        draft.refresh_from_db()
        assert (str(draft.effective_from), draft.made_by) == ("2027-01-01", finance)

    @pytest.mark.parametrize("make", [make_submitted, make_approved])
    def test_changes_nothing_that_is_no_draft(self, finance: Staff, make: object) -> None:
        assert callable(make)
        version = make(make_tariff(), "2027-02-01")

        answer = signed_in(finance).post(f"/admin/billing/tariffversion/{version.pk}/change/", self.content())

        assert answer.status_code == 403

    def test_shows_an_approved_version_to_look_at(self, finance: Staff) -> None:
        version = make_approved(make_tariff(), "2027-02-01")

        assert signed_in(finance).get(f"/admin/billing/tariffversion/{version.pk}/change/").status_code == 200


class TestTheEditorOfATariff:
    ADD = "/admin/billing/tariff/add/"

    def content(self, **changes: str) -> dict[str, str]:
        return {
            "code": "GAS-1",
            "name": "燃气价格",
            "service": "GAS",
            "branch": "",
            "kind": "metered",
            "rules": '{"unit": "m3"}',
            "source": "",
            "due_days": "15",
            "versions-TOTAL_FORMS": "0",
            "versions-INITIAL_FORMS": "0",
            **changes,
        }

    def post(self, client: Client, address: str, **changes: str) -> dict[str, list[str]]:
        """What the form says is wrong; nothing where it was taken."""
        answer = client.post(address, self.content(**changes))
        return {} if answer.status_code == 302 else dict(answer.context["adminform"].errors)

    def test_enters_a_tariff_without_prices(self, finance: Staff) -> None:
        assert self.post(signed_in(finance), self.ADD) == {}

        assert finance.pk is not None
        assert TariffVersion.objects.count() == 0

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"rules": '{"rounding": {"level": "sky"}}'}, "rules"),
            ({"rules": '{"untl": "m3"}'}, "rules"),
            ({"rules": "{"}, "rules"),
            ({"kind": "by_luck"}, "kind"),
            ({"service": "WATER"}, "service"),
            ({"code": "W1"}, "code"),
            ({"due_days": "-1"}, "due_days"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(
        self, finance: Staff, changes: dict[str, str], field: str
    ) -> None:
        make_bare_tariff(code="W1")

        assert set(self.post(signed_in(finance), self.ADD, **changes)) == {field}

    def test_keeps_the_terms_of_what_is_approved(self, finance: Staff) -> None:
        tariff = make_tariff(code="W1", due_days=15)
        address = f"/admin/billing/tariff/{tariff.pk}/change/"

        assert self.post(signed_in(finance), address, name="新名称", rules="{}", due_days="20") == {}

        rules = tariff.rules
        tariff.refresh_from_db()
        assert (tariff.name, tariff.due_days, tariff.rules, tariff.code) == ("新名称", 20, rules, "W1")
