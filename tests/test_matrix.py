"""Who may do what: every route of the site, with every method, as every role, here and in another branch."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib import admin
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from pytest_django import Settings

from accounts.models import Staff
from accounts.roles import ROLES
from billing.models import FlaggedDay, Route
from billing.services.arrears.holds import place_hold
from billing.services.donations import propose_grant
from config import urls
from counters.services.pauses import begin_pause
from service_quality.services.leaves import record_leave
from service_quality.services.matters.attaching import File, attach_file
from tests.billing.arrears.reaching import reach_objects
from tests.billing.correcting import propose_corrections
from tests.billing.heating import heating_objects
from tests.billing.metering import install, read
from tests.factories.accounts import make_account, make_branch, make_customer, make_evidence, make_staff
from tests.factories.arrears import make_draft_policy, make_policy
from tests.factories.assessment import assessment_objects
from tests.factories.billing import make_bill, make_finding
from tests.factories.cases import make_arrears_policy, make_case
from tests.factories.counters import MORNING, cash, make_shift, make_window, pay, post_to
from tests.factories.donations import make_donation, make_payer
from tests.factories.late_charges import make_late_charge_draft, make_late_charge_submitted
from tests.factories.matters import make_matter
from tests.factories.quality import quality_objects
from tests.factories.queue import make_open_window, make_queue_hall, take_ticket
from tests.factories.recovery import make_target
from tests.factories.supply import make_approved, make_write_off
from tests.factories.tariffs import make_bare_tariff, make_draft, make_submitted
from tests.gas import make_reader_window, make_unwritten_card
from tests.hall import CANARY, TODAY, Hall, clock, end_shift, hall, signed_in, text_of

__all__ = ["clock", "hall"]

pytestmark = pytest.mark.django_db

TABLE = yaml.safe_load((Path(__file__).parent / "data" / "matrix.yaml").read_text(encoding="utf-8"))
EVERYBODY = (*ROLES, "nobody")
PAPER = b"%PDF-1.7\n%%EOF\n"
REST = ("PUT", "PATCH", "DELETE")
METHODS_OF_ROWS = {
    "changelist": ("GET", "POST"),
    "add": ("GET", "POST"),
    "change": ("GET", "POST"),
    "history": ("GET",),
    "delete": ("POST",),
}


def routes() -> Iterator[tuple[str, str]]:
    """Every route by its name. Those of the administration that have none are called "anything"."""
    yield from _routes(get_resolver(), ())


def _routes(resolver: URLResolver, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            deeper = (pattern.namespace,) if pattern.namespace else ()
            yield from _routes(pattern, names + deeper)
        else:
            yield ":".join((*names, pattern.name or "anything")), str(pattern.pattern)


def members(words: str) -> set[str]:
    """The roles behind the words of a cell, in which a group stands for its members."""
    return {role for word in words.split() for role in str(TABLE["groups"].get(word, word)).split()}


def expected(cell: dict[str, Any], role: str) -> set[int]:
    found = [status for words, status in cell.items() if role in members(words)]
    if not found and role != "nobody":
        found = [cell["others"]]
    (status,) = found
    return {int(one) for one in str(status).split()}


@cache
def cells() -> list[tuple[str, str, str, dict[str, Any]]]:
    """(route, method, place, cell) of every route of ours. Of the rest, each route is asked with one in turn."""
    return [
        (route, method, place, entry.get(f"{method}{place}") or entry.get(method) or entry["rest"])
        for number, (route, entry) in enumerate(TABLE["routes"].items())
        for method in ("GET", "POST", REST[number % len(REST)])
        for place in (("", "_elsewhere") if f"{method}_elsewhere" in entry else ("",))
    ]


@pytest.fixture(autouse=True)
def plain_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of refusals need not be drawn: their pages have tests of their own."""
    for status in (403, 404):
        monkeypatch.setattr(urls, f"handler{status}", partial(_refuse, status=status), raising=False)


def _refuse(_request: HttpRequest, exception: Exception, *, status: int) -> HttpResponse:
    return HttpResponse(status=status)


