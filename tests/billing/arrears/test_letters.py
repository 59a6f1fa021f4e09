"""Letters: written in building order, set in parts, merged into one file for the printer."""

import datetime
import io
import os
import resource
import time
from functools import partial

import pytest
from django.core.files.storage import default_storage
from pypdf import PdfReader
from pytest_django import Settings

from accounts.models import Account, Branch, Staff
from billing import printing
from billing.models import CaseStep, Letter, LetterRun, Mailing
from billing.papers import NotSet, letters_as_pdf, merged
from billing.printing import set_letters
from billing.services.arrears import letters
from billing.services.arrears.letters import (
    claim_letters,
    file_name,
    letter_steps,
    make_letters,
    next_part,
    set_letters_again,
)
from billing.services.arrears.notices import notice_called
from tests.billing.arrears.test_sending import dispute, pay_all
from tests.counters.meeting import at_once, outcomes
from tests.counters.rows import refused
from tests.factories.accounts import make_district, make_premises, make_staff
from tests.factories.counters import MORNING
from tests.factories.reach import make_debtor, make_step

LETTERS = int(os.environ.get("LETTERS", "600"))


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


def make(branch: Branch, by: Staff, doors: list[tuple[str, str]]) -> Mailing:
    """A letter for each of the doors."""
    district = make_district(branch=branch)
    for building, room in doors:
        premises = make_premises(district=district, building=building, room=room)
        make_step(make_debtor(branch=branch, premises=premises), "LETTER")
    return make_letters(
        letter_steps(by).values_list("pk", flat=True), template="demand_letter", at=MORNING, by=by
    )


def pages(run: LetterRun) -> list[str]:
    with default_storage.open(file_name(run)) as file:
        return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(file.read())).pages]


@pytest.mark.django_db
class TestMakingLetters:
    def test_puts_them_in_the_order_of_the_buildings(self, branch: Branch, collector: Staff) -> None:
        mailing = make(branch, collector, [("12", "101"), ("5", "1201"), ("5", "301")])

        doors = [
            (letter.account.premises.building, letter.account.premises.room)
            for letter in mailing.letters.select_related("account__premises").order_by("position")
        ]
        assert doors == [("5", "301"), ("5", "1201"), ("12", "101")]

    def test_keeps_what_each_says(self, branch: Branch, collector: Staff) -> None:
        mailing = make(branch, collector, [("5", "301")])

        content = mailing.letters.get().content
        assert (content["title"], content["total"], content["name"]) == ("催缴函", "100.00", "王淑英")
        assert content["number"] == f"{mailing.pk}-00001"
        assert "逾期20天" in "".join(content["paragraphs"])

    @pytest.mark.parametrize(
        ("service", "title"), [("HEAT", "停热通知单"), ("WATER", "停水通知单"), ("GAS", "停气通知单")]
    )
    def test_calls_the_notice_by_what_is_stopped(self, service: str, title: str) -> None:
        assert notice_called("stop_notice").title_for(service) == title

    def test_leaves_out_whoever_needs_none_any_more(self, branch: Branch, collector: Staff) -> None:
        paid, disputing = make_debtor(branch=branch), make_debtor(branch=branch)
        for account in (paid, disputing):
            make_step(account, "LETTER")
        pay_all(paid)
        dispute(disputing)

        mailing = make(branch, collector, [("5", "301")])

        assert (mailing.wanted, mailing.left_out, mailing.letters.count()) == (
            3,
            {"HELD": 1, "NO_DEBT": 1},
            1,
        )

    def test_refuses_a_second_letter_for_a_step(self, branch: Branch, collector: Staff) -> None:
        mailing = make(branch, collector, [("5", "301")])
        steps = list(mailing.letters.values_list("step_id", flat=True))

        with refused("nobody_chosen"):
            make_letters(steps, template="demand_letter", at=MORNING, by=collector)

    @pytest.mark.parametrize(
        ("template", "code"),
        [
            ("arrears_sms", "not_a_letter"),
            ("nothing", "unknown_template"),
            ("arrears_notice", "nobody_chosen"),
        ],
    )
    def test_refuses_and_writes_nothing(
        self, debtor: Account, collector: Staff, template: str, code: str
    ) -> None:
        step = make_step(debtor, "LETTER")

        with refused(code):
            make_letters([step.pk], template=template, at=MORNING, by=collector)

    def test_sees_no_step_of_another_branch(self, debtor: Account) -> None:
        step, stranger = make_step(debtor, "LETTER"), make_staff(role="collector")

        with refused("nobody_chosen"):
            make_letters([step.pk], template="demand_letter", at=MORNING, by=stranger)


@pytest.mark.django_db(transaction=True)
class TestTwoPeopleAtTheButton:
    def test_make_each_letter_once(self, branch: Branch, collector: Staff) -> None:
        steps = [make_step(make_debtor(branch=branch), "LETTER").pk for _ in range(3)]

        results = at_once(
            *(
                partial(make_letters, steps, template="demand_letter", at=MORNING, by=collector)
                for _ in range(2)
            )
        )

        assert outcomes(results) == {"Mailing": 1, "nobody_chosen": 1}
        assert Letter.objects.count() == 3


