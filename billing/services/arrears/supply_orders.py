"""Orders to restrict or stop supply (限, 停): proposed by the job, decided by a person, announced, handed out."""

import datetime
from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import CaseStep, DeliveryProof, SupplyOrder
from billing.queries.arrears.forbidden_times import why_not_now
from billing.queries.arrears.order_checks import ANNOUNCED_BY, look_at, rule_of
from billing.services.locks import lock_accounts
from billing.services.refusals import ArrearsRefused

State = SupplyOrder.State
MAY_DECIDE, MAY_CARRY_OUT = "billing.decide_supplyorder", "billing.carry_out_supplyorder"
LONGEST_REASON = 200
DAY = datetime.timedelta(days=1)
# How far ahead the first allowed day is looked for: longer than any holiday.
DAYS_AHEAD = 21
MORNING = datetime.time(9)

# An account with an order under way keeps that one; a suspended or closed account has nothing to cut.
_PROPOSE = """
    INSERT INTO billing_supplyorder (account_id, kind, step_id, state, proposed_at, proposed_by_id, photo,
                                     recheck, reason)
    SELECT DISTINCT ON (account.id) account.id, rule.stage, step.id, 'PROPOSED', %(at)s, %(by)s::bigint, '', '{}', ''
    FROM billing_casestep step
    JOIN billing_policystep rule ON rule.id = step.rule_id
    JOIN billing_arrearscase arrears ON arrears.id = step.case_id AND arrears.state = 'OPEN'
    JOIN accounts_account account ON account.id = arrears.account_id
    WHERE step.id = ANY (%(steps)s) AND step.state = 'PROPOSED' AND rule.channel = 'ORDER'
        AND (rule.stage = 'RESTRICT' AND account.state = 'ACTIVE'
            OR rule.stage = 'STOP' AND account.state IN ('ACTIVE', 'RESTRICTED'))
    ORDER BY account.id, step.id
    ON CONFLICT DO NOTHING
"""


def propose_orders(step_ids: Iterable[int], at: datetime.datetime, by: Staff | None = None) -> int:
    """Write an order for each proposed step that goes to the field. How many; asking again writes none twice."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PROPOSE, {"steps": list(step_ids), "at": at, "by": by.pk if by else None})
        return int(cursor.rowcount)


@transaction.atomic
def approve_order(
    order: SupplyOrder, *, decided_by: Staff, at: datetime.datetime, planned_on: datetime.date | None = None
) -> SupplyOrder:
    """Let supply be cut on a day: the first allowed one after the announcement, unless it is named.

    Codes: unknown_order, already_decided, may_not_decide, same_person, too_early, no_allowed_day, and those of
    look_at.
    """
    account, order = _lock_undecided(order, decided_by)
    _check_look(order, account, at)
    order.state, order.decided_by, order.decided_at = State.APPROVED, decided_by, at
    order.planned_on = _planned(order, account, business_date_of(at), planned_on)
    order.save(update_fields=["state", "decided_by", "decided_at", "planned_on"])
    CaseStep.objects.filter(orders=order).update(
        state=CaseStep.State.DUE, approved_by=decided_by, approved_at=at
    )
    _leave_a_trace("arrears.approve_order", order, decided_by, at)
    return order


def approve_orders(
    orders: Sequence[SupplyOrder], *, decided_by: Staff, at: datetime.datetime
) -> tuple[list[SupplyOrder], list[tuple[SupplyOrder, ArrearsRefused]]]:
    """Approve each order in a transaction of its own: what was approved, and what was refused with its reason."""
    approved, refused = [], []
    for order in orders:
        try:
            approved.append(approve_order(order, decided_by=decided_by, at=at))
        except ArrearsRefused as refusal:
            refused.append((order, refusal))
    return approved, refused


@transaction.atomic
def refuse_order(order: SupplyOrder, *, reason: str, decided_by: Staff, at: datetime.datetime) -> SupplyOrder:
    """Let the supply stay on; the step ends with the reason.

    Codes: unknown_order, already_decided, may_not_decide, same_person, reason_missing.
    """
    _account, order = _lock_undecided(order, decided_by)
    reason = _checked_reason(reason)
    order.state, order.decided_by, order.decided_at = State.REFUSED, decided_by, at
    order.reason = reason
    order.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    end_step(order, reason, at)
    _leave_a_trace("arrears.refuse_order", order, decided_by, at, reason)
    return order


@transaction.atomic
def announce_order(
    order: SupplyOrder,
    *,
    kind: str,
    reference: str = "",
    place: str = "",
    photo: str = "",
    delivered_at: datetime.datetime,
    by: Staff,
    at: datetime.datetime,
    planned_on: datetime.date | None = None,
) -> SupplyOrder:
    """Keep the proof that the customer knows the day, and move the day so that the notice is long enough.

    Codes: unknown_order, not_approved, not_a_proof, reference_missing, delivered_later, too_early,
    no_allowed_day, notice_too_old.
    """
    account, order = lock_order(order, by)
    check_approved(order)
    if kind not in ANNOUNCED_BY:
        raise ArrearsRefused(_("This does not prove that the customer knows."), code="not_a_proof")
    if kind != DeliveryProof.Kind.SIGNED and not reference.strip():
        raise ArrearsRefused(
            _("Name the waybill, the recording or the number of the message."), code="reference_missing"
        )
    if delivered_at > at:
        raise ArrearsRefused(_("It cannot have been delivered later than now."), code="delivered_later")
    proof = DeliveryProof.objects.create(
        step=CaseStep.objects.get(orders=order), kind=kind, reference=reference.strip(), place=place, photo=photo,
        delivered_at=delivered_at, recorded_at=at, recorded_by=by,
    )  # fmt: skip
    order.planned_on = _planned(
        order, account, business_date_of(delivered_at), planned_on, not_before=business_date_of(at)
    )
    _check_still_valid(order, business_date_of(delivered_at))
    order.last_word_at = None
    order.save(update_fields=["planned_on", "last_word_at"])
    _leave_a_trace("arrears.announce_order", order, by, at, proof.get_kind_display())
    return order


@transaction.atomic
def give_order(order: SupplyOrder, *, worker: Staff, by: Staff, at: datetime.datetime) -> SupplyOrder:
    """Hand an order to a field worker. Codes: unknown_order, not_approved, worker_may_not."""
    account, order = lock_order(order, by)
    check_approved(order)
    if not (worker.is_active and worker.has_perm(MAY_CARRY_OUT) and worker.sees_branch(account.branch_id)):
        raise ArrearsRefused(
            _("%(name)s does not work in the field of this branch."),
            code="worker_may_not",
            params={"name": worker.get_short_name()},
        )
    order.worker = worker
    order.save(update_fields=["worker"])
    _leave_a_trace("arrears.give_order", order, by, at, worker.number)
    return order


def lock_order(order: SupplyOrder, staff: Staff) -> tuple[Account, SupplyOrder]:
    """Lock the account and read the order as it stands then. Code: unknown_order."""
    account = lock_accounts([order.account_id])[order.account_id]
    if not staff.sees_branch(account.branch_id):
        raise ArrearsRefused(_("There is no such order here."), code="unknown_order")
    locked: SupplyOrder = SupplyOrder.objects.select_for_update(no_key=True).get(pk=order.pk)
    locked.account = account
    return account, locked


def check_approved(order: SupplyOrder) -> None:
    if order.state != State.APPROVED:
        raise ArrearsRefused(
            _("This order is %(state)s; nothing can be done with it."),
            code="not_approved",
            params={"state": order.get_state_display()},
        )


def end_step(order: SupplyOrder, reason: str, at: datetime.datetime) -> None:
    """The step that asked for an order is over with it; the next morning's run may ask again."""
    CaseStep.objects.filter(orders=order, state__in=CaseStep.WAITING).update(
        state=CaseStep.State.CANCELLED, ended_at=at, reason=reason
    )


