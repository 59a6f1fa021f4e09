"""What a district has to recover: proposed by one person, approved by another, before its month begins."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import District, Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import RecoveryTarget
from billing.models.recovery_target import LEAST_DIFFICULTY, MOST_DIFFICULTY
from billing.services.refusals import ArrearsRefused

State = RecoveryTarget.State
LONGEST_REASON = 200


@transaction.atomic
def propose_target(
    district: District,
    *,
    kind: str,
    month: datetime.date,
    base: Decimal,
    difficulty: Decimal,
    reason: str,
    by: Staff,
    at: datetime.datetime,
) -> RecoveryTarget:
    """Propose base × difficulty for a district from a month on; it holds when another person approves it.

    Codes: unknown_district, may_not_propose, unknown_kind, month_begun, not_a_target, reason_missing,
    proposed_before.
    """
    district = _lock_district(district.pk, by)
    if not by.has_perm("billing.add_recoverytarget"):
        raise ArrearsRefused(_("The supervisor or the manager proposes targets."), code="may_not_propose")
    if kind not in RecoveryTarget.Kind.values:
        raise ArrearsRefused(_("A target is for current bills or for old debts."), code="unknown_kind")
    month = month.replace(day=1)
    _check_not_begun(month, at)
    _check_numbers(base, difficulty)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise ArrearsRefused(_("Say why, in at most 200 characters."), code="reason_missing")
    same = RecoveryTarget.objects.filter(district=district, kind=kind, month=month, state=State.PROPOSED)
    if same.exists():
        raise ArrearsRefused(
            _("A target for this month waits for its approval already. Decide that one first."),
            code="proposed_before",
        )
    target = RecoveryTarget.objects.create(
        district=district,
        kind=kind,
        month=month,
        base=base,
        difficulty=difficulty,
        reason=reason,
        proposed_at=at,
        proposed_by=by,
    )
    _leave_a_trace("recovery.propose_target", target, by, at)
    return target


@transaction.atomic
def approve_target(target: RecoveryTarget, *, by: Staff, at: datetime.datetime) -> RecoveryTarget:
    """Let a target hold from its month on; one approved before for the same month is replaced.

    Codes: unknown_district, already_decided, may_not_approve, same_person, month_begun.
    """
    target = _lock_waiting(target, by)
    _check_not_begun(target.month, at)
    today = business_date_of(at)
    RecoveryTarget.objects.filter(
        district=target.district_id, kind=target.kind, month=target.month, state=State.APPROVED
    ).update(state=State.REPLACED, replaced_on=today)
    target.state, target.decided_by, target.decided_on = State.APPROVED, by, today
    target.save(update_fields=["state", "decided_by", "decided_on"])
    _leave_a_trace("recovery.approve_target", target, by, at)
    return target


@transaction.atomic
def refuse_target(target: RecoveryTarget, *, by: Staff, at: datetime.datetime) -> RecoveryTarget:
    """Leave the target as it was. Codes: unknown_district, already_decided, may_not_approve, same_person."""
    target = _lock_waiting(target, by)
    target.state, target.decided_by, target.decided_on = State.REFUSED, by, business_date_of(at)
    target.save(update_fields=["state", "decided_by", "decided_on"])
    _leave_a_trace("recovery.refuse_target", target, by, at)
    return target


def _lock_district(pk: int, by: Staff) -> District:
    district = District.objects.select_for_update(no_key=True).get(pk=pk)
    if not by.sees_branch(district.branch_id):
        raise ArrearsRefused(_("There is no such district here."), code="unknown_district")
    return district


def _lock_waiting(target: RecoveryTarget, by: Staff) -> RecoveryTarget:
    # The district first: two targets of it are decided one after the other.
    _lock_district(target.district_id, by)
    locked: RecoveryTarget = RecoveryTarget.objects.select_related("district").get(pk=target.pk)
    if locked.state != State.PROPOSED:
        raise ArrearsRefused(_("This has already been decided."), code="already_decided")
    if not by.has_perm("billing.approve_recoverytarget"):
        raise ArrearsRefused(_("The manager decides about targets."), code="may_not_approve")
    if locked.proposed_by_id == by.pk:
        raise ArrearsRefused(_("Somebody other than the proposer decides."), code="same_person")
    return locked


def _check_not_begun(month: datetime.date, at: datetime.datetime) -> None:
    if month <= business_date_of(at):
        raise ArrearsRefused(
            _("%(month)s has begun: its target stands. Choose a later month."),
            code="month_begun",
            params={"month": f"{month:%Y-%m}"},
        )


def _check_numbers(base: Decimal, difficulty: Decimal) -> None:
    for number in (base, difficulty):
        if not number.is_finite() or number != round(number, 2):
            raise ArrearsRefused(_("A number has at most two decimals."), code="not_a_target")
    if not 0 < base <= 100:
        raise ArrearsRefused(_("The base is a percentage up to 100."), code="not_a_target")
    if not LEAST_DIFFICULTY <= difficulty <= MOST_DIFFICULTY:
        raise ArrearsRefused(
            _("The difficulty lies between %(least)s and %(most)s."),
            code="not_a_target",
            params={"least": LEAST_DIFFICULTY, "most": MOST_DIFFICULTY},
        )


def _leave_a_trace(action: str, target: RecoveryTarget, actor: Staff, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=action,
        on=target,
        at=at,
        branch=target.district.branch,
        reason=target.reason,
        details={
            "district": target.district.code,
            "kind": target.kind,
            "month": f"{target.month:%Y-%m}",
            "target": str(target.target),
        },
    )
