"""The pages of matters: what they show, to whom, and how they refuse."""

import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from accounts.models import Staff
from service_quality.models import Attachment, HandOver, Matter
from service_quality.queries.matters.workbench import figures_of
from service_quality.services.leaves import record_leave
from service_quality.services.matters.answering import tell_customer
from service_quality.services.matters.attaching import File, attach_file
from service_quality.services.matters.handing_over import offer_matter
from tests.factories.accounts import make_staff
from tests.factories.arrears import ship_calendars
from tests.factories.counters import MORNING, make_window, post_to
from tests.factories.matters import make_answered, make_closed, make_matter, make_web_matter
from tests.hall import TODAY, Hall, signed_in, text_of
from tests.service_quality.test_take_matter import local

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR....IEND\xaeB`\x82"


@pytest.fixture
def adviser(hall: Hall) -> Staff:
    ship_calendars()
    return make_staff(role="adviser", branch=hall.branch, name="徐丽")


@pytest.fixture
def complaints(hall: Hall) -> Staff:
    return make_staff(role="complaints", branch=hall.branch, name="许淑英")


def new_form(hall: Hall, **changes: Any) -> dict[str, Any]:
    return {
        "request_id": str(uuid4()),
        "kind": "COMPLAINT",
        "source": "PHONE",
        "topic": "TEMPERATURE",
        "severity": "NORMAL",
        "account_no": hall.account.account_no,
        "contact_name": "王淑英",
        "phone": "13900001111",
        "text": "家里只有十六度",
        **changes,
    }


class TestANewMatter:
    def test_is_taken_with_the_account_on_the_screen(self, hall: Hall, adviser: Staff) -> None:
        client = signed_in(adviser)
        page = text_of(client.get(f"/matters/new/?account={hall.account.account_no}"))
        assert hall.account.account_no in page
        assert "王淑英" in page

        answer = client.post("/matters/new/", new_form(hall))

        matter = Matter.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, f"/matters/{matter.number}/")
        assert (matter.first_responder, matter.account, matter.branch) == (adviser, hall.account, hall.branch)
        assert matter.code in text_of(client.get(answer["Location"]))

    def test_keeps_the_hall_of_the_open_shift(self, hall: Hall, adviser: Staff) -> None:
        signed_in(hall.cashier).post("/matters/new/", new_form(hall))

        assert Matter.objects.get().hall == hall.shift.window.hall

    @pytest.mark.parametrize(
        "changes",
        [{"account_no": "", "phone": ""}, {"text": ""}, {"account_no": "0199999999"}, {"kind": "X"}],
    )
    def test_comes_back_with_what_was_typed(
        self, hall: Hall, adviser: Staff, changes: dict[str, str]
    ) -> None:
        answer = signed_in(adviser).post("/matters/new/", new_form(hall, contact_name="李大爷", **changes))

        assert answer.status_code == 422
        assert "李大爷" in text_of(answer)
        assert not Matter.objects.exists()

    def test_names_no_account_of_another_branch(self, hall: Hall, adviser: Staff) -> None:
        number = hall.foreign_account.account_no
        assert "CANARY" not in text_of(signed_in(adviser).get(f"/matters/new/?account={number}"))

        assert signed_in(adviser).post("/matters/new/", new_form(hall, account_no=number)).status_code == 422

    def test_shows_what_is_perhaps_the_same(self, hall: Hall, adviser: Staff) -> None:
        earlier = make_matter(adviser, account=hall.account)

        page = text_of(signed_in(adviser).get(f"/matters/new/?account={hall.account.account_no}"))

        assert earlier.number in page

    def test_is_a_link_at_the_counter_and_on_the_page_of_the_account(
        self, hall: Hall, adviser: Staff
    ) -> None:
        link = f"/matters/new/?account={hall.account.account_no}"

        assert link in text_of(signed_in(hall.cashier).get(f"/counter/?account={hall.account.account_no}"))
        assert link in text_of(signed_in(adviser).get(f"/accounts/{hall.account.account_no}/"))


class TestTheWorkbench:
    def test_shows_my_matters_and_the_story_of_the_chosen_one(self, hall: Hall, adviser: Staff) -> None:
        first, second = (
            make_matter(adviser),
            make_matter(adviser, at=local("2026-11-20 10:00"), text="阀门漏水"),
        )

        page = text_of(signed_in(adviser).get(f"/matters/?list=mine&show={first.number}"))

        assert page.index(f">{second.number}</a>") < page.index(f">{first.number}</a>")
        assert f'href="/matters/{first.number}/" data-open' in page

    def test_finds_by_the_end_of_the_telephone(self, hall: Hall, adviser: Staff) -> None:
        found = make_closed(adviser, phone="13900004711")
        other = make_matter(adviser, phone="13900000815")

        page = text_of(signed_in(adviser).get("/matters/?q=4711"))

        assert found.number in page
        assert other.number not in page

    @pytest.mark.parametrize("address", ["?list=nothing", "?page=x", "?q=%00", "?show=x", "?q=" + "9" * 300])
    def test_takes_any_address(self, hall: Hall, adviser: Staff, address: str) -> None:
        assert signed_in(adviser).get(f"/matters/{address}").status_code == 200

    def test_warns_when_the_calendar_does_not_reach(
        self, hall: Hall, adviser: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert "2027" not in text_of(signed_in(adviser).get("/matters/"))
        monkeypatch.setattr("django.utils.timezone.now", lambda: local("2026-12-15 10:00"))

        assert "2027" in text_of(signed_in(adviser).get("/matters/"))


class TestAMatter:
    def test_of_another_branch_or_a_colleagues_complaint_is_not_there(
        self, hall: Hall, adviser: Staff
    ) -> None:
        elsewhere = make_matter(hall.stranger)
        complaint = make_matter(adviser, kind="COMPLAINT")

        for matter in (elsewhere, complaint):
            for address in (f"/matters/{matter.number}/", f"/matters/{matter.number}/note/"):
                client = signed_in(hall.cashier)
                answer = (
                    client.post(address, {"note-text": "x"}) if "note" in address else client.get(address)
                )
                assert answer.status_code == 404
        assert signed_in(adviser).get(f"/matters/{complaint.number}/").status_code == 200

    def test_refuses_with_the_words_that_were_typed(self, hall: Hall, adviser: Staff) -> None:
        matter = make_matter(adviser)

        answer = signed_in(hall.cashier).post(
            f"/matters/{matter.number}/answer/", {"answer-text": "我来答复"}
        )

        assert answer.status_code == 422
        assert "我来答复" in text_of(answer)
        matter.refresh_from_db()
        assert matter.state == "OPEN"

    def test_is_worked_on_until_it_is_closed(self, hall: Hall, adviser: Staff, complaints: Staff) -> None:
        matter = make_matter(adviser, kind="COMPLAINT")

        def act(by: Staff, name: str, **data: str) -> int:
            sent = {f"{name}-{field}": value for field, value in data.items()}
            return signed_in(by).post(f"/matters/{matter.number}/{name}/", sent).status_code

        assert act(adviser, "offer", to=str(complaints.pk), reason="需要核查录像") == 302
        assert act(complaints, "return", reason="请先补充材料") == 302
        assert act(adviser, "offer", to=str(complaints.pk), reason="材料已补充") == 302
        assert act(complaints, "accept") == 302
        assert act(complaints, "extend", days="3", reason="录像待调取") == 302
        assert act(hall.supervisor, "decide", approve="yes") == 302
        assert act(complaints, "tell", text="正在核查") == 302
        assert act(complaints, "answer", text="情况属实，已致歉") == 302
        assert act(complaints, "close", upheld="yes") == 422
        assert act(complaints, "close", upheld="yes", responsible=str(adviser.pk)) == 302
        assert act(complaints, "rate", satisfaction="4") == 302

        matter.refresh_from_db()
        assert (matter.state, matter.responsible, matter.satisfaction) == ("CLOSED", adviser, 4)
        assert (matter.handler, matter.first_responder) == (complaints, adviser)

    def test_offers_nobody_who_is_away_and_refuses_who_asks_all_the_same(
        self, hall: Hall, adviser: Staff
    ) -> None:
        matter = make_matter(adviser)
        record_leave(
            hall.colleague, first_day=TODAY, last_day=TODAY, reason="病假", by=hall.supervisor, at=MORNING
        )
        client = signed_in(adviser)
        assert f'value="{hall.colleague.pk}"' not in text_of(client.get(f"/matters/{matter.number}/"))

        answer = client.post(
            f"/matters/{matter.number}/offer/", {"offer-to": hall.colleague.pk, "offer-reason": "请处理"}
        )

        assert answer.status_code == 422
        assert not HandOver.objects.exists()

    def test_masks_the_telephone_once_it_is_settled(self, hall: Hall, adviser: Staff) -> None:
        client = signed_in(adviser)
        open_one, closed = (
            make_matter(adviser, phone="13900004711"),
            make_closed(adviser, phone="13900004711"),
        )

        assert "13900004711" in text_of(client.get(f"/matters/{open_one.number}/"))
        assert "13900004711" not in text_of(client.get(f"/matters/{closed.number}/"))


class TestAnotherHall:
    """Of the same branch: what it hears is there for its own clerks, and for who looks after the branch."""

    @pytest.fixture
    def there(self, hall: Hall, adviser: Staff, settings: Settings, tmp_path: Any) -> Matter:
        settings.MEDIA_ROOT = tmp_path
        post_to(hall.shift.window.hall, hall.cashier)
        another = make_window(hall.branch).hall
        post_to(another, adviser)
        matter = make_matter(adviser, hall=another, account=hall.account, contact_name="赵大爷")
        attach_file(matter, file=File("a.pdf", b"%PDF-1.7"), caption="阀门", by=adviser, at=MORNING)
        return matter

    def test_hides_its_matters_from_list_search_counts_page_and_files(
        self, hall: Hall, there: Matter
    ) -> None:
        file = there.attachments.get()
        places = [
            "/matters/?list=open", f"/matters/?q={there.number}", "/matters/new/?account=" + hall.account.account_no,
            f"/accounts/{hall.account.account_no}/",
        ]  # fmt: skip
        doors = [
            f"/matters/{there.number}/",
            f"/matters/{there.number}/slip/",
            f"/matters/attachments/{file.pk}/",
        ]

        clerk, handler = signed_in(hall.cashier), signed_in(make_staff(role="complaints", branch=hall.branch))

        for address in places:
            link = f'href="/matters/{there.number}/"'
            assert (link in text_of(handler.get(address)), link in text_of(clerk.get(address))) == (
                True,
                False,
            )
        for address in doors:
            assert (clerk.get(address).status_code, handler.get(address).status_code) == (404, 200)
        assert clerk.post(f"/matters/{there.number}/note/", {"note-text": "x"}).status_code == 404
        counts = {one.code: one.count for one in figures_of(hall.cashier, MORNING)}
        assert set(counts.values()) == {0}

    def test_shows_its_clerk_what_is_offered_to_them_and_what_has_no_hall(
        self, hall: Hall, adviser: Staff, there: Matter
    ) -> None:
        nowhere = make_matter(adviser)
        assert set(Matter.objects.visible_to(hall.cashier, MORNING)) == {nowhere}

        offer_matter(there, to=hall.cashier, reason="在您窗口", by=adviser, at=MORNING)

        assert signed_in(hall.cashier).get(f"/matters/{there.number}/").status_code == 200

    def test_is_the_own_one_from_the_day_of_the_posting(self, hall: Hall, there: Matter) -> None:
        hall.cashier.hall_postings.update(last_day=TODAY)
        assert there.hall is not None
        post_to(there.hall, hall.cashier, str(TODAY + datetime.timedelta(days=1)))
        clerk = hall.cashier

        assert not Matter.objects.visible_to(clerk, MORNING).exists()
        assert list(Matter.objects.visible_to(clerk, MORNING + datetime.timedelta(days=1))) == [there]

    def test_is_where_somebody_with_no_window_takes_matters(
        self, hall: Hall, adviser: Staff, there: Matter
    ) -> None:
        signed_in(adviser).post("/matters/new/", new_form(hall))

        assert Matter.objects.get(contact_name="王淑英").hall == there.hall

    def test_is_every_hall_to_who_belongs_to_none(self, hall: Hall, there: Matter) -> None:
        assert not Matter.objects.visible_to(hall.colleague, MORNING).exists()


class TestTheSlip:
    def test_gives_the_customer_number_date_and_code_and_no_story(self, hall: Hall, adviser: Staff) -> None:
        matter = make_matter(adviser, text="CANARY")

        page = text_of(signed_in(adviser).get(f"/matters/{matter.number}/slip/"))

        assert all(word in page for word in (matter.number, matter.code, "2026-11-25 17:30", "/follow/"))
        assert "CANARY" not in page


class TestTheFiles:
    def test_are_served_to_those_who_see_the_matter(
        self, hall: Hall, adviser: Staff, settings: Settings, tmp_path: Any
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        matter = make_matter(adviser, kind="COMPLAINT")
        file = SimpleUploadedFile("../../evil.html", PNG, content_type="text/html")

        answer = signed_in(adviser).post(
            f"/matters/{matter.number}/attach/", {"attach-caption": "阀门", "attach-file": file}
        )

        assert answer.status_code == 302
        kept = Attachment.objects.get()
        assert "evil" not in kept.path
        served = signed_in(adviser).get(f"/matters/attachments/{kept.pk}/")
        assert (served.content, served["Content-Type"]) == (PNG, "image/png")
        assert served["X-Content-Type-Options"] == "nosniff"
        assert signed_in(hall.cashier).get(f"/matters/attachments/{kept.pk}/").status_code == 404
        assert Client().get(f"/matters/attachments/{kept.pk}/").status_code == 302

    def test_that_are_none_are_refused(
        self, hall: Hall, adviser: Staff, settings: Settings, tmp_path: Any
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        matter = make_matter(adviser)
        file = SimpleUploadedFile("photo.png", b"<html><script>alert(1)</script>", content_type="image/png")

        answer = signed_in(adviser).post(
            f"/matters/{matter.number}/attach/", {"attach-caption": "阀门", "attach-file": file}
        )

        assert answer.status_code == 422
        assert not Attachment.objects.exists()
        assert not list(tmp_path.rglob("*.*"))


class TestTheInbox:
    def test_shows_what_is_offered_to_me_and_what_became_of_mine(self, hall: Hall, adviser: Staff) -> None:
        matter = make_matter(adviser, kind="COMPLAINT")
        offer_matter(matter, to=hall.cashier, reason="在您窗口", by=adviser, at=MORNING)

        assert matter.number in text_of(signed_in(hall.cashier).get("/matters/hand-overs/"))
        assert matter.number in text_of(signed_in(adviser).get("/matters/hand-overs/"))
        assert matter.number not in text_of(signed_in(hall.colleague).get("/matters/hand-overs/"))
        assert signed_in(hall.cashier).get(f"/matters/{matter.number}/").status_code == 200


class TestTheOverdueList:
    def test_has_the_customers_who_were_not_told_in_time(self, hall: Hall, adviser: Staff) -> None:
        untold = make_matter(adviser, is_special=True, at=local("2026-11-17 10:00"))
        told = make_matter(adviser, is_special=True, at=local("2026-11-17 10:00"))
        tell_customer(told, text="配件明天到", by=adviser, at=local("2026-11-18 10:00"))

        page = text_of(signed_in(hall.supervisor).get("/matters/overdue/"))

        assert untold.late_since(MORNING) == local("2026-11-20 17:30")
        assert not untold.is_overdue_at(MORNING)
        assert (untold.number in page, told.number in page) == (True, False)
        assert "2026-11-20 17:30" in page

    def test_is_pushed_line_by_line(self, hall: Hall, adviser: Staff) -> None:
        late = make_matter(adviser, at=local("2026-11-16 10:00"))
        client = signed_in(hall.supervisor)
        assert late.number in text_of(client.get("/matters/overdue/"))

        answer = client.post(
            f"/matters/{late.number}/remind/", {"remind-text": "今天答复", "back": "overdue"}
        )

        assert (answer.status_code, answer["Location"]) == (302, "/matters/overdue/")
        late.refresh_from_db()
        assert late.reminders == 1

    def test_asks_the_database_as_often_for_twenty_as_for_one(
        self, hall: Hall, adviser: Staff, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(20):
            make_matter(adviser, at=local("2026-11-16 10:00"))

        for address, most in (("/matters/overdue/", 14), ("/matters/?list=open", 16)):
            client = signed_in(hall.supervisor)
            with django_assert_max_num_queries(most):
                client.get(address)


class TestTheLeaves:
    def test_are_entered_and_cancelled_by_the_supervisor(self, hall: Hall, adviser: Staff) -> None:
        client = signed_in(hall.supervisor)
        body = {"staff": adviser.pk, "first_day": "2026-11-23", "last_day": "2026-11-25", "reason": "年假"}

        assert client.post("/matters/leave/", body).status_code == 302
        assert client.post("/matters/leave/", body).status_code == 422
        leave = adviser.leaves.get()
        assert "2026-11-25" in text_of(client.get("/matters/leave/"))
        assert client.post(f"/matters/leave/{leave.pk}/cancel/").status_code == 302

        leave.refresh_from_db()
        assert leave.cancelled_at is not None


class TestFollowing:
    """The customer's pages. Each test has a telephone and an address of its own: knocks are counted."""

    def customer(self) -> Client:
        number = uuid4().int
        return Client(REMOTE_ADDR=f"10.{number % 250}.{number // 250 % 250}.{number // 62500 % 250}")

    def test_leaves_a_matter_and_comes_back_with_telephone_and_code(self, hall: Hall, adviser: Staff) -> None:
        client, phone = self.customer(), f"1390002{uuid4().int % 10_000:04}"
        body = {
            "request_id": str(uuid4()), "kind": "COMPLAINT", "topic": "SUPPLY", "hall": hall.shift.window.hall.pk,
            "phone": phone, "text": "暖气一直不热", "contact_name": "孙女士",
        }  # fmt: skip

        assert client.post("/follow/new/", body)["Location"] == "/follow/matter/"
        assert client.post("/follow/new/", body)["Location"] == "/follow/matter/"

        matter = Matter.objects.get()
        assert (matter.state, matter.source, matter.first_responder) == ("NEW", "WEB", None)
        assert (matter.branch, matter.hall) == (hall.branch, hall.shift.window.hall)
        assert matter.code in text_of(client.get("/follow/matter/"))
        again = self.customer()
        spelled = f" {matter.code[:4].lower()}-{matter.code[4:].lower()} "
        assert (
            again.post("/follow/", {"phone": f"{phone[:3]} {phone[3:]}", "code": spelled})["Location"]
            == "/follow/matter/"
        )
        assert matter.number in text_of(again.get("/follow/matter/"))

    def test_is_found_by_the_telephone_on_file_of_the_account(self, hall: Hall, adviser: Staff) -> None:
        matter = make_matter(adviser, account=hall.account, phone="")
        client = self.customer()

        answer = client.post("/follow/", {"phone": "13800001234", "code": matter.code})

        assert answer.status_code == 302

    def test_tells_a_stranger_nothing(self, hall: Hall, adviser: Staff) -> None:
        matter = make_matter(adviser, phone="13900007002", text="CANARY")
        client = self.customer()

        for phone, code in (
            ("13900007002", "WRONGXYZ"),
            ("13900007003", matter.code),
            ("13900007002", "é"),
            ("", ""),
        ):
            answer = client.post("/follow/", {"phone": phone, "code": code})
            assert answer.status_code == 422
            assert "CANARY" not in text_of(answer)
        assert client.get("/follow/matter/").status_code == 302

    def test_forgets_the_matter_when_the_customer_is_done(self, hall: Hall, adviser: Staff) -> None:
        matter, client = make_matter(adviser, phone="13900007777"), self.customer()
        client.post("/follow/", {"phone": "13900007777", "code": matter.code})
        page = client.get("/follow/matter/")
        assert 'action="/follow/done/"' in text_of(page)
        # What the browser may not keep, Back asks for again.
        assert "no-store" in page["Cache-Control"]

        assert client.post("/follow/done/")["Location"] == "/follow/"

        assert client.get("/follow/matter/")["Location"] == "/follow/"
        assert matter.number not in text_of(client.get("/follow/"))
        assert client.post("/follow/matter/rate/", {"rate-satisfaction": "1"})["Location"] == "/follow/"
        matter.refresh_from_db()
        assert matter.satisfaction is None

    def test_says_what_was_told_and_nothing_of_what_we_note(self, hall: Hall, adviser: Staff) -> None:
        matter = make_answered(adviser, phone="13900007004")
        signed_in(adviser).post(f"/matters/{matter.number}/note/", {"note-text": "用户情绪激动"})
        client = self.customer()
        client.post("/follow/", {"phone": "13900007004", "code": matter.code})

        page = text_of(client.get("/follow/matter/"))

        assert "已上门处理，室温二十度。" in page
        assert "用户情绪激动" not in page
        assert adviser.name not in page
        assert "13900007004" not in page

    def test_rates_once_and_opens_it_again_in_time(self, hall: Hall, adviser: Staff) -> None:
        matter = make_closed(adviser, phone="13900007005")
        client = self.customer()
        client.post("/follow/", {"phone": "13900007005", "code": matter.code})

        assert client.post("/follow/matter/rate/", {"rate-satisfaction": "2"}).status_code == 302
        assert client.post("/follow/matter/rate/", {"rate-satisfaction": "5"}).status_code == 422
        matter.refresh_from_db()
        assert matter.satisfaction == 2
        assert client.post("/follow/matter/reopen/", {"reopen-text": ""}).status_code == 422
        assert client.post("/follow/matter/reopen/", {"reopen-text": "又不热了"}).status_code == 302
        matter.refresh_from_db()
        assert (matter.state, matter.reopenings) == ("OPEN", 1)

    def test_opens_nothing_again_too_late(
        self, hall: Hall, adviser: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        matter = make_closed(adviser, at=local("2026-11-02 10:00"), phone="13900007006")
        client = self.customer()
        client.post("/follow/", {"phone": "13900007006", "code": matter.code})

        assert 'action="/follow/matter/reopen/"' not in text_of(client.get("/follow/matter/"))
        assert client.post("/follow/matter/reopen/", {"reopen-text": "又不热了"}).status_code == 422
        matter.refresh_from_db()
        assert matter.state == "CLOSED"

    def test_turns_away_who_knocks_too_often(self, hall: Hall, adviser: Staff) -> None:
        phone = f"1390000{uuid4().int % 10_000:04}"
        body = {"phone": phone, "code": "AAAAAAAA"}

        # From as many addresses as they like: the telephone is counted too.
        told = [self.customer().post("/follow/", body).status_code for _ in range(21)]

        assert told == [422] * 20 + [429]

    def test_takes_no_more_than_five_matters_of_one_telephone(self, hall: Hall, adviser: Staff) -> None:
        phone = f"1390001{uuid4().int % 10_000:04}"

        told = [
            self.customer().post(
                "/follow/new/",
                {"request_id": str(uuid4()), "kind": "INQUIRY", "topic": "OTHER", "hall": hall.shift.window.hall.pk,
                 "phone": phone, "text": "问一下"},
            ).status_code
            for _ in range(6)
        ]  # fmt: skip

        assert told == [302] * 5 + [429]
        assert Matter.objects.count() == 5

    def test_finds_out_by_trying_which_accounts_there_are_only_so_often(self, hall: Hall) -> None:
        client = self.customer()
        body = {
            "request_id": str(uuid4()), "kind": "INQUIRY", "topic": "OTHER", "phone": "13900020000", "text": "问一下",
        }  # fmt: skip

        told = [client.post("/follow/new/", body | {"account_no": f"X{one}"}) for one in range(20)]
        last = client.post("/follow/new/", body | {"account_no": hall.account.account_no})

        assert [answer.status_code for answer in (*told, last)] == [422] * 20 + [429]
        assert "问一下" in text_of(last)
        assert not Matter.objects.exists()


class TestWhatNobodyHas:
    def test_is_taken_up_from_the_list(self, hall: Hall, adviser: Staff, complaints: Staff) -> None:
        matter = make_web_matter(hall.branch, kind="COMPLAINT")
        assert matter.number in text_of(signed_in(complaints).get("/matters/?list=new"))

        assert signed_in(complaints).post(f"/matters/{matter.number}/claim/").status_code == 302

        matter.refresh_from_db()
        assert (matter.first_responder, matter.handler) == (complaints, complaints)

    def test_is_found_nowhere_under_a_number_that_is_none(self, hall: Hall, complaints: Staff) -> None:
        client = signed_in(complaints)

        assert client.get("/matters/%00/").status_code == 404
        assert client.get("/matters/%00/slip/").status_code == 404
        assert client.post("/matters/%00/claim/").status_code == 404
