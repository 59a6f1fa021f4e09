"""The pages of districts and their targets, of a mailing from the list, of orders by hand, of the year, of payers."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import District, DistrictOwner
from billing.models import (
    ArrearsCase,
    CaseStep,
    Donation,
    DonationGrant,
    DonationReversal,
    Mailing,
    Message,
    Payment,
    RecoveryTarget,
    SupplyOrder,
    ThirdPartyPayer,
)
from billing.services.arrears.contacts import record_call
from billing.services.arrears.mailings import fill_mailing
from tests.factories.accounts import make_account, make_staff
from tests.factories.billing import make_bill
from tests.factories.counters import MORNING, cash, pay
from tests.factories.donations import make_donation, make_payer
from tests.factories.reach import make_debtor, make_step
from tests.factories.supply import make_order
from tests.hall import CANARY, PASSWORD, TODAY, Hall, signed_in, text_of

pytestmark = pytest.mark.django_db


def district_of(hall: Hall) -> District:
    return hall.account.premises.district


class TestTheRecoveryPage:
    def test_shows_rate_and_target_and_opens_the_bills_behind(self, hall: Hall) -> None:
        pay(hall.shift, hall.account, [hall.bill], cash("40.00"))

        answer = signed_in(make_staff(role="collector", branch=hall.branch)).get("/arrears/recovery/")

        (row,) = answer.context["districts"]
        current = row["parts"][0]
        assert (str(current["part"].due), str(current["part"].received)) == ("100.00", "40.00")
        assert str(current["part"].rate) == "40.00"
        assert current["bar"] == 120
        rows = signed_in(hall.supervisor).get(current["url"])
        assert [one.number for one in rows.context["page_obj"]] == [hall.bill.number]
        assert CANARY not in text_of(answer)

    def test_marks_the_own_district(self, hall: Hall) -> None:
        collector = make_staff(role="collector", branch=hall.branch)
        DistrictOwner.objects.create(
            district=district_of(hall), owner=collector, owns_from=TODAY, given_at=MORNING
        )

        answer = signed_in(collector).get("/arrears/recovery/")

        assert [row["is_mine"] for row in answer.context["districts"]] == [True]

    @pytest.mark.parametrize("month", ["", "2026-13", "x", "2026-02"])
    def test_takes_any_month_that_can_be_read(self, hall: Hall, month: str) -> None:
        assert signed_in(hall.supervisor).get(f"/arrears/recovery/?month={month}").status_code == 200


class TestTheTargets:
    def test_are_proposed_and_decided_by_two_persons(self, hall: Hall) -> None:
        fields = {
            "district": district_of(hall).pk, "kind": "OLD", "month": "2026-12", "base": "12.00",
            "difficulty": "0.94", "reason": "老旧小区",
        }  # fmt: skip
        assert signed_in(hall.supervisor).post("/arrears/recovery/targets/", fields).status_code == 302
        target = RecoveryTarget.objects.get()
        address = f"/arrears/recovery/targets/{target.pk}/decision/"
        manager = signed_in(make_staff(role="manager", branch=hall.branch))

        assert manager.post(address, {"decision": "approve"}).status_code == 302
        assert manager.post(address, {"decision": "approve"}).status_code == 422

        target.refresh_from_db()
        assert (target.state, str(target.target)) == ("APPROVED", "11.28")

    @pytest.mark.parametrize(
        "wrong", [{"month": "2026-11"}, {"month": "0000-01"}, {"base": "101"}, {"reason": ""}]
    )
    def test_come_back_with_what_was_typed(self, hall: Hall, wrong: dict[str, str]) -> None:
        fields = {
            "district": district_of(hall).pk, "kind": "OLD", "month": "2026-12", "base": "12.00",
            "difficulty": "0.94", "reason": "老旧小区", **wrong,
        }  # fmt: skip

        answer = signed_in(hall.supervisor).post("/arrears/recovery/targets/", fields)

        assert answer.status_code == 422
        assert "0.94" in text_of(answer)
        assert not RecoveryTarget.objects.exists()

    def test_stand_beside_whose_district_it_is(self, hall: Hall) -> None:
        collector = make_staff(role="collector", branch=hall.branch, name="赵铁柱")
        client = signed_in(hall.supervisor)

        answer = client.post(
            "/arrears/recovery/owners/", {"district": district_of(hall).pk, "owner": collector.pk}
        )

        assert answer.status_code == 302
        assert "赵铁柱" in text_of(client.get("/arrears/recovery/targets/"))
        again = client.post(
            "/arrears/recovery/owners/", {"district": district_of(hall).pk, "owner": collector.pk}
        )
        assert again.status_code == 422


class TestAMailingFromTheList:
    def test_counts_first_and_then_writes(self, hall: Hall) -> None:
        collector = make_staff(role="collector", branch=hall.branch)
        debtor, silent = make_debtor(branch=hall.branch), make_debtor(branch=hall.branch, phone=None)
        for one in (debtor, silent):
            make_step(one)
        client, address = signed_in(collector), "/arrears/reminders/new/?whose=all&tab=all"
        assert "/arrears/reminders/new/?" in text_of(client.get("/arrears/?whose=all"))

        shown = client.get(address)
        assert (shown.context["preview"].wanted, shown.context["preview"].recipients) == (2, 1)
        assert shown.context["preview"].left_out == {"NO_NUMBER": 1}
        assert not Mailing.objects.exists()
        answer = client.post(address, {"template": "arrears_sms"})

        mailing = Mailing.objects.get()
        assert answer["Location"] == f"/arrears/mailings/{mailing.pk}/"
        progress = f"/arrears/mailings/{mailing.pk}/progress/"
        while fill_mailing(mailing.pk, at=MORNING):
            pass
        assert client.get(progress)["HX-Refresh"] == "true"
        assert Message.objects.get().account == debtor

    def test_shows_how_far_it_is(self, hall: Hall) -> None:
        collector = make_staff(role="collector", branch=hall.branch)
        mailing = Mailing.objects.create(
            kind="SMS", template="arrears_sms", made_at=MORNING, made_by=collector, wanted=4,
            waiting=[hall.account.pk],
        )  # fmt: skip

        answer = signed_in(collector).get(f"/arrears/mailings/{mailing.pk}/")

        assert answer.context["percent"] == 75
        assert 'hx-trigger="every 2s"' in text_of(answer)

    def test_is_refused_when_the_list_is_empty(self, hall: Hall) -> None:
        answer = signed_in(hall.supervisor).post(
            "/arrears/reminders/new/?whose=all&least=999999", {"template": "arrears_sms"}
        )

        assert answer.status_code == 422
        assert not Mailing.objects.exists()


class TestAnOrderByHand:
    def test_is_proposed_on_the_page_of_its_case(self, hall: Hall) -> None:
        order = make_order(make_account(branch=hall.branch))
        assert order.step is not None
        SupplyOrder.objects.update(state="REFUSED", reason="证据不足")
        CaseStep.objects.filter(pk=order.step.pk).update(
            state="CANCELLED", ended_at=MORNING, reason="证据不足"
        )
        client = signed_in(make_staff(role="collector", branch=hall.branch))
        address = f"/arrears/cases/{order.step.case_id}/order/"
        assert address in text_of(client.get(f"/arrears/cases/{order.step.case_id}/"))

        assert client.post(address, {"reason": ""}).status_code == 422
        answer = client.post(address, {"reason": "多次推脱"})

        proposed = SupplyOrder.objects.get(state="PROPOSED")
        assert answer["Location"] == f"/arrears/orders/{proposed.pk}/"
        assert f"/arrears/cases/{order.step.case_id}/" in text_of(client.get(answer["Location"]))

    def test_lists_what_is_missing(self, hall: Hall) -> None:
        step = make_step(make_debtor(branch=hall.branch), "CALL")
        client = signed_in(make_staff(role="collector", branch=hall.branch))

        answer = client.get(f"/arrears/cases/{step.case_id}/order/")

        assert len(answer.context["wanted"].missing) == 2
        assert '<form method="post">' not in text_of(answer)
        assert ArrearsCase.objects.filter(pk=step.case_id).exists()


class TestTheYear:
    def test_counts_month_by_month_and_opens_the_rows(self, hall: Hall) -> None:
        collector = make_staff(role="collector", branch=hall.branch)
        step = make_step(make_debtor(branch=hall.branch), "CALL")
        record_call(step.pk, result="NO_ANSWER", request_id=uuid4(), at=MORNING, by=collector)
        old = make_bill(hall.account, total="50.00", due_on=datetime.date(2026, 10, 1))
        pay(hall.shift, hall.account, [old], cash("60.00"))
        client = signed_in(collector)

        answer = client.get("/arrears/year/?year=2026")

        totals = {one["url"].split("/")[3]: str(one["total"]) for one in answer.context["figures"]}
        assert totals == {
            "calls": "1", "messages": "0", "notices": "0", "lines": "0", "recovered": "50.00",
        }  # fmt: skip
        rows = client.get("/arrears/year/calls/?year=2026&month=11")
        assert len(rows.context["page_obj"].object_list) == 1
        assert client.get("/arrears/year/calls/?year=2026&month=10").context["page_obj"].object_list == []
        assert client.get("/arrears/year/nonsense/").status_code == 404

    @pytest.mark.parametrize("year", ["", "x", "99999", "１９９９", "1999"])
    def test_shows_this_year_where_nothing_can_be_read(self, hall: Hall, year: str) -> None:
        assert signed_in(hall.supervisor).get(f"/arrears/year/?year={year}").context["year"] == 2026

    def test_hides_other_branches(self, hall: Hall) -> None:
        step = make_step(make_debtor(branch=hall.stranger.branch), "CALL")
        record_call(
            step.pk, result="NO_ANSWER", request_id=uuid4(), at=MORNING,
            by=make_staff(role="collector", branch=hall.stranger.branch),
        )  # fmt: skip

        answer = signed_in(make_staff(role="collector", branch=hall.branch)).get("/arrears/year/calls/")
        assert list(answer.context["page_obj"].object_list) == []


class TestPayers:
    def test_are_entered_and_pay_for_others_at_the_window(self, hall: Hall) -> None:
        fields = {"kind": "EMPLOYER", "name": "市第一机械厂", "branch": hall.branch.pk}
        assert signed_in(hall.supervisor).post("/payers/", fields).status_code == 302
        assert signed_in(hall.supervisor).post("/payers/", fields).status_code == 422
        payer, cashier = ThirdPartyPayer.objects.get(), signed_in(hall.cashier)

        wanted = {
            "request_id": str(uuid4()), "account_no": hall.account.account_no, "amount": "104.00", "method": "CASH",
        }  # fmt: skip
        answer = cashier.post(f"/counter/payers/{payer.pk}/", wanted)

        payment = Payment.objects.get()
        assert (answer.status_code, payment.third_party.payer) == (302, payer)
        assert "市第一机械厂" in text_of(cashier.get(answer["Location"]))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"account_no": "nobody"},
            {"amount": "x"},
            {"method": "DONATION"},
            {"method": "POS"},
            {"amount": ""},
        ],
    )
    def test_come_back_with_what_was_typed(self, hall: Hall, wrong: dict[str, str]) -> None:
        payer = make_payer(hall.branch)
        fields: dict[str, Any] = {
            "request_id": str(uuid4()), "account_no": hall.account.account_no, "amount": "10.00", "method": "CASH",
            **wrong,
        }  # fmt: skip

        answer = signed_in(hall.cashier).post(f"/counter/payers/{payer.pk}/", fields)

        assert answer.status_code == 422
        assert not Payment.objects.exists()

    def test_donate_and_two_people_give_it(self, hall: Hall) -> None:
        payer, supervisor = make_payer(hall.branch), signed_in(hall.supervisor)
        given = {
            "request_id": str(uuid4()), "amount": "2000.00", "method": "BANK", "reference": "JZ1", "purpose": "困难家庭",
        }  # fmt: skip
        assert supervisor.post(f"/payers/{payer.pk}/donations/", given).status_code == 302
        wanted = {
            "donation": Donation.objects.get().pk, "bill": hall.bill.number, "amount": "100.00", "reason": "低保户",
        }  # fmt: skip
        assert supervisor.post(f"/payers/{payer.pk}/grants/", wanted).status_code == 302
        grant = DonationGrant.objects.get()
        manager = signed_in(make_staff(role="manager", branch=hall.branch))

        answer = manager.post(f"/payers/grants/{grant.pk}/decision/", {"decision": "approve"})

        assert answer.status_code == 302
        hall.bill.refresh_from_db()
        assert hall.bill.outstanding == Decimal("0.00")
        page = text_of(manager.get(f"/payers/{payer.pk}/"))
        assert "1,900.00" in page
        assert text_of(signed_in(hall.cashier).get(f"/counter/credits/{Payment.objects.get().request_id}/"))

    def test_take_a_donation_back_with_a_second_person(self, hall: Hall) -> None:
        donation, supervisor = make_donation(hall.branch, by=hall.supervisor), signed_in(hall.supervisor)
        manager = make_staff(role="manager", branch=hall.branch, password=PASSWORD)
        address = f"/payers/donations/{donation.pk}/back/"
        fields = {"request_id": str(uuid4()), "reason": "WRONG_AMOUNT", "note": "多录一位"}
        assert donation.reference in text_of(supervisor.get(address))
        assert supervisor.post(address, fields).status_code == 422
        assert not DonationReversal.objects.exists()

        signed = {**fields, "second_number": manager.number, "second_password": PASSWORD}
        answer = supervisor.post(address, signed)

        assert answer.status_code == 302
        assert DonationReversal.objects.get().approved_by == manager
        assert address in supervisor.get(f"/payers/{donation.payer_id}/").content.decode()
        assert "多录一位" in text_of(supervisor.get(address))

    def test_show_a_refusal_beside_the_form(self, hall: Hall) -> None:
        donation = make_donation(hall.branch, amount=Decimal("10.00"))
        wanted = {"donation": donation.pk, "bill": hall.bill.number, "amount": "10.01", "reason": "低保户"}

        answer = signed_in(hall.supervisor).post(f"/payers/{donation.payer_id}/grants/", wanted)

        assert (answer.status_code, DonationGrant.objects.count()) == (422, 0)
        assert "低保户" in text_of(answer)


@pytest.mark.parametrize("month", ["0001-01", "9999-12"])
def test_a_month_beyond_all_others_is_this_month(hall: Hall, month: str) -> None:
    assert signed_in(hall.supervisor).get("/arrears/recovery/", {"month": month}).status_code == 200
