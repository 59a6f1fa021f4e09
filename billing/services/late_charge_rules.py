"""The life of a late-charge rule: that of a tariff version, for the bills due from a day on."""

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Branch, Staff
from accounts.services.audit import record_audit
from billing.models import LateChargeRule
from billing.services.late_charge_checks import check_rule
from billing.services.locks import lock_late_charge_rules
from billing.services.refusals import TariffRefused
from billing.services.tariffs import A_DAY, LONGEST_NOTE
from billing.tariff_file.kinds import Json


@transaction.atomic
def draft_late_charge_rule(
    *,
    service: str,
    branch: Branch | None,
    effective_from: datetime.date,
    terms: Json,
    made_by: Staff,
    at: datetime.datetime,
) -> LateChargeRule:
    """Write a rule that nobody has approved yet; it charges nothing. Codes: those of check_rule."""
    lock_late_charge_rules()
    rule = LateChargeRule(
        service=service, branch=branch, effective_from=effective_from, terms=terms, made_by=made_by
    )
    check_rule(rule, at)
    rule.save(force_insert=True)
    _record("draft_late_charge", rule, made_by, at)
    return rule


@transaction.atomic
def change_late_charge_rule(
    rule: LateChargeRule,
    *,
    effective_from: datetime.date,
    terms: Json,
    changed_by: Staff,
    at: datetime.datetime,
) -> LateChargeRule:
    """Write a draft anew; whoever changed it last is its maker. Codes: not_draft, those of check_rule."""
    rule = _lock(rule)
    _check_is_draft(rule)
    rule.effective_from, rule.terms, rule.made_by = effective_from, terms, changed_by
    check_rule(rule, at)
    rule.save(update_fields=["effective_from", "terms", "made_by"])
    _record("change_late_charge_draft", rule, changed_by, at)
    return rule


@transaction.atomic
def submit_late_charge_rule(
    rule: LateChargeRule, *, submitted_by: Staff, note: str = "", at: datetime.datetime
) -> LateChargeRule:
    """Ask for approval of a draft. Codes: not_draft, note_too_long, those of check_rule."""
    rule = _lock(rule)
    _check_note(note)
    _check_is_draft(rule)
    check_rule(rule, at)
    rule.submitted_by, rule.submitted_at, rule.sent_back = submitted_by, at, ""
    rule.save(update_fields=["submitted_by", "submitted_at", "sent_back"])
    _record("submit_late_charge", rule, submitted_by, at, note)
    return rule


@transaction.atomic
def withdraw_late_charge_rule(
    rule: LateChargeRule, *, withdrawn_by: Staff, note: str = "", at: datetime.datetime
) -> LateChargeRule:
    """Take a submitted rule back: it is a draft again. Codes: not_waiting, note_too_long."""
    rule = _lock(rule)
    _check_note(note)
    _check_is_waiting(rule)
    _make_draft(rule)
    _record("withdraw_late_charge", rule, withdrawn_by, at, note)
    return rule


@transaction.atomic
def refuse_late_charge_rule(
    rule: LateChargeRule, *, refused_by: Staff, note: str, at: datetime.datetime
) -> LateChargeRule:
    """Send a submitted rule back, with the reason. Codes: not_waiting, not_allowed, note_missing, note_too_long."""
    rule = _lock(rule)
    _check_may_decide(refused_by)
    _check_note(note)
    _check_is_waiting(rule)
    if not note.strip():
        raise TariffRefused(_("Say why, so that the maker knows what to change."), code="note_missing")
    _make_draft(rule, sent_back=note.strip())
    _record("refuse_late_charge", rule, refused_by, at, note)
    return rule


@transaction.atomic
def approve_late_charge_rule(
    rule: LateChargeRule, *, approved_by: Staff, note: str = "", at: datetime.datetime
) -> LateChargeRule:
    """Put a submitted rule in force for bills due from its day; the one before ends the day before.

    Codes: not_waiting, not_allowed, self_approval, note_too_long, those of check_rule.
    """
    rule = _lock(rule)
    _check_may_decide(approved_by)
    _check_note(note)
    _check_is_waiting(rule)
    if approved_by.pk in (rule.made_by_id, rule.submitted_by_id):
        raise TariffRefused(
            _("A second person has to approve this: you made or submitted it yourself."), code="self_approval"
        )
    check_rule(rule, at)
    _make_room(rule)
    rule.approved_by, rule.approved_at = approved_by, at
    rule.save(update_fields=["approved_by", "approved_at", "effective_until"])
    _record("approve_late_charge", rule, approved_by, at, note)
    return rule


def _make_room(rule: LateChargeRule) -> None:
    """End the rule before the day this one begins, and this one before the next begins."""
    begins = rule.effective_from
    approved = LateChargeRule.objects.approved().filter(service=rule.service, branch=rule.branch_id)
    for earlier in approved.filter(effective_from__lt=begins):
        if earlier.effective_until is None or earlier.effective_until >= begins:
            earlier.effective_until = begins - A_DAY
            earlier.save(update_fields=["effective_until"])
    following = approved.filter(effective_from__gt=begins).order_by("effective_from").first()
    rule.effective_until = following.effective_from - A_DAY if following is not None else None


def _lock(rule: LateChargeRule) -> LateChargeRule:
    """All rules at once: two of one service and branch are never decided at the same time."""
    lock_late_charge_rules()
    locked: LateChargeRule = (
        LateChargeRule.objects.select_for_update(of=("self",)).select_related("branch").get(pk=rule.pk)
    )
    return locked


def _check_is_draft(rule: LateChargeRule) -> None:
    if not rule.is_draft:
        raise TariffRefused(
            _("Only a draft can be changed or submitted. Withdraw it first, or write a new rule."),
            code="not_draft",
        )


def _check_is_waiting(rule: LateChargeRule) -> None:
    if not rule.is_waiting:
        raise TariffRefused(_("This rule is not waiting for approval."), code="not_waiting")


def _check_may_decide(staff: Staff) -> None:
    if not staff.has_perm("billing.approve_tariff"):
        raise TariffRefused(_("You may not decide about tariffs."), code="not_allowed")


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise TariffRefused(_("The note is too long."), code="note_too_long")


def _make_draft(rule: LateChargeRule, sent_back: str = "") -> None:
    rule.submitted_by, rule.submitted_at, rule.sent_back = None, None, sent_back
    rule.save(update_fields=["submitted_by", "submitted_at", "sent_back"])


def _record(action: str, rule: LateChargeRule, actor: Staff, at: datetime.datetime, note: str = "") -> None:
    details: dict[str, Any] = {
        "service": rule.service,
        "branch": rule.branch.code if rule.branch is not None else "",
        "effective_from": rule.effective_from.isoformat(),
    }
    record_audit(actor=actor, action=action, on=rule, at=at, reason=note.strip(), details=details)
