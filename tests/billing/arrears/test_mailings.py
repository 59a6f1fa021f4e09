"""A mailing from a list: counted before it is written, and filled by workers a thousand at a time."""

import datetime
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from accounts.models import Account, Branch, Contact, Staff
from billing.models import Mailing, Message, OptOut
from billing.queries.arrears.mailing_preview import preview_mailing
from billing.services.arrears import mailings, notices
from billing.services.arrears.holds import place_hold
from billing.services.arrears.mailings import SPARE_DAYS, fill_mailing, order_messages, waiting_mailings
from billing.tasks import fill_waiting_mailings
from tests.billing.arrears.test_sending import pay_all
from tests.counters.meeting import at_once
from tests.factories.accounts import make_branch, make_staff
from tests.factories.counters import MORNING
from tests.factories.reach import make_debtor, make_message
from tests.hall import clock

__all__ = ["clock"]

TODAY = MORNING.date()


def order(accounts: list[Account], by: Staff) -> Mailing:
    ids = [account.pk for account in accounts]
    return order_messages(ids, template="arrears_sms", at=MORNING, by=by, spare_days=SPARE_DAYS)


def one_of_each(branch: Branch, by: Staff) -> list[Account]:
    """Somebody who gets the message, and one for each reason why somebody gets none."""
    plain, paid, held, disputed, silent, unwilling, reminded, told = (
        make_debtor(branch=branch, phone=f"1380000{number}") for number in range(2000, 2008)
    )
    pay_all(paid)
    place_hold(held.pk, kind="COURT", reason="起诉", by=by, at=MORNING)
    Account.objects.filter(pk=disputed.pk).update(is_disputed=True)
    Contact.objects.filter(customer=silent.customer).update(is_wrong=True)
    OptOut.objects.create(phone="13800002005", since=MORNING, source="T")
    make_message(reminded, state="DELIVERED", sent_at=MORNING, queued_at=MORNING - datetime.timedelta(days=2))
    make_message(
        told, state="CANCELLED", error="HELD", dedupe_key=f"day:{TODAY:%Y%m%d}:arrears_sms:{told.pk}",
        queued_at=MORNING,
    )  # fmt: skip
    return [plain, paid, held, disputed, silent, unwilling, reminded, told]


@pytest.mark.django_db
class TestAPreview:
    def test_counts_what_the_mailing_then_does(self, branch: Branch, supervisor: Staff) -> None:
        accounts = one_of_each(branch, supervisor)
        preview = preview_mailing(
            [one.pk for one in accounts], template="arrears_sms", at=MORNING, on=TODAY, spare_days=SPARE_DAYS
        )

        mailing = order(accounts, supervisor)
        while fill_mailing(mailing.pk, at=MORNING):
            pass

        mailing.refresh_from_db()
        assert (preview.wanted, preview.recipients) == (8, 1)
        assert preview.left_out == {
            "NO_DEBT": 1, "HELD": 2, "NO_NUMBER": 1, "OPTED_OUT": 1, "REMINDED": 1, "TODAY_ALREADY": 1,
        }  # fmt: skip
        assert mailing.left_out == preview.left_out
        assert mailing.messages.count() == 1

    def test_writes_nothing(self, debtor: Account) -> None:
        preview = preview_mailing([debtor.pk], template="arrears_sms", at=MORNING, on=TODAY, spare_days=3)

        assert preview.recipients == 1
        assert not Message.objects.exists()

    def test_forgets_messages_of_long_ago(self, debtor: Account) -> None:
        old = MORNING - datetime.timedelta(days=SPARE_DAYS, minutes=1)
        make_message(debtor, state="DELIVERED", sent_at=old, queued_at=old)

        preview = preview_mailing(
            [debtor.pk], template="arrears_sms", at=MORNING, on=TODAY, spare_days=SPARE_DAYS
        )
        assert preview.recipients == 1


@pytest.mark.django_db
class TestAMailing:
    @pytest.fixture(autouse=True)
    def small_sets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mailings, "SET", 2)

    def test_is_filled_set_by_set(self, branch: Branch, collector: Staff) -> None:
        mailing = order([make_debtor(branch=branch, phone=f"1380000300{one}") for one in range(5)], collector)
        seen = []
        while fill_mailing(mailing.pk, at=MORNING):
            mailing.refresh_from_db()
            seen.append((mailing.looked_at, mailing.messages.count(), mailing.is_at_work))

        assert seen == [(2, 2, True), (4, 4, True), (5, 5, False)]
        assert waiting_mailings() == []

    def test_is_taken_up_by_the_minutes_look(self, debtor: Account, collector: Staff, clock: None) -> None:
        order([debtor], collector)

        fill_waiting_mailings()

        assert Message.objects.count() == 1

    def test_leaves_one_out_whose_text_has_a_gap(
        self, debtor: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = '{"kind": "SMS", "title": "t", "text": "{branch}：欠费{amount}元"}'
        (tmp_path / "by-branch.json").write_text(text, encoding="utf-8")
        monkeypatch.setattr(notices, "FOLDER", tmp_path)
        nameless = make_debtor(branch=make_branch(name=""), phone="13800004002")
        mailing = order_messages(
            [debtor.pk, nameless.pk], template="by-branch", at=MORNING, by=make_staff(role="manager")
        )

        fill_mailing(mailing.pk, at=MORNING)

        mailing.refresh_from_db()
        assert mailing.left_out == {"missing_field": 1}
        assert Message.objects.get().account == debtor


@pytest.mark.django_db(transaction=True)
class TestTwoWorkers:
    def test_write_each_message_once(self, branch: Branch, collector: Staff) -> None:
        mailing = order([make_debtor(branch=branch, phone=f"1380000500{one}") for one in range(4)], collector)
        fill: Callable[[], bool] = partial(fill_mailing, mailing.pk, at=MORNING)

        at_once(fill, fill)

        mailing.refresh_from_db()
        assert (mailing.looked_at, mailing.messages.count(), mailing.left_out) == (4, 4, {})
