"""Reminders to a list of accounts: a mailing is written at once, and filled by workers a thousand at a time."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import Mailing, Message
from billing.queries.arrears.call_list import LIVE
from billing.queries.arrears.reminders import reminders_of
from billing.services.arrears.notices import notice_called
from billing.services.arrears.queueing import SET, insert_messages, message_for
from billing.services.refusals import ArrearsRefused

MOST_ACCOUNTS = 50_000
# Who had a message within so many days is not written to by the list of the workbench.
SPARE_DAYS = 3


@transaction.atomic
def queue_messages(account_ids: Iterable[int], *, template: str, at: datetime, by: Staff) -> Mailing:
    """Write a reminder for each of the accounts now, and count by reason those that get none.

    The same text goes to an account once a day, however often it is asked for. Codes: those of order_messages.
    """
    mailing = order_messages(account_ids, template=template, at=at, by=by)
    while fill_mailing(mailing.pk, at=at):
        pass
    mailing.refresh_from_db()
    return mailing


@transaction.atomic
def order_messages(
    account_ids: Iterable[int], *, template: str, at: datetime, by: Staff, spare_days: int = 0
) -> Mailing:
    """Ask for a reminder to each of the accounts; workers write them, and count by reason those that get none.

    Codes: nobody_chosen, too_many, unknown_template, not_a_message, unknown_field.
    """
    wanted = sorted(set(account_ids))
    if notice_called(template).kind != "SMS":
        raise ArrearsRefused(_("This text is not one for messages."), code="not_a_message")
    if not wanted:
        raise ArrearsRefused(_("Choose at least one account."), code="nobody_chosen")
    if len(wanted) > MOST_ACCOUNTS:
        raise ArrearsRefused(
            _("No more than %(limit)s accounts at once. Choose fewer."),
            code="too_many",
            params={"limit": MOST_ACCOUNTS},
        )
    seen = Account.objects.visible_to(by).filter(pk__in=wanted).values_list("pk", flat=True)
    visible = sorted(seen)
    unknown = len(wanted) - len(visible)
    mailing = Mailing.objects.create(
        kind=Mailing.Kind.SMS,
        template=template,
        made_at=at,
        made_by=by,
        wanted=len(wanted),
        left_out={"UNKNOWN": unknown} if unknown else {},
        waiting=visible,
        spare_days=spare_days,
    )
    record_audit(
        actor=by,
        action="arrears.queue_messages",
        on=mailing,
        at=at,
        details={"wanted": mailing.wanted, "template": template},
    )
    return mailing


@transaction.atomic
def fill_mailing(mailing_id: int, *, at: datetime) -> bool:
    """Write the messages of the next thousand accounts of a mailing; whether it was this worker's to do.

    Of two workers one gets the mailing and the other passes on; a worker that dies leaves it as it was.
    """
    rows = Mailing.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    mailing = rows.filter(pk=mailing_id).first()
    if mailing is None or not mailing.waiting:
        return False
    part, mailing.waiting = mailing.waiting[:SET], mailing.waiting[SET:]
    left_out = Counter(mailing.left_out)
    left_out.update(_write(mailing, part, at))
    mailing.left_out = {reason: count for reason, count in sorted(left_out.items()) if count}
    mailing.save(update_fields=["waiting", "left_out"])
    return True


def waiting_mailings() -> list[int]:
    return list(Mailing.objects.exclude(waiting=[]).order_by("pk").values_list("pk", flat=True))


def _write(mailing: Mailing, account_ids: list[int], at: datetime) -> Counter[str]:
    text, on = notice_called(mailing.template), business_date_of(at)
    spared = _reminded(account_ids, mailing, at)
    left_out: Counter[str] = Counter()
    messages = []
    for reminder in reminders_of(account_ids, on).values():
        if why := reminder.why_no_sms or ("REMINDED" if reminder.account.pk in spared else ""):
            left_out[why] += 1
        else:
            key = f"day:{on:%Y%m%d}:{mailing.template}:{reminder.account.pk}"
            try:
                messages.append(message_for(reminder, text, key, at, mailing_id=mailing.pk))
            except ArrearsRefused as refusal:
                # One text with a gap does not stop the others.
                left_out[str(refusal.code)] += 1
    left_out["TODAY_ALREADY"] += len(messages) - insert_messages(messages)
    return left_out


def _reminded(account_ids: list[int], mailing: Mailing, at: datetime) -> set[int]:
    """Who had a message lately; those of this mailing apart."""
    if not mailing.spare_days:
        return set()
    since = at - timedelta(days=mailing.spare_days)
    lately = Message.objects.filter(account__in=account_ids, state__in=LIVE, queued_at__gt=since)
    return set(lately.exclude(mailing=mailing).values_list("account_id", flat=True))