@pytest.mark.django_db
class TestSettingLetters:
    def test_makes_one_file_in_order_and_puts_the_steps_on_their_way(
        self, branch: Branch, collector: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(letters, "PART", 2)
        mailing = make(branch, collector, [("5", str(room)) for room in (105, 103, 101, 104, 102)])

        assert set_letters(clock=lambda: MORNING) == 1

        run = LetterRun.objects.get(mailing=mailing)
        assert (run.state, run.done, run.ready_at) == ("READY", 5, MORNING)
        texts = pages(run)
        assert [f"{room}室" in text for room, text in zip(range(101, 106), texts, strict=True)] == [True] * 5
        assert set(CaseStep.objects.values_list("state", flat=True)) == {"SENT"}
        # The parts are gone: what a customer owes lies in one place.
        assert default_storage.listdir("letters")[1] == [f"{mailing.pk}.pdf"]

    def test_goes_on_where_a_killed_worker_stopped(
        self, branch: Branch, collector: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(letters, "PART", 2)
        mailing = make(branch, collector, [("5", str(room)) for room in range(101, 106)])
        run = claim_letters(at=MORNING)
        assert run is not None
        letters.keep_part(run, letters_as_pdf(next_part(run)), 2, at=MORNING)

        assert set_letters(clock=lambda: MORNING + datetime.timedelta(minutes=4)) == 0
        assert set_letters(clock=lambda: MORNING + datetime.timedelta(minutes=6)) == 1

        assert len(pages(mailing.run)) == 5

    def test_leaves_a_print_to_the_worker_that_took_it_over(self, branch: Branch, collector: Staff) -> None:
        mailing = make(branch, collector, [("5", "301")])
        slow = claim_letters(at=MORNING)
        quick = claim_letters(at=MORNING + datetime.timedelta(minutes=6))
        assert slow
        assert quick

        kept = letters.keep_part(slow, b"%PDF", 1, at=MORNING + datetime.timedelta(minutes=7))

        assert (kept, LetterRun.objects.get(mailing=mailing).done) == (False, 0)

    def test_says_when_it_cannot_and_starts_again(
        self, branch: Branch, collector: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mailing = make(branch, collector, [("5", "301")])
        with monkeypatch.context() as broken:
            broken.setattr(printing, "letters_as_pdf", lambda part: 1 // 0)
            assert set_letters(clock=lambda: MORNING) == 0
        mailing.run.refresh_from_db()
        assert (mailing.run.state, mailing.run.error[:17]) == ("FAILED", "ZeroDivisionError")

        set_letters_again(mailing, by=collector, at=MORNING)

        assert set_letters(clock=lambda: MORNING) == 1
        with refused("not_failed"):
            set_letters_again(mailing, by=collector, at=MORNING)


class TestThePaper:
    def content(self, **changes: object) -> dict[str, object]:
        bill = {"title": "2026-10", "due_on": "2026-11-03", "outstanding": "100.00", "late_charge": "0.00"}
        return {
            "number": "7-00001",
            "title": "催缴函",
            "name": "王淑英",
            "account_no": "0100000001",
            "address": "阳光家园5号楼2单元301室",
            "today": "2026年11月23日",
            "paragraphs": ["王淑英：", "请缴费。"],
            "closing": "第一营业部",
            "bills": [bill],
            "more": 0,
            "amount": "100.00",
            "late_charge": "0.00",
            "total": "100.00",
            **changes,
        }

    @pytest.mark.parametrize("name", ["𠮷龘", '#panic("x")', "$ * _ ` \\ #let", "<script>"])
    def test_prints_a_name_as_it_is_written(self, name: str) -> None:
        (page,) = PdfReader(io.BytesIO(letters_as_pdf([self.content(name=name)]))).pages

        assert "".join(name.split()) in "".join(page.extract_text().split())

    def test_embeds_its_type(self) -> None:
        assert b"/FontFile3" in letters_as_pdf([self.content()]) or b"/FontFile2" in letters_as_pdf(
            [self.content()]
        )

    def test_says_what_the_typesetter_said(self) -> None:
        with pytest.raises(NotSet, match="bills"):
            letters_as_pdf([{"number": "7-00001", "title": "", "address": "", "paragraphs": []}])

    def test_prints_thousands_in_one_go_in_the_memory_of_one_part(self) -> None:
        began, before = time.monotonic(), _peak_of_this_process()
        parts = [
            letters_as_pdf(
                [self.content(number=f"7-{one:05}") for one in range(start, min(start + 250, LETTERS))]
            )
            for start in range(0, LETTERS, 250)
        ]
        file = merged(parts)
        took = time.monotonic() - began

        found = PdfReader(io.BytesIO(file)).pages
        assert len(found) == LETTERS
        # The first and the last of every part: none is lost where two of them meet.
        for one in {*range(0, LETTERS, 250), *range(249, LETTERS, 250), LETTERS - 1}:
            assert f"7-{one:05}" in found[one].extract_text()
        # A twentieth of a second for each on a busy machine, and a megabyte for a hundred.
        assert took < max(LETTERS / 20, 10)
        assert len(file) < LETTERS * 10_000 + 1_000_000
        # The merging alone; set in this process, each part would have left its hundred megabytes here.
        assert _peak_of_this_process() - before < 60 + LETTERS / 20


def _peak_of_this_process() -> float:
    """Megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
