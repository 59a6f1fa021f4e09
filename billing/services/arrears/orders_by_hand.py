"""An order to the field that a person proposes before the morning's run does; what is missing is named."""

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import ArrearsCase, CaseStep, PolicyStep, SupplyOrder
from billing.queries.arrears.debts import Debt, overdue_of
from billing.queries.arrears.holds import holds_of
from billing.services.arrears.holds import lock_account
from billing.services.arrears.supply_orders import LONGEST_REASON, propose_orders
from billing.services.refusals import ArrearsRefused


@dataclass(frozen=True, slots=True)
class NextOrder:
    """The first order of the ladder that is not carried out yet, and what still stands before it."""

    rule: PolicyStep
    missing: list[str]
    code: str

    @property
    def is_ready(self) -> bool:
        return not self.missing


def next_order(case: ArrearsCase, on: datetime.date) -> NextOrder | None:
    """What a person could propose for the case on a day; nothing where its ladder has no further order."""
    rules = list(case.version.steps.filter(position__gt=case.level).order_by("position"))
    order = next((one for one in rules if one.channel == PolicyStep.Channel.ORDER), None)
    if order is None:
        return None
    steps = [one for one in rules if one.position < order.position]
    for code, missing in (
        ("step_out_of_order", [_("%(step)s has not been delivered") % {"step": one} for one in steps]),
        ("held", _held(case, on)),
        ("too_early", _waits(case, order, on)),
        ("order_there", _under_way(case, order)),
    ):
        if missing:
            return NextOrder(order, missing, code)
    return NextOrder(order, [], "")


@transaction.atomic
def propose_order_by_hand(case: ArrearsCase, *, reason: str, by: Staff, at: datetime.datetime) -> SupplyOrder:
    """Propose the next order of the ladder now; another person approves it.

    Codes: unknown_account, may_not_propose, case_closed, nothing_owed, no_order_left, step_out_of_order, held,
    too_early, order_there, not_supplied, reason_missing.
    """
    lock_account(case.account_id, by)
    case = ArrearsCase.objects.select_related("version", "account").get(pk=case.pk)
    on = business_date_of(at)
    if not by.has_perm("billing.propose_supplyorder"):
        raise ArrearsRefused(_("A collector or the supervisor proposes orders."), code="may_not_propose")
    if case.state != ArrearsCase.State.OPEN:
        raise ArrearsRefused(_("This case is closed."), code="case_closed")
    debt = overdue_of([case.account_id], on).get(case.account_id, Debt())
    if not debt.amount:
        raise ArrearsRefused(_("Nothing is overdue on this account."), code="nothing_owed")
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise ArrearsRefused(_("Say why, in at most 200 characters."), code="reason_missing")
    step = _raise_step(case, reason, debt, by, on)
    propose_orders([step.pk], at, by)
    order = SupplyOrder.objects.filter(step=step).first()
    if order is None:
        raise ArrearsRefused(
            _("Nothing can be cut here now: the account is %(state)s, or another order is under way."),
            code="not_supplied",
            params={"state": case.account.get_state_display()},
        )
    record_audit(
        actor=by, action="arrears.propose_order", on=order, at=at, branch=case.account.branch, reason=reason
    )
    return order


def _raise_step(case: ArrearsCase, reason: str, debt: Debt, by: Staff, on: datetime.date) -> CaseStep:
    wanted = next_order(case, on)
    if wanted is None:
        raise ArrearsRefused(_("This ladder has no further order."), code="no_order_left")
    if not wanted.is_ready:
        raise ArrearsRefused("; ".join(wanted.missing), code=wanted.code)
    assert debt.oldest_due_on is not None
    return CaseStep.objects.create(
        case=case,
        rule=wanted.rule,
        position=wanted.rule.position,
        state=CaseStep.State.PROPOSED,
        raised_on=on,
        proposed_by=by,
        facts={"debt": str(debt.amount), "oldest_due_on": debt.oldest_due_on.isoformat(), "reason": reason},
    )


def _held(case: ArrearsCase, on: datetime.date) -> list[str]:
    kinds = holds_of([case.account_id], on).get(case.account_id, [])
    return [_("Something protects this account: %(what)s") % {"what": kind.label} for kind in kinds]


def _waits(case: ArrearsCase, rule: PolicyStep, on: datetime.date) -> list[str]:
    oldest = overdue_of([case.account_id], on).get(case.account_id, Debt()).oldest_due_on
    since = case.reached_on or oldest or on
    first = since + datetime.timedelta(days=rule.min_days)
    if on >= first:
        return []
    return [_("%(step)s may be asked for from %(date)s on") % {"step": rule, "date": first}]


def _under_way(case: ArrearsCase, rule: PolicyStep) -> list[str]:
    live = CaseStep.objects.filter(case=case, position=rule.position, state__in=CaseStep.WAITING)
    return [_("%(step)s is under way already") % {"step": rule}] if live.exists() else []
