"""The look that a supply order gets before it is approved and again, under the lock, when it is carried out.

What has gone for good (the debt, a proof, the right person) ends the order; the wrong moment only puts it off.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account
from billing.business_date import business_date_of
from billing.models import ArrearsCase, ArrearsHold, CaseStep, DeliveryProof, Payment, PolicyStep, SupplyOrder
from billing.queries.arrears.debts import overdue_debt
from billing.queries.arrears.forbidden_times import why_not_now
from billing.queries.arrears.holds import holds_of

# Money that landed so recently is looked at by a person before a hand goes to the valve.
JUST_NOW = datetime.timedelta(hours=1)
# Strong enough to say that an announcement reached the customer (domain.md 2.6.2).
ANNOUNCED_BY = (
    DeliveryProof.Kind.SIGNED,
    DeliveryProof.Kind.POST,
    DeliveryProof.Kind.CALL,
    DeliveryProof.Kind.SMS_REPORT,
)
MAY_BE_CUT = {
    SupplyOrder.Kind.RESTRICT: (Account.State.ACTIVE,),
    SupplyOrder.Kind.STOP: (Account.State.ACTIVE, Account.State.RESTRICTED),
}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an order is not carried out, in a word for tests and a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, to be kept with the order, and the first thing that stands in the way."""

    facts: dict[str, Any]
    obstacle: Obstacle | None


def look_at(order: SupplyOrder, account: Account, at: datetime.datetime) -> Look:
    """Whether the reason of a cut still holds. The caller holds the lock of the account.

    Codes: step_over, not_supplied, debt_gone, held, letter_not_delivered, same_person.
    """
    step = CaseStep.objects.select_related("rule", "case__version").get(orders=order)
    on = business_date_of(at)
    debt, held = overdue_debt(account.pk, on), holds_of([account.pk], on).get(account.pk, [])
    facts = {
        "at": at.isoformat(),
        "debt": str(debt),
        "threshold": str(step.case.version.threshold),
        "holds": [str(kind) for kind in held],
        "account": str(account.state),
        "level": step.case.level,
    }
    found = (
        _over(step, order, account)
        or _paid(debt > 0 and debt >= step.case.version.threshold)
        or _held(held)
        or _unproved(step)
        or _same_person(order, step)
    )
    return Look(facts, found)


def not_yet(order: SupplyOrder, account: Account, at: datetime.datetime) -> Obstacle | None:
    """Why an order that holds may not be carried out at this moment.

    Codes: forbidden_time, not_the_announced_day, not_announced, notice_too_old, last_word_missing, just_paid.
    """
    rule = rule_of(order)
    return (
        _forbidden(rule, account, at)
        or _announcement(order, rule, business_date_of(at))
        or _last_word(order, rule, at)
        or _just_paid(account, at)
    )


def rule_of(order: SupplyOrder) -> PolicyStep:
    """The rung of the policy that an order belongs to."""
    return CaseStep.objects.select_related("rule").get(orders=order).rule


def _over(step: CaseStep, order: SupplyOrder, account: Account) -> Obstacle | None:
    if step.state not in CaseStep.WAITING or step.case.state != ArrearsCase.State.OPEN:
        return Obstacle("step_over", _("The step of the case that asked for this is over."))
    if account.state not in MAY_BE_CUT[SupplyOrder.Kind(order.kind)]:
        state = account.get_state_display()
        return Obstacle("not_supplied", _("The account is %(state)s already.") % {"state": state})
    return None


def _paid(is_owed: bool) -> Obstacle | None:
    if is_owed:
        return None
    return Obstacle("debt_gone", _("The debt is paid, or below what is cut off for."))


def _held(held: list[ArrearsHold.Kind]) -> Obstacle | None:
    if not held:
        return None
    return Obstacle("held", _("Something protects this account: %(what)s.") % {"what": held[0].label})


def _unproved(step: CaseStep) -> Obstacle | None:
    """Every step before stands delivered, each with its proof (peers.md L7)."""
    proved = set(
        CaseStep.objects.filter(case_id=step.case_id, state=CaseStep.State.DONE, proofs__isnull=False)
        .values_list("position", flat=True)
    )  # fmt: skip
    if step.position == step.case.level + 1 and proved >= set(range(1, step.position)):
        return None
    return Obstacle("letter_not_delivered", _("There is no proof that the notice before was delivered."))


def _same_person(order: SupplyOrder, step: CaseStep) -> Obstacle | None:
    proposers = {order.proposed_by_id, step.proposed_by_id} - {None}
    if order.decided_by_id not in proposers:
        return None
    return Obstacle("same_person", _("It was approved by the one who proposed it."))


def _forbidden(rule: PolicyStep, account: Account, at: datetime.datetime) -> Obstacle | None:
    sentence = why_not_now(rule, account.branch_id, at)
    return Obstacle("forbidden_time", sentence) if sentence else None


def _announcement(order: SupplyOrder, rule: PolicyStep, today: datetime.date) -> Obstacle | None:
    if order.planned_on != today:
        return Obstacle(
            "not_the_announced_day",
            _("It is announced for %(date)s and carried out on no other day.") % {"date": order.planned_on},
        )
    if not rule.notice_days:
        return None
    if not was_announced(order, rule, today):
        return Obstacle(
            "not_announced",
            _("Announce it first: the customer has to know %(days)s days before.")
            % {"days": rule.notice_days},
        )
    if rule.notice_valid_days and not was_announced(order, rule, today, rule.notice_valid_days):
        return Obstacle(
            "notice_too_old",
            _("The announcement is older than %(days)s days and has run out. Announce it again.")
            % {"days": rule.notice_valid_days},
        )
    return None


def was_announced(order: SupplyOrder, rule: PolicyStep, day: datetime.date, valid_days: int = 0) -> bool:
    """Whether the customer had the announcement so many days before the day, and not more than it is valid for."""
    proofs = DeliveryProof.objects.filter(step_id=order.step_id, kind__in=ANNOUNCED_BY)
    latest = day - datetime.timedelta(days=rule.notice_days)
    earliest = day - datetime.timedelta(days=valid_days) if valid_days else datetime.date.min
    return any(earliest <= business_date_of(one.delivered_at) <= latest for one in proofs)


def _last_word(order: SupplyOrder, rule: PolicyStep, at: datetime.datetime) -> Obstacle | None:
    wait = datetime.timedelta(minutes=rule.last_word_minutes)
    said = order.last_word_at
    if not wait or (said and said + wait <= at and business_date_of(said) == business_date_of(at)):
        return None
    return Obstacle(
        "last_word_missing",
        _("Tell the customer again, and wait %(minutes)s minutes.") % {"minutes": rule.last_word_minutes},
    )


def _just_paid(account: Account, at: datetime.datetime) -> Obstacle | None:
    landed = Payment.objects.filter(
        allocations__account_id=account.pk, reversal__isnull=True, taken_at__gt=at - JUST_NOW
    )
    if not landed.exists():
        return None
    return Obstacle(
        "just_paid", _("A payment arrived a moment ago. Look at the account before anything is cut.")
    )