@pytest.fixture
def objects(hall: Hall, settings: Settings, tmp_path: Path) -> dict[str, tuple[str, str]]:
    """Of everything that an address can name, one that belongs to the cashier and one of another branch."""
    settings.MEDIA_ROOT = tmp_path
    # The first version is a draft: nobody edits an approved one, whatever the table says.
    tariff_versions = tariff_objects(hall)
    first = end_shift(hall)
    foreign_shift = make_shift(hall.stranger)
    foreign = pay(foreign_shift, hall.foreign_account, [hall.foreign_bill], cash("6.00"))
    end_shift(hall, foreign_shift)
    own = pay(make_shift(hall.cashier), hall.account, [hall.bill], cash("5.00"))
    findings = [make_finding(account) for account in (hall.account, hall.foreign_account)]
    return {
        "account": (hall.account.account_no, hall.foreign_account.account_no),
        "bill": (hall.bill.number, hall.foreign_bill.number),
        "bill run": (str(findings[0].run_id), str(findings[1].run_id)),
        "finding": (str(findings[0].pk), str(findings[1].pk)),
        "closed shift": (first.code, foreign_shift.code),
        "evidence": (str(make_evidence(hall.account).pk), str(make_evidence(hall.foreign_account).pk)),
        "receipt": (own.receipt.number, foreign.receipt.number),
        "request": (str(own.request_id), str(foreign.request_id)),
        **propose_corrections(hall),
        **heating_objects(hall),
        **reading_objects(hall),
        **gas_objects(hall),
        **reach_objects(hall),
        **arrears_objects(hall),
        **tariff_versions,
        **policy_objects(hall),
        **supply_objects(hall),
        **matter_objects(hall),
        **assessment_objects(hall),
        **quality_objects(own, foreign),
        **queue_objects(hall),
        **recovery_objects(hall),
    }


def recovery_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    districts = [account.premises.district for account in (hall.account, hall.foreign_account)]
    targets = [make_target(one) for one in districts]
    return {
        "district": (districts[0].code, districts[1].code),
        "target": (str(targets[0].pk), str(targets[1].pk)),
        # The same word for everybody; whose rows it opens is another matter.
        "kind of work": ("calls", "lines"),
        **donation_objects(hall),
    }


def donation_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    donations = [
        make_donation(account.branch, payer=make_payer(account.branch, name=name))
        for account, name in ((hall.account, "热心人"), (hall.foreign_account, CANARY))
    ]
    bills = [make_bill(make_account(branch=one.payer.branch)) for one in donations]
    grants = [
        propose_grant(
            donation, bill, amount=Decimal("10.00"), reason="低保户", at=MORNING,
            by=make_staff(role="supervisor", branch=donation.payer.branch),
        )
        for donation, bill in zip(donations, bills, strict=True)
    ]  # fmt: skip
    return {
        "payer": (str(donations[0].payer_id), str(donations[1].payer_id)),
        "donation": (str(donations[0].pk), str(donations[1].pk)),
        "grant": (str(grants[0].pk), str(grants[1].pk)),
    }


def reading_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    reading, foreign_reading = (
        read(install(account), "2026-11-10", "5", state="IN_REVIEW", anomalies=["HIGH"])
        for account in (hall.account, hall.foreign_account)
    )
    routes = [
        Route.objects.create(code=code, name=name, branch=account.branch, service="WATER", reader=reader)
        for code, name, account, reader in (
            ("S001", "文化路", hall.account, hall.cashier),
            ("S002", CANARY, hall.foreign_account, hall.stranger),
        )
    ]
    return {
        "reader": (hall.cashier.number, hall.stranger.number),
        "reading": (str(reading.pk), str(foreign_reading.pk)),
        "route": (routes[0].code, routes[1].code),
    }


def supply_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    """What is approved waits for a field worker; what is proposed waits for the supervisor."""
    accounts = [
        make_account(branch=hall.branch),
        make_account(branch=hall.stranger.branch, customer=make_customer(name=CANARY)),
    ]
    orders, write_offs = zip(*[(make_approved(one), make_write_off(one)) for one in accounts], strict=True)
    return {
        "supply order": (str(orders[0].pk), str(orders[1].pk)),
        "write-off": (str(write_offs[0].pk), str(write_offs[1].pk)),
    }


