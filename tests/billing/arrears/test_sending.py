"""A message is looked at again under the account's lock before it leaves (reliability.md 27)."""

import datetime
from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction

from accounts.models import Account, Contact
from billing.models import ArrearsHold, Bill, CaseStep, Message, OptOut
from billing.sending import ask_after, send_messages
from billing.services.arrears.sending import claim_message, doubt_old_claims, is_sending_hour
from billing.sms.gateway import (
    Fate,
    Finding,
    Gateway,
    GatewayDown,
    GatewayRefused,
    GatewayUnsure,
    Outgoing,
)
from tests.counters.meeting import at_once, remove_row_locks
from tests.factories.accounts import make_customer
from tests.factories.counters import MORNING
from tests.factories.reach import make_debtor, make_message, make_step

LATER = MORNING + datetime.timedelta(minutes=6)


class Listening(Gateway):
    """Keeps what it is given; answers as it is told to."""

    def __init__(self, error: Exception | None = None, finding: Finding | None = None) -> None:
        self.out: list[Outgoing] = []
        self.error, self.finding = error, finding or Finding(Fate.UNKNOWN)

    def send(self, message: Outgoing) -> str:
        self.out.append(message)
        if self.error:
            raise self.error
        return f"no-{message.key}"

    def look_up(self, *, key: str, phone: str, sent_on: datetime.date) -> Finding:
        return self.finding


def send(gateway: Gateway, at: datetime.datetime = MORNING) -> dict[str, int]:
    return dict(send_messages(gateway, worker="w", clock=lambda: at))


def pay_all(account: Account) -> None:
    Bill.objects.filter(account=account).update(state="PAID", outstanding=0)


