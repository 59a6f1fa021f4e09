"""Of what the pages of messages, letters and deliveries name, one of the cashier's branch and one of another."""

from uuid import uuid4

from accounts.models import Account, Branch
from billing.models import DeliveryProof, Mailing
from billing.services.arrears.contacts import record_call
from billing.services.arrears.letters import make_letters
from billing.services.arrears.mailings import queue_messages
from billing.services.arrears.message_reports import record_report
from billing.sms.gateway import Fate, Finding
from tests.factories.accounts import make_staff
from tests.factories.counters import MORNING
from tests.factories.reach import make_debtor, make_message, make_step
from tests.hall import CANARY, Hall


def reach_objects(hall: Hall) -> dict[str, tuple[str, str]]:
    named: dict[str, list[str]] = {kind: [] for kind in ("message", "mailing", "letters", "letter", "proof")}
    for branch, name in ((hall.branch, "王淑英"), (hall.stranger.branch, CANARY)):
        assert branch is not None
        collector = make_staff(role="collector", branch=branch, name=f"{name}的催费员")
        told, owing = (make_debtor(branch=branch) for _ in range(2))
        for account in (told, owing):
            account.customer.name = name
            account.customer.save()
        step = make_step(told, "LETTER")
        mailing = make_letters([step.pk], template="demand_letter", at=MORNING, by=collector)
        named["letters"].append(str(mailing.pk))
        named["letter"].append(str(mailing.letters.get().pk))
        sms = queue_messages([owing.pk], template="arrears_sms", at=MORNING, by=collector)
        named["mailing"].append(str(sms.pk))
        named["message"].append(str(make_message(owing, state="UNSURE").pk))
        named["proof"].append(str(_proof(make_debtor(branch=branch)).pk))
        make_step(owing, "CALL")
    assert Mailing.objects.count() == 4
    return {
        "gateway word": ("guessed", "guessed"),
        **{kind: (first, second) for kind, (first, second) in named.items()},
    }


def _proof(account: Account) -> DeliveryProof:
    message = make_message(account, step=make_step(account), state="SENT", sent_at=MORNING)
    record_report(message.pk, Finding(Fate.DELIVERED, "900^0"), at=MORNING)
    return DeliveryProof.objects.get(step=message.step)


def reach_a_debtor(branch: Branch) -> None:
    """A message, a call and a letter that was left at the door: a row of each kind that stays."""
    collector = make_staff(role="collector", branch=branch)
    _proof(make_debtor(branch=branch))
    account = make_debtor(branch=branch)
    call = make_step(account, "CALL")
    record_call(call.pk, result="REFUSED", recording="R-0001", request_id=uuid4(), at=MORNING, by=collector)
    letter = make_step(account, "LETTER")
    make_letters([letter.pk], template="demand_letter", at=MORNING, by=collector)
