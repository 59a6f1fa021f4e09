"""Policies out of a file: all of them or none."""

import datetime
from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Branch, Staff
from billing.models import ArrearsPolicy, ArrearsPolicyVersion
from billing.policy_file import PolicyEntry
from billing.services.arrears.policies import (
    approve_policy_version,
    change_policy_version,
    draft_policy_version,
    terms_of,
)
from billing.services.arrears.policy_terms import PolicyTerms
from billing.services.refusals import ArrearsRefused

State = ArrearsPolicyVersion.State


@transaction.atomic
def import_policies(
    entries: Iterable[PolicyEntry], *, made_by: Staff, approved_by: Staff | None, at: datetime.datetime
) -> Counter[str]:
    """Write what a file says and count what became of its versions: added, changed, approved, unchanged.

    A version that is approved already must say the same. Without `approved_by` they stay drafts.
    Codes: other_policy, no_branch, approved_differs, and those of draft_policy_version and approve_policy_version.
    """
    outcome: Counter[str] = Counter()
    for entry in entries:
        policy = _policy(entry)
        for terms in sorted(entry.versions, key=lambda one: one.effective_from):
            version, became = _write(policy, terms, made_by, at)
            outcome[became] += 1
            if approved_by and version.state == State.DRAFT:
                approve_policy_version(version, approved_by=approved_by, at=at)
                outcome["approved"] += 1
    return outcome


def _policy(entry: PolicyEntry) -> ArrearsPolicy:
    branch = _branch(entry)
    values = {
        "name": entry.name,
        "name_en": entry.name_en,
        "service": entry.service,
        "customer_class": entry.customer_class,
        "branch": branch,
    }
    policy, is_new = ArrearsPolicy.objects.get_or_create(code=entry.code, defaults=values)
    said = (policy.service, policy.customer_class, policy.branch_id)
    if not is_new and said != (entry.service, entry.customer_class, branch and branch.pk):
        raise ArrearsRefused(
            _("The policy %(code)s is for other customers here: give the new one another code."),
            code="other_policy",
            params={"code": entry.code},
        )
    return policy


def _branch(entry: PolicyEntry) -> Branch | None:
    if entry.branch is None:
        return None
    branch = Branch.objects.filter(code=entry.branch).first()
    if branch is None:
        raise ArrearsRefused(
            _("There is no branch %(branch)s."), code="no_branch", params={"branch": entry.branch}
        )
    return branch


def _write(
    policy: ArrearsPolicy, terms: PolicyTerms, made_by: Staff, at: datetime.datetime
) -> tuple[ArrearsPolicyVersion, str]:
    same_day = policy.versions.filter(effective_from=terms.effective_from)
    if approved := same_day.filter(state=State.APPROVED).first():
        if not _same(terms_of(approved), terms):
            raise ArrearsRefused(
                _("%(version)s is approved and says something else: give the new one another day."),
                code="approved_differs",
                params={"version": approved},
            )
        return approved, "unchanged"
    draft = same_day.order_by("-pk").first()
    if draft is None:
        return draft_policy_version(policy, terms, made_by=made_by, at=at), "added"
    if _same(terms_of(draft), terms):
        return draft, "unchanged"
    return change_policy_version(draft, terms, changed_by=made_by, at=at), "changed"


def _same(one: PolicyTerms, other: PolicyTerms) -> bool:
    return _comparable(one) == _comparable(other)


def _comparable(terms: PolicyTerms) -> tuple[object, ...]:
    steps = [
        tuple(
            sorted(one.forbidden) if name == "forbidden" else getattr(one, name)
            for name in one.__dataclass_fields__
        )
        for one in terms.steps
    ]
    return (terms.effective_from, terms.min_overdue_days, terms.threshold, terms.source.strip(), steps)