def matter_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    """Inquiries: of a complaint a clerk of the own branch would see nothing either."""
    people = (
        (hall.cashier, hall.supervisor, ""),
        (hall.stranger, make_staff(role="manager", branch=None), CANARY),
    )
    matters = [make_matter(heard, text=f"{name}暖气不热", contact_name=name) for heard, _boss, name in people]
    files = [
        attach_file(one, file=File(f"{one.number}.pdf", PAPER), caption="阀门", by=None, at=MORNING)
        for one in matters
    ]
    leaves = [
        record_leave(heard, first_day=TODAY, last_day=TODAY, reason=f"{name}年假", by=boss, at=MORNING)
        for heard, boss, name in people
    ]
    return {
        "matter": (matters[0].number, matters[1].number),
        "matter file": (str(files[0].pk), str(files[1].pk)),
        "leave": (str(leaves[0].pk), str(leaves[1].pk)),
    }


def queue_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    """Each hall has a pausing window and somebody who waits."""
    halls = [make_queue_hall(account.branch) for account in (hall.account, hall.foreign_account)]
    for one in halls:
        make_open_window(one)
    pauses = [
        begin_pause(shift, by=shift.cashier, at=MORNING) for shift in (make_open_window(one) for one in halls)
    ]
    tickets = [take_ticket(one) for one in halls]
    return {
        "hall": (str(halls[0].number), str(halls[1].number)),
        "window": (str(pauses[0].window_id), str(pauses[1].window_id)),
        "pause": (str(pauses[0].pk), str(pauses[1].pk)),
        "hall key": (halls[0].public_key, halls[1].public_key),
        "ticket code": (tickets[0].code, tickets[1].code),
    }


def gas_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    cards = [make_unwritten_card(branch) for branch in (hall.branch, hall.stranger.branch)]
    windows = [make_reader_window(branch) for branch in (hall.branch, hall.stranger.branch)]
    return {
        "reader window": (str(windows[0].pk), str(windows[1].pk)),
        "reader job": ("1", "2"),
        "gas account": (cards[0].account.account_no, cards[1].account.account_no),
        "gas card": (cards[0].card_no, cards[1].card_no),
        "card write": (str(cards[0].writes.get().pk), str(cards[1].writes.get().pk)),
    }


def arrears_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    make_arrears_policy(service="WATER")
    holds = [
        place_hold(account.pk, kind="MEDICAL", reason="透析", by=by, at=MORNING)
        for account, by in ((hall.account, hall.supervisor), (hall.foreign_account, hall.stranger))
    ]
    cases = [make_case(account) for account in (hall.account, hall.foreign_account)]
    return {
        "arrears case": (str(cases[0].pk), str(cases[1].pk)),
        "hold": (str(holds[0].pk), str(holds[1].pk)),
    }


def tariff_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    drafted = make_draft(make_bare_tariff(branch=hall.branch), "2027-01-01")
    submitted = make_submitted(make_bare_tariff(branch=make_branch()), "2027-01-01")
    rules = [make_late_charge_draft(branch=hall.branch), make_late_charge_submitted(branch=make_branch())]
    return {
        "tariff version": (str(drafted.pk), str(submitted.pk)),
        "late charge rule": (str(rules[0].pk), str(rules[1].pk)),
    }


def policy_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    branches = (hall.branch, hall.stranger.branch)
    versions = [
        make_draft_policy(make_policy(branch=branch, name=name, service="ELECTRICITY"))
        for branch, name in zip(branches, ("本地水费", CANARY), strict=True)
    ]
    days = [
        FlaggedDay.objects.create(day=TODAY, kind="EXAM", branch=branch, note=note)
        for branch, note in zip(branches, ("", CANARY), strict=True)
    ]
    return {
        "policy": (versions[0].policy.code, versions[1].policy.code),
        "policy version": (str(versions[0].pk), str(versions[1].pk)),
        "flagged day": (str(days[0].pk), str(days[1].pk)),
    }


def person(hall: Hall, role: str) -> Staff | None:
    if role == "nobody":
        return None
    if role == "cashier":
        return hall.cashier
    works_there = role in members("administration")
    return make_staff(role=role, branch=hall.branch, is_staff=works_there)