def _lock_undecided(order: SupplyOrder, decided_by: Staff) -> tuple[Account, SupplyOrder]:
    account, order = lock_order(order, decided_by)
    if order.state != State.PROPOSED:
        raise ArrearsRefused(
            _("This order has been decided already: %(state)s."),
            code="already_decided",
            params={"state": order.get_state_display()},
        )
    if not decided_by.has_perm(MAY_DECIDE):
        raise ArrearsRefused(_("The supervisor or the manager decides about supply."), code="may_not_decide")
    proposer = CaseStep.objects.values_list("proposed_by_id", flat=True).get(orders=order)
    if decided_by.pk in (order.proposed_by_id, proposer):
        raise ArrearsRefused(_("Somebody other than the proposer decides."), code="same_person")
    return account, order


def _check_look(order: SupplyOrder, account: Account, at: datetime.datetime) -> None:
    if obstacle := look_at(order, account, at).obstacle:
        raise ArrearsRefused(
            _("It cannot be approved: %(why)s Refuse it."),
            code=obstacle.code,
            params={"why": obstacle.sentence},
        )


def _planned(
    order: SupplyOrder,
    account: Account,
    announced_on: datetime.date,
    wanted: datetime.date | None,
    not_before: datetime.date | None = None,
) -> datetime.date:
    """The named day when it is far enough ahead, otherwise the first one on which it is allowed."""
    rule = rule_of(order)
    first = max(announced_on + rule.notice_days * DAY, not_before or announced_on)
    if wanted is not None:
        if wanted < first:
            raise ArrearsRefused(
                _("The customer is told %(days)s days before: not before %(date)s."),
                code="too_early",
                params={"days": rule.notice_days, "date": first},
            )
        return wanted
    sentence = ""
    for day in (first + number * DAY for number in range(DAYS_AHEAD)):
        morning = datetime.datetime.combine(day, MORNING, tzinfo=timezone.get_default_timezone())
        if not (sentence := why_not_now(rule, account.branch_id, morning)):
            return day
    raise ArrearsRefused(
        _("No day of the next %(days)s is allowed: %(why)s"),
        code="no_allowed_day",
        params={"days": DAYS_AHEAD, "why": sentence},
    )


def _check_still_valid(order: SupplyOrder, announced_on: datetime.date) -> None:
    days = rule_of(order).notice_valid_days
    assert order.planned_on is not None
    if days and order.planned_on > announced_on + days * DAY:
        raise ArrearsRefused(
            _(
                "This notice has run out by %(date)s: it is valid for %(days)s days. Deliver a new one nearer the day."
            ),
            code="notice_too_old",
            params={"date": order.planned_on, "days": days},
        )


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise ArrearsRefused(_("Say why, in at most 200 characters."), code="reason_missing")
    return reason


def _leave_a_trace(
    action: str, order: SupplyOrder, actor: Staff, at: datetime.datetime, reason: str = ""
) -> None:
    record_audit(
        actor=actor,
        action=action,
        on=order,
        at=at,
        branch=order.account.branch,
        reason=reason,
        details={
            "kind": order.kind,
            "account": order.account.account_no,
            "planned_on": order.planned_on.isoformat() if order.planned_on else None,
        },
    )
