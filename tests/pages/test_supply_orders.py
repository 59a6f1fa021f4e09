"""Pages of supply: the supervisor's list, an order, the field worker's phone; and the pages of write-offs."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Account, Staff
from billing.models import Bill, DeliveryProof, SupplyOrder, WriteOff
from tests.billing.arrears.supply_people import JPEG
from tests.counters.rows import all_rows
from tests.factories.accounts import make_account, make_staff
from tests.factories.counters import MORNING
from tests.factories.supply import make_approved, make_order, make_write_off
from tests.hall import PASSWORD, TODAY, Hall, signed_in, text_of

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def heat(hall: Hall) -> Account:
    return make_account(branch=hall.branch)


@pytest.fixture
def worker(hall: Hall) -> Staff:
    return make_staff(role="collector", branch=hall.branch, name="赵铁柱", password=PASSWORD)


def picture(content: bytes = JPEG, name: str = "阀门.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


class TestTheList:
    def test_shows_what_waits_and_approves_the_ticked_ones(self, hall: Hall, heat: Account) -> None:
        ticked, left = make_order(heat), make_order(make_account(branch=hall.branch))
        client = signed_in(hall.supervisor)
        assert text_of(client.get("/arrears/orders/")).count('name="orders"') == 2

        answer = client.post("/arrears/orders/", {"orders": [ticked.pk]})

        assert answer.status_code == 302
        states = dict(SupplyOrder.objects.values_list("pk", "state"))
        assert states == {ticked.pk: "APPROVED", left.pk: "PROPOSED"}

    @pytest.mark.parametrize("ticked", [[], ["0"], ["x"]])
    def test_asks_again_when_nothing_sensible_is_ticked(
        self, hall: Hall, heat: Account, ticked: list[str]
    ) -> None:
        make_order(heat)
        client = signed_in(hall.supervisor)
        before = all_rows()

        answer = client.post("/arrears/orders/", {"orders": ticked})

        assert (answer.status_code, all_rows()) == (422, before)

    def test_has_the_late_ones_on_top_with_their_clock(self, hall: Hall, heat: Account) -> None:
        punctual = make_approved(heat)
        late, waits = (make_approved(make_account(branch=hall.branch)) for _ in range(2))
        SupplyOrder.objects.filter(pk=late.pk).update(planned_on="2026-11-20")
        SupplyOrder.objects.filter(pk=waits.pk).update(kind="RESTORE", planned_on=None, due_at=MORNING - HOUR)

        answer = signed_in(hall.supervisor).get("/arrears/orders/?show=underway")

        assert [row["id"] for row in answer.context["page_obj"]] == [waits.pk, late.pk, punctual.pk]
        assert answer.context["counts"] == {"waiting": 0, "underway": 3, "late": 2}

    def test_asks_the_same_number_of_questions_for_many_orders(
        self, hall: Hall, heat: Account, django_assert_max_num_queries: Any
    ) -> None:
        make_order(heat)
        client = signed_in(hall.supervisor)
        client.get("/arrears/orders/")
        for _ in range(3):
            make_order(make_account(branch=hall.branch))

        with django_assert_max_num_queries(9):
            client.get("/arrears/orders/")


class TestAnOrder:
    def test_is_approved_for_a_day_and_given_to_a_worker(
        self, hall: Hall, heat: Account, worker: Staff
    ) -> None:
        order, client = make_order(heat), signed_in(hall.supervisor)

        client.post(f"/arrears/orders/{order.pk}/", {"decision": "approve", "planned_on": str(TODAY)})
        answer = client.post(f"/arrears/orders/{order.pk}/worker/", {"worker": worker.pk})

        order.refresh_from_db()
        assert (answer.status_code, order.state, order.worker) == (302, "APPROVED", worker)

    def test_says_why_it_is_not_approved_and_keeps_what_was_typed(self, hall: Hall, heat: Account) -> None:
        order = make_order(heat, notice_days=3)
        form = {"decision": "approve", "planned_on": str(TODAY), "reason": "想一想"}

        answer = signed_in(hall.supervisor).post(f"/arrears/orders/{order.pk}/", form)

        assert answer.status_code == 422
        assert answer.context["form"].errors["__all__"].as_data()[0].code == "too_early"
        assert 'value="想一想"' in text_of(answer)

    def test_keeps_the_proof_that_the_customer_was_told(
        self, hall: Hall, heat: Account, worker: Staff
    ) -> None:
        order = make_approved(heat, notice_days=3)
        form = {"kind": "SIGNED", "delivered_at": "2026-11-23T09:00"}

        answer = signed_in(worker).post(f"/arrears/orders/{order.pk}/announcement/", form)

        assert answer.status_code == 302
        assert DeliveryProof.objects.get(step__orders=order).kind == "SIGNED"


class TestTheFieldWorkersPhone:
    def test_shows_what_is_mine_or_nobodys(self, hall: Hall, heat: Account, worker: Staff) -> None:
        nobodys = make_approved(heat)
        others = make_approved(make_account(branch=hall.branch))
        SupplyOrder.objects.filter(pk=others.pk).update(
            worker=make_staff(role="collector", branch=hall.branch)
        )
        client = signed_in(worker)

        answer = client.get("/arrears/field/")

        assert [row["id"] for row in answer.context["orders"]] == [nobodys.pk]
        assert client.get(f"/arrears/field/{others.pk}/").status_code == 404

    def test_cuts_with_a_photo_that_only_staff_of_the_branch_see(
        self, hall: Hall, heat: Account, worker: Staff
    ) -> None:
        order, client = make_approved(heat), signed_in(worker)

        answer = client.post(f"/arrears/field/{order.pk}/", {"meter_value": "", "photo": picture()})

        assert answer.status_code == 302
        photo = signed_in(hall.cashier).get(f"/arrears/orders/{order.pk}/photo/")
        assert photo.getvalue() == JPEG
        assert (photo["Content-Type"], photo["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        assert signed_in(hall.stranger).get(f"/arrears/orders/{order.pk}/photo/").status_code == 404

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"<script>alert(1)</script>", "a.jpg"),
            (b"GIF89a", "a.gif"),
            (b"\xff\xd8\xff" + b"0" * (5 * 1024 * 1024) + b"\xff\xd9", "large.jpg"),
        ],
    )
    def test_refuses_what_is_no_photo_or_too_large(
        self, heat: Account, worker: Staff, media: Path, content: bytes, name: str
    ) -> None:
        order, client = make_approved(heat), signed_in(worker)
        before = all_rows()

        answer = client.post(f"/arrears/field/{order.pk}/", {"photo": picture(content, name)})

        assert (answer.status_code, all_rows(), list(media.iterdir())) == (422, before, [])

    def test_asks_for_the_photo_and_keeps_the_reading(self, heat: Account, worker: Staff) -> None:
        order = make_approved(heat)

        answer = signed_in(worker).post(f"/arrears/field/{order.pk}/", {"meter_value": "12.5"})

        assert answer.context["form"].errors["__all__"].as_data()[0].code == "photo_missing"
        assert 'value="12.5"' in text_of(answer)

    def test_says_not_to_touch_the_valve_when_the_reason_has_gone(
        self, hall: Hall, heat: Account, worker: Staff
    ) -> None:
        order = make_approved(heat)
        Account.objects.filter(pk=heat.pk).update(is_disputed=True)

        answer = signed_in(worker).post(f"/arrears/field/{order.pk}/", {"photo": picture()}, follow=True)

        assert "notice warning" in text_of(answer)
        order.refresh_from_db()
        assert (order.state, order.photo) == ("CANCELLED", "")

    def test_keeps_the_last_word_without_a_photo(self, heat: Account, worker: Staff) -> None:
        order = make_approved(heat, last_word_minutes=30)

        answer = signed_in(worker).post(f"/arrears/field/{order.pk}/", {"last_word": "1"})

        order.refresh_from_db()
        assert (answer.status_code, order.last_word_at is not None) == (302, True)


class TestWriteOffs:
    def test_are_proposed_at_the_bill(self, hall: Hall, worker: Staff) -> None:
        form = {"kind": "DOUBTFUL", "reason": "DECEASED", "note": "无遗产"}

        answer = signed_in(worker).post(f"/arrears/write-offs/bills/{hall.bill.number}/new/", form)

        assert answer.status_code == 302
        assert WriteOff.objects.get().bill == hall.bill

    def test_are_approved_by_two_and_taken_back_at_the_window(self, hall: Hall, heat: Account) -> None:
        lost = make_write_off(heat)
        manager = make_staff(role="manager", branch=hall.branch, password=PASSWORD)
        for person in (hall.supervisor, manager):
            signed_in(person).post(f"/arrears/write-offs/{lost.pk}/decision/", {"decision": "approve"})
        assert Bill.objects.get(pk=lost.bill_id).state == "WRITEOFF"

        answer = signed_in(hall.cashier).post(f"/arrears/write-offs/{lost.pk}/recovery/")

        assert answer["Location"] == f"/bills/{lost.bill.number}/"
        assert Bill.objects.get(pk=lost.bill_id).state == "OPEN"

    def test_show_a_refused_approval_with_its_reason(self, hall: Hall, heat: Account) -> None:
        lost = make_write_off(heat)
        manager = make_staff(role="manager", branch=hall.branch, password=PASSWORD)

        answer = signed_in(manager).post(f"/arrears/write-offs/{lost.pk}/decision/", {"decision": "approve"})

        assert answer.status_code == 422
        assert answer.context["form"].errors["__all__"].as_data()[0].code == "may_not_approve"