class Visitor:
    """Somebody at a browser that forgets what each answer told it to keep."""

    def __init__(self, staff: Staff | None) -> None:
        self.cookies = dict(signed_in(staff).cookies) if staff else {}

    def ask(self, method: str, address: str) -> tuple[Any, int]:
        """The answer, and how many rows were written for it; everything is as before afterwards."""
        client = Client(raise_request_exception=False)
        client.cookies.update(self.cookies)
        body: Any = {"a": "b"}
        before = _rows_written()
        point = transaction.savepoint()
        if address.startswith("/api/") or method != "POST":
            answer = client.generic(method, address, "{}", content_type="application/json")
        else:
            answer = client.post(address, body)
        written = _rows_written() - before
        transaction.savepoint_rollback(point)
        return answer, written


def _rows_written() -> int:
    with connection.cursor() as cursor:
        # What pg_stat_xact_user_tables says, without its joins.
        cursor.execute(
            """
            SELECT sum(
                pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
                + pg_stat_get_xact_tuples_deleted(oid)
            )
            FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            """
        )
        (rows,) = cursor.fetchone()
    return int(rows)


class TestTheTable:
    def test_has_every_route_of_the_site_and_no_other(self) -> None:
        rows = {
            f"admin:{model.replace('.', '_')}_{verb}" for model in TABLE["rows"] for verb in METHODS_OF_ROWS
        }
        known = {*TABLE["routes"], *TABLE["administration"], *rows}
        there = {name for name, _pattern in routes()}

        assert there - known == set()
        assert known - there == set()

    def test_has_every_kind_of_row_of_the_administration(self) -> None:
        assert set(TABLE["rows"]) == {model._meta.label_lower for model in admin.site._registry}

    def test_says_of_every_method_what_everybody_gets(self) -> None:
        for route, method, place, cell in cells():
            for role in EVERYBODY:
                assert expected(cell, role), (route, method, place, role)

    def test_names_roles_that_exist(self) -> None:
        words = [
            word for _route, _method, _place, cell in cells() for words in cell for word in words.split()
        ]

        assert set(words) <= {*EVERYBODY, *TABLE["groups"], "others"}
        assert members("at_work") == set(ROLES) - {"administrator"} == members("hall house")

    def test_says_of_every_object_what_another_branch_gets(self) -> None:
        for entry in TABLE["routes"].values():
            assert ("object" in entry) == ("GET_elsewhere" in entry) == ("POST_elsewhere" in entry)


@pytest.mark.parametrize("role", EVERYBODY)
class TestEveryRoute:
    def test_answers_as_the_table_says_and_writes_nothing_where_it_refuses(
        self, hall: Hall, objects: dict[str, tuple[str, str]], role: str
    ) -> None:
        visitor = Visitor(person(hall, role))
        deviations = []

        for route, method, place, cell in cells():
            kind = TABLE["routes"][route].get("object")
            address = reverse(route, args=[objects[kind][place == "_elsewhere"]] if kind else [])
            answer, written = visitor.ask(method, address)

            if answer.status_code not in expected(cell, role):
                deviations.append(f"{method} {route}{place}: {answer.status_code}, not {cell}")
            if written and (method != "POST" or answer.status_code >= 400):
                deviations.append(f"{method} {route}{place}: {answer.status_code} wrote {written} rows")
            if role in members("hall") and CANARY in text_of(answer):
                deviations.append(f"{method} {route}{place}: shows what belongs to another branch")

        assert "\n".join(deviations) == ""


class TestTheCountOfRows:
    def test_sees_what_is_written_and_what_is_changed(self, hall: Hall) -> None:
        start = _rows_written()
        person = make_staff(branch=hall.branch)
        written = _rows_written()
        Staff.objects.filter(pk=person.pk).update(name="改名")

        assert start < written < _rows_written()


