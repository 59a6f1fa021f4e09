"""The life of a ladder: written by one person, approved by another, in force from its date on."""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.services.audit import record_audit
from billing.business_date import business_date_of
from billing.models import ArrearsPolicy, ArrearsPolicyVersion, PolicyStep
from billing.services.arrears.policy_terms import PolicyTerms, StepTerms, check_terms
from billing.services.refusals import ArrearsRefused

State = ArrearsPolicyVersion.State
LONGEST_REASON = 200


@transaction.atomic
def draft_policy_version(
    policy: ArrearsPolicy, terms: PolicyTerms, *, made_by: Staff, at: datetime.datetime
) -> ArrearsPolicyVersion:
    """Write a new version that nobody has approved yet; no account climbs it. Codes: those of check_terms."""
    check_terms(policy.service, terms)
    version = ArrearsPolicyVersion.objects.create(
        policy=policy, made_at=at, made_by=made_by, **_columns(terms)
    )
    _write_steps(version, terms)
    _record("arrears.draft_policy", version, made_by, at)
    return version


@transaction.atomic
def change_policy_version(
    version: ArrearsPolicyVersion, terms: PolicyTerms, *, changed_by: Staff, at: datetime.datetime
) -> ArrearsPolicyVersion:
    """Write a draft anew; whoever changed it last is its maker. Codes: not_draft and those of check_terms."""
    version = _lock_draft(version)
    check_terms(version.policy.service, terms)
    for column, value in _columns(terms).items():
        setattr(version, column, value)
    version.made_at, version.made_by = at, changed_by
    version.sent_back_for, version.sent_back_at, version.sent_back_by = "", None, None
    version.save()
    version.steps.all().delete()
    _write_steps(version, terms)
    _record("arrears.change_policy", version, changed_by, at)
    return version


@transaction.atomic
def approve_policy_version(
    version: ArrearsPolicyVersion, *, approved_by: Staff, at: datetime.datetime
) -> ArrearsPolicyVersion:
    """Put a draft in force from its date. Cases that are open keep the version they began under.

    Codes: not_draft, not_allowed, self_approval, sent_back, in_the_past, same_day and those of check_terms.
    """
    version = _lock_draft(version)
    if not approved_by.has_perm("billing.approve_arrearspolicyversion"):
        raise ArrearsRefused(_("Your post does not approve arrears policies."), code="not_allowed")
    if approved_by.pk == version.made_by_id:
        raise ArrearsRefused(
            _("You wrote this version yourself: another person has to approve it."), code="self_approval"
        )
    if version.sent_back_for:
        raise ArrearsRefused(
            _("This draft was sent back. It can be approved once it has been changed."), code="sent_back"
        )
    _check_date(version, at)
    check_terms(version.policy.service, terms_of(version))
    version.state, version.approved_by, version.approved_at = State.APPROVED, approved_by, at
    version.save(update_fields=["state", "approved_by", "approved_at"])
    _record("arrears.approve_policy", version, approved_by, at)
    return version


@transaction.atomic
def send_back_policy_version(
    version: ArrearsPolicyVersion, *, reason: str, by: Staff, at: datetime.datetime
) -> ArrearsPolicyVersion:
    """Give a draft back to its maker with what has to be changed. Codes: not_draft, not_allowed, self_approval,
    sent_back, reason_missing.
    """
    version = _lock_draft(version)
    if not by.has_perm("billing.approve_arrearspolicyversion"):
        raise ArrearsRefused(_("Your post does not approve arrears policies."), code="not_allowed")
    if by.pk == version.made_by_id:
        raise ArrearsRefused(_("You wrote this version yourself: change it."), code="self_approval")
    if version.sent_back_for:
        raise ArrearsRefused(
            _("This draft was sent back already; its maker has not changed it yet."), code="sent_back"
        )
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise ArrearsRefused(
            _("Say what has to be changed, in at most 200 characters."), code="reason_missing"
        )
    version.sent_back_for, version.sent_back_at, version.sent_back_by = reason, at, by
    version.save(update_fields=["sent_back_for", "sent_back_at", "sent_back_by"])
    _record("arrears.send_back_policy", version, by, at)
    return version


def terms_of(version: ArrearsPolicyVersion) -> PolicyTerms:
    """The rows as terms: what an editor begins with, and what an approval checks again."""
    return PolicyTerms(
        version.effective_from,
        version.min_overdue_days,
        version.threshold,
        version.source,
        tuple(_step_terms(one) for one in version.steps.order_by("position")),
    )


def _step_terms(step: PolicyStep) -> StepTerms:
    columns = {name: getattr(step, name) for name in StepTerms.__slots__}
    return StepTerms(**{**columns, "forbidden": tuple(step.forbidden)})


def _columns(terms: PolicyTerms) -> dict[str, object]:
    return {
        "effective_from": terms.effective_from,
        "min_overdue_days": terms.min_overdue_days,
        "threshold": terms.threshold,
        "source": terms.source.strip(),
    }


def _write_steps(version: ArrearsPolicyVersion, terms: PolicyTerms) -> None:
    PolicyStep.objects.bulk_create(
        PolicyStep(
            version=version,
            position=position,
            needs_approval=one.touches_supply,
            **{name: getattr(one, name) for name in StepTerms.__slots__ if name != "forbidden"},
            forbidden=list(one.forbidden),
        )
        for position, one in enumerate(terms.steps, 1)
    )


def _lock_draft(version: ArrearsPolicyVersion) -> ArrearsPolicyVersion:
    # The policy first: two versions of it are approved one after the other.
    ArrearsPolicy.objects.select_for_update().get(pk=version.policy_id)
    locked: ArrearsPolicyVersion = (
        ArrearsPolicyVersion.objects.select_for_update(of=("self",))
        .select_related("policy", "made_by")
        .get(pk=version.pk)
    )
    if locked.state != State.DRAFT:
        raise ArrearsRefused(
            _("This version is approved and never changes. Write a new version."), code="not_draft"
        )
    return locked


def _check_date(version: ArrearsPolicyVersion, at: datetime.datetime) -> None:
    """The first version of a policy may begin in the past: until then nothing was in force."""
    others = ArrearsPolicyVersion.objects.filter(policy=version.policy_id, state=State.APPROVED)
    if version.effective_from < business_date_of(at) and others.exists():
        raise ArrearsRefused(
            _("%(day)s is past: a new version begins today or later."),
            code="in_the_past",
            params={"day": version.effective_from},
        )
    if others.filter(effective_from=version.effective_from).exists():
        raise ArrearsRefused(
            _("Another version of this policy begins on the same day: choose another day."), code="same_day"
        )


def _record(action: str, version: ArrearsPolicyVersion, actor: Staff, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=action,
        on=version,
        at=at,
        details={"policy": version.policy.code, "effective_from": version.effective_from.isoformat()},
    )
