"""Letters from rows: what each says is kept, then they are set in parts and put together for the printer."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.copying import copy_rows
from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import ArrearsCase, CaseStep, Letter, LetterRun, Mailing, PolicyStep
from billing.queries.arrears.building_order import building_order
from billing.queries.arrears.reminders import Reminder, reminders_of
from billing.services.arrears.notices import Notice, notice_called, written
from billing.services.locks import hold_accounts, lock_letters
from billing.services.refusals import ArrearsRefused

# An order is announced on paper too; carrying it out stays with the order.
ON_PAPER = (PolicyStep.Channel.LETTER, PolicyStep.Channel.ORDER)
# Letters that are set in one go: a second and a half of work, and what the progress is counted in.
PART = 250
READ_AT_ONCE = 1000
MOST_LETTERS = 20_000
# More would not fit beside the acknowledgement at the foot of the page.
MOST_BILLS = 8
# A worker that lives has set the next part long before.
CLAIM_LASTS = datetime.timedelta(minutes=5)


@transaction.atomic
def make_letters(step_ids: Iterable[int], *, template: str, at: datetime.datetime, by: Staff) -> Mailing:
    """Write a letter for each of the steps, in the order of the buildings; a worker sets them for the printer.

    What the letters say is what is owed now. Steps that need none any more are counted by reason.
    Codes: unknown_template, not_a_letter, unknown_field, missing_field, nobody_chosen, too_many.
    """
    notice = notice_called(template)
    if notice.kind != "LETTER":
        raise ArrearsRefused(_("This text is not a letter."), code="not_a_letter")
    steps = _steps(list(step_ids), template, by)
    if not steps:
        raise ArrearsRefused(_("No letter of this kind is to be printed."), code="nobody_chosen")
    if len(steps) > MOST_LETTERS:
        raise ArrearsRefused(
            _("No more than %(limit)s letters at once. Choose a district."),
            code="too_many",
            params={"limit": MOST_LETTERS},
        )
    # Not the accounts: thousands of them, held so long, would keep the windows from taking money.
    lock_letters()
    with_letter = set(Letter.objects.filter(step__in=steps).values_list("step_id", flat=True))
    still_due = set(
        CaseStep.objects.filter(pk__in=steps, state=CaseStep.State.DUE).values_list("pk", flat=True)
    )
    left_out: Counter[str] = Counter({"HAS_ONE": len(with_letter)})
    reminders = _reminders(list(steps.values()), business_date_of(at))
    chosen: list[tuple[int, Reminder]] = []
    for step_id, account_id in steps.items():
        if step_id in with_letter:
            continue
        if why := reminders[account_id].why_not or ("" if step_id in still_due else "STEP_OVER"):
            left_out[why] += 1
        else:
            chosen.append((step_id, reminders[account_id]))
    if not chosen:
        raise ArrearsRefused(_("No letter of this kind is to be printed."), code="nobody_chosen")
    chosen.sort(key=lambda pair: building_order(pair[1].account))
    mailing = Mailing.objects.create(
        kind=Mailing.Kind.LETTERS,
        template=template,
        made_at=at,
        made_by=by,
        wanted=len(steps),
        left_out={reason: count for reason, count in sorted(left_out.items()) if count},
    )
    LetterRun.objects.create(mailing=mailing, letters=len(chosen))
    copy_rows(
        "billing_letter",
        ("mailing_id", "position", "account_id", "step_id", "content"),
        (
            (
                mailing.pk,
                position,
                reminder.account.pk,
                step_id,
                _content(mailing, position, notice, reminder),
            )
            for position, (step_id, reminder) in enumerate(chosen, 1)
        ),
    )
    record_audit(
        actor=by,
        action="arrears.make_letters",
        on=mailing,
        at=at,
        details={"letters": len(chosen), "left_out": mailing.left_out, "template": template},
    )
    return mailing


def letter_steps(by: Staff) -> "Any":
    """The steps by letter that are to be done and have none yet, of those that this person sees."""
    return CaseStep.objects.filter(
        state=CaseStep.State.DUE,
        rule__channel__in=ON_PAPER,
        case__state=ArrearsCase.State.OPEN,
        case__account__in=Account.objects.visible_to(by),
        letters__isnull=True,
    )


@transaction.atomic
def claim_letters(*, at: datetime.datetime) -> LetterRun | None:
    """Take a print that waits, or one whose worker has not been heard of for minutes."""
    run = (
        LetterRun.objects.select_for_update(skip_locked=True)
        .filter(
            Q(state=LetterRun.State.WAITING)
            | Q(state=LetterRun.State.AT_WORK, claimed_at__lt=at - CLAIM_LASTS)
        )
        .order_by("pk")
        .first()
    )
    if run is not None:
        run.state, run.claimed_at = LetterRun.State.AT_WORK, at
        run.save(update_fields=["state", "claimed_at"])
    return run


def next_part(run: LetterRun) -> list[dict[str, Any]]:
    """What the letters say that come after those that are set."""
    letters = Letter.objects.filter(mailing=run.mailing_id, position__gt=run.done).order_by("position")
    return list(letters.values_list("content", flat=True)[:PART])


@transaction.atomic
def keep_part(run: LetterRun, pdf: bytes, count: int, *, at: datetime.datetime) -> bool:
    """Keep a part that is set; False when another worker has taken the print over."""
    now = LetterRun.objects.select_for_update().get(pk=run.pk)
    if (now.state, now.done, now.claimed_at) != (LetterRun.State.AT_WORK, run.done, run.claimed_at):
        return False
    _store(part_name(run, run.done // PART), pdf)
    run.done, run.claimed_at = run.done + count, at
    run.save(update_fields=["done", "claimed_at"])
    return True


@transaction.atomic
def finish_letters(run: LetterRun, pdf: bytes, *, at: datetime.datetime) -> LetterRun:
    """All letters are in one file."""
    now = LetterRun.objects.select_for_update().get(pk=run.pk)
    if now.state != LetterRun.State.AT_WORK:
        return now
    _store(file_name(run), pdf)
    now.state, now.ready_at = LetterRun.State.READY, at
    now.save(update_fields=["state", "ready_at"])
    for part in range(-(-run.letters // PART)):
        default_storage.delete(part_name(run, part))
    return now


@transaction.atomic
def put_letters_on_their_way(run: LetterRun, *, after: int) -> int:
    """Mark the steps of so many letters after that position; return the last one's, or 0 when there is none.

    Some at a time: nobody at a window waits for the whole print.
    """
    letters = Letter.objects.filter(mailing=run.mailing_id, position__gt=after).order_by("position")
    rows = list(letters.values_list("position", "account_id", "step_id")[:PART])
    hold_accounts(account for _position, account, _step in rows)
    CaseStep.objects.filter(
        pk__in=[step for *_, step in rows],
        state=CaseStep.State.DUE,
        rule__channel=PolicyStep.Channel.LETTER,
    ).update(state=CaseStep.State.SENT)
    return rows[-1][0] if rows else 0


@transaction.atomic
def fail_letters(run: LetterRun, error: str) -> None:
    """The print cannot be set; the page says why, and somebody may start it again."""
    LetterRun.objects.filter(pk=run.pk, state=LetterRun.State.AT_WORK).update(
        state=LetterRun.State.FAILED, error=error[:200]
    )


@transaction.atomic
def set_letters_again(mailing: Mailing, *, by: Staff, at: datetime.datetime) -> LetterRun:
    """Put a print that failed back in the queue. Code: not_failed."""
    run = LetterRun.objects.select_for_update().get(mailing=mailing)
    if run.state != LetterRun.State.FAILED:
        raise ArrearsRefused(
            _("This print did not fail. There is nothing to start again."), code="not_failed"
        )
    run.state, run.error, run.claimed_at = LetterRun.State.WAITING, "", None
    run.save(update_fields=["state", "error", "claimed_at"])
    record_audit(actor=by, action="arrears.make_letters", on=mailing, at=at, reason=_("again"))
    return run


def file_name(run: LetterRun) -> str:
    return f"letters/{run.mailing_id}.pdf"


def part_name(run: LetterRun, part: int) -> str:
    return f"letters/{run.mailing_id}-{part:03}.pdf"


def parts_of(run: LetterRun) -> Iterator[bytes]:
    """The parts that are set, in order, one at a time."""
    for number in range(-(-run.done // PART)):
        with default_storage.open(part_name(run, number)) as file:
            yield file.read()


def _store(name: str, content: bytes) -> None:
    # A worker that was killed may have left half a file under this name.
    default_storage.delete(name)
    default_storage.save(name, ContentFile(content))


def _steps(step_ids: list[int], template: str, by: Staff) -> dict[int, int]:
    """The account of each step that this person sees, whatever has become of it since it was chosen."""
    rows = CaseStep.objects.filter(
        pk__in=step_ids,
        rule__channel__in=ON_PAPER,
        rule__template=template,
        case__account__in=Account.objects.visible_to(by),
    )
    return dict(rows.order_by("pk").values_list("pk", "case__account_id"))


def _reminders(account_ids: list[int], on: datetime.date) -> dict[int, Reminder]:
    found: dict[int, Reminder] = {}
    for start in range(0, len(account_ids), READ_AT_ONCE):
        found |= reminders_of(account_ids[start : start + READ_AT_ONCE], on)
    return found


def _content(mailing: Mailing, position: int, notice: Notice, reminder: Reminder) -> dict[str, Any]:
    fields = reminder.fields()
    return {
        "number": f"{mailing.pk}-{position:05}",
        "title": notice.title_for(reminder.account.service),
        **{name: fields[name] for name in ("name", "account_no", "address", "today")},
        "paragraphs": [written(paragraph, fields) for paragraph in notice.paragraphs],
        "closing": written(notice.closing, fields),
        "bills": [
            {
                "title": bill.title,
                "due_on": bill.due_on.isoformat(),
                "outstanding": f"{bill.outstanding:,.2f}",
                "late_charge": f"{bill.late_charge:,.2f}",
            }
            for bill in reminder.bills[:MOST_BILLS]
        ],
        "more": max(len(reminder.bills) - MOST_BILLS, 0),
        "amount": f"{reminder.amount:,.2f}",
        "late_charge": f"{reminder.late_charge:,.2f}",
        "total": f"{reminder.total:,.2f}",
    }