class TestAnotherHall:
    @pytest.mark.parametrize("role", ["cashier", "adviser", "collector"])
    def test_of_the_own_branch_is_to_a_clerk_as_far_away_as_another_branch(
        self, hall: Hall, settings: Settings, tmp_path: Path, role: str
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        clerk = person(hall, role)
        assert clerk is not None
        post_to(hall.shift.window.hall, clerk)
        matter = make_matter(hall.supervisor, hall=make_window(hall.branch).hall, text=CANARY)
        file = attach_file(matter, file=File("a.pdf", PAPER), caption="阀门", by=None, at=MORNING)
        keys = {"matter": matter.number, "matter file": str(file.pk)}
        visitor = Visitor(clerk)

        for route, method, place, cell in cells():
            kind = TABLE["routes"][route].get("object")
            if kind not in keys or place != "_elsewhere":
                continue
            answer, written = visitor.ask(method, reverse(route, args=[keys[kind]]))
            assert answer.status_code in expected(cell, role), (route, method)
            assert (written, CANARY in text_of(answer)) == (0, False), (route, method)


class TestHeadAndOptions:
    @pytest.mark.parametrize("role", ["cashier", "administrator", "nobody"])
    def test_tells_with_head_and_options_no_more_than_otherwise(
        self, hall: Hall, objects: dict[str, tuple[str, str]], role: str
    ) -> None:
        visitor = Visitor(person(hall, role))
        told = []

        for route, entry in TABLE["routes"].items():
            kind = entry.get("object")
            address = reverse(route, args=[objects[kind][0]] if kind else [])
            may = {status for method in ("GET", "POST") for status in expected(entry[method], role)}
            for method in ("HEAD", "OPTIONS"):
                answer, written = visitor.ask(method, address)
                told_something = answer.status_code == 200 and answer.content
                if written or (told_something and may <= {302, 403, 404, 405}):
                    told.append(f"{method} {route}: {answer.status_code}")

        assert "\n".join(told) == ""


def rows_answer(entry: dict[str, str], verb: str, method: str, role: str) -> set[int]:
    """What a page of the administration answers to somebody who works there."""
    look = role in members(entry.get("look", ""))
    may = {"add": role in members(entry.get("add", "")), "change": role in members(entry.get("change", ""))}
    if verb == "delete":
        return {403}
    if verb == "add" or (verb == "change" and method == "POST"):
        return {200, 302} if may[verb] else {403}
    if verb == "changelist" and method == "POST":
        return {200, 302, 403} if look else {403}
    return {200} if look else {403}


@pytest.mark.parametrize("role", EVERYBODY)
class TestTheAdministration:
    def test_shows_and_changes_rows_as_the_table_says(
        self, hall: Hall, objects: dict[str, tuple[str, str]], role: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # What the pages look like is drawn elsewhere, for each role: here they need not be drawn again.
        monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", b"")
        visitor = Visitor(person(hall, role))
        works_there = role in members("administration")
        deviations = []

        for model in admin.site._registry:
            label = model._meta.label_lower
            first = model._base_manager.order_by("pk").first()
            for verb, methods in METHODS_OF_ROWS.items():
                if first is None and verb in ("change", "history", "delete"):
                    continue
                args = [] if verb in ("changelist", "add") else [getattr(first, "pk", 0)]
                address = reverse(f"admin:{label.replace('.', '_')}_{verb}", args=args)
                for method in methods:
                    answer, written = visitor.ask(method, address)
                    wanted = rows_answer(TABLE["rows"][label], verb, method, role) if works_there else {302}
                    if answer.status_code not in wanted or (written and (not works_there or method == "GET")):
                        deviations.append(f"{method} {label} {verb}: {answer.status_code}, not {wanted}")

        assert "\n".join(deviations) == ""

    def test_has_other_pages_as_the_table_says(self, hall: Hall, role: str) -> None:
        visitor = Visitor(person(hall, role))
        arguments: dict[str, list[Any]] = {
            "admin:app_list": ["accounts"],
            "admin:view_on_site": [1, 1],
            "admin:auth_user_password_change": [hall.cashier.pk],
        }
        deviations = []

        for route, cell in TABLE["administration"].items():
            known = route != "admin:anything"
            address = reverse(route, args=arguments.get(route, [])) if known else "/admin/nowhere/"
            answer, written = visitor.ask("GET", address)
            if written or answer.status_code not in expected(cell, role):
                deviations.append(f"{route}: {answer.status_code}, not {cell}")

        assert "\n".join(deviations) == ""