def dispute(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(is_disputed=True)


def promise(account: Account) -> None:
    from tests.factories.accounts import make_staff

    ArrearsHold.objects.create(
        account=account,
        kind="PROMISE",
        starts_on=MORNING.date(),
        ends_on=MORNING.date(),
        reason="月底缴",
        made_at=MORNING,
        made_by=make_staff(role="collector", branch=account.branch),
    )


def opt_out(account: Account) -> None:
    OptOut.objects.create(phone="13800001234", since=MORNING, source="T")


def move_out(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(customer=make_customer(name="李四", phones=["13900005678"]))


def lose_the_number(account: Account) -> None:
    Contact.objects.filter(customer=account.customer).update(is_wrong=True)


def close(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(state="CLOSED", closed_on=MORNING.date())


def end_the_step(account: Account) -> None:
    CaseStep.objects.filter(case__account=account).update(state="CANCELLED")


@pytest.mark.django_db
class TestAMessage:
    def test_leaves_once_and_says_what_is_owed_now(self, debtor: Account) -> None:
        message = make_message(debtor)
        gateway = Listening()

        assert send(gateway) == {"SENT": 1}
        assert send(gateway) == {}

        message.refresh_from_db()
        assert (message.state, message.gateway_id) == ("SENT", f"no-{message.dedupe_key}")
        (out,) = gateway.out
        assert out.text == message.text
        assert "欠费100.00元" in out.text
        assert out.fields["account_no"] == debtor.account_no

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (pay_all, "NO_DEBT"),
            (dispute, "HELD"),
            (promise, "HELD"),
            (opt_out, "OPTED_OUT"),
            (move_out, "NO_NUMBER"),
            (lose_the_number, "NO_NUMBER"),
            (close, "CLOSED"),
            (end_the_step, "STEP_OVER"),
        ],
    )
    def test_stays_at_home_when_nobody_needs_it_any_more(
        self, debtor: Account, change: Callable[[Account], None], why: str
    ) -> None:
        message = make_message(debtor, step=make_step(debtor))
        change(debtor)
        gateway = Listening()

        assert send(gateway) == {"CANCELLED": 1}

        message.refresh_from_db()
        assert (message.state, message.error, gateway.out) == ("CANCELLED", why, [])

    @pytest.mark.parametrize(
        ("hour", "minute", "leaves"),
        [(7, 59, False), (8, 0, True), (19, 59, True), (20, 0, False), (0, 0, False)],
    )
    def test_wakes_nobody(self, debtor: Account, hour: int, minute: int, leaves: bool) -> None:
        make_message(debtor)
        at = MORNING.replace(hour=hour, minute=minute)
        gateway = Listening()

        send(gateway, at)

        assert (is_sending_hour(at), len(gateway.out)) == (leaves, int(leaves))
        assert Message.objects.filter(state="QUEUED").count() == int(not leaves)

    def test_puts_its_step_on_its_way(self, debtor: Account) -> None:
        step = make_step(debtor)
        make_message(debtor, step=step)

        send(Listening())

        step.refresh_from_db()
        assert step.state == "SENT"

    @pytest.mark.parametrize(
        ("error", "state"),
        [
            (GatewayRefused("isv.MOBILE_NUMBER_ILLEGAL"), "FAILED"),
            (GatewayUnsure("no answer"), "UNSURE"),
            (ZeroDivisionError("a bug of the gateway"), "UNSURE"),
            (GatewayDown("not reached"), "QUEUED"),
        ],
    )
    def test_is_sent_again_only_when_it_certainly_never_left(
        self, debtor: Account, error: Exception, state: str
    ) -> None:
        message = make_message(debtor)

        send(Listening(error))

        message.refresh_from_db()
        assert message.state == state
        second = Listening()
        send(second)
        assert len(second.out) == int(state == "QUEUED")

    def test_waits_with_the_others_while_the_gateway_is_away(self, debtor: Account) -> None:
        make_message(debtor)
        make_message(debtor)
        gateway = Listening(GatewayDown("not reached"))

        assert send(gateway) == {"QUEUED": 1}

        assert len(gateway.out) == 1

    def test_with_a_text_that_is_gone_does_not_stop_the_others(self, debtor: Account) -> None:
        broken = make_message(debtor, template="no_such_text")
        make_message(debtor)
        gateway = Listening()

        send(gateway)

        broken.refresh_from_db()
        assert (broken.state, broken.error, len(gateway.out)) == ("CANCELLED", "unknown_template", 1)


@pytest.mark.django_db
class TestAnOldClaim:
    def test_is_doubted_after_five_minutes_and_not_before(self, debtor: Account) -> None:
        message = make_message(debtor, state="CLAIMED")

        assert doubt_old_claims(at=MORNING + datetime.timedelta(minutes=5)) == 0
        assert doubt_old_claims(at=LATER) == 1

        message.refresh_from_db()
        assert message.state == "UNSURE"

    @pytest.mark.parametrize(
        ("fate", "state"),
        [
            (Fate.UNKNOWN, "UNSURE"),
            (Fate.TAKEN, "SENT"),
            (Fate.DELIVERED, "DELIVERED"),
            (Fate.NOT_DELIVERED, "FAILED"),
            (Fate.NEVER_ARRIVED, "QUEUED"),
        ],
    )
    def test_is_what_the_gateway_says_it_is(self, debtor: Account, fate: Fate, state: str) -> None:
        message = make_message(debtor, state="CLAIMED")

        ask_after(Listening(finding=Finding(fate, "7")), clock=lambda: LATER)

        message.refresh_from_db()
        assert message.state == state


@pytest.mark.django_db(transaction=True)
class TestTwoSenders:
    def test_never_have_the_same_message(self) -> None:
        for number in range(6):
            make_message(make_debtor(phone=f"1380000{number:04}"))
        gateway = Listening()

        at_once(*(partial(send, gateway) for _ in range(3)))
        send(gateway)

        assert len({out.key for out in gateway.out}) == len(gateway.out) == 6

    def test_without_the_locks_have_it_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from tests.counters.meeting import make_them_meet

        message = make_message(make_debtor())
        remove_row_locks(monkeypatch)
        monkeypatch.setattr(
            "billing.services.arrears.sending._NEXT",
            "SELECT id FROM billing_message WHERE state = 'QUEUED' AND id > %s ORDER BY id LIMIT 1",
        )
        make_them_meet(monkeypatch, "billing.services.arrears.sending.reminders_of", 2)

        claimed = at_once(*(partial(claim_message, after=0, worker=name, at=MORNING) for name in "ab"))

        assert [one.pk for one in claimed if isinstance(one, Message)] == [message.pk, message.pk]

    def test_pass_over_an_account_that_is_paying_right_now(self) -> None:
        account = make_debtor()
        make_message(account)
        gateway = Listening()

        with transaction.atomic():
            Account.objects.select_for_update(no_key=True).get(pk=account.pk)
            (became,) = at_once(partial(send, gateway))
            pay_all(account)

        assert (became, gateway.out) == ({}, [])
        assert send(gateway) == {"CANCELLED": 1}
