import datetime
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Staff
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.arrears_policies import PolicyEditor
from billing.models import ArrearsPolicy, ArrearsPolicyVersion
from billing.queries.arrears.policy_page import (
    name_of,
    policies_seen_by,
    policy_rows,
    step_rows,
    story_of,
    version_rows,
)
from billing.services.arrears.policies import (
    approve_policy_version,
    change_policy_version,
    draft_policy_version,
    send_back_policy_version,
    terms_of,
)
from billing.services.refusals import ArrearsRefused

State = ArrearsPolicyVersion.State
A_DAY = datetime.timedelta(days=1)


@permission_required("billing.view_arrearspolicy", raise_exception=True)
@require_GET
@never_cache
def policy_list(request: StaffRequest) -> HttpResponse:
    """Every ladder with its versions; what waits for approval first."""
    policies = policy_rows(request.user, business_date_of(timezone.now()))
    waiting = [
        {"name": one.name, "version": row.version}
        for one in policies
        for row in one.rows
        if row.version.state == State.DRAFT
    ]
    return render(request, "billing/arrears/policy_list.html", {"policies": policies, "waiting": waiting})


@permission_required("billing.view_arrearspolicyversion", raise_exception=True)
@require_GET
@never_cache
def policy_version(request: StaffRequest, pk: int) -> HttpResponse:
    """One version: its steps with the earliest day of each, and what can be done with it now."""
    return _page(request, version_seen_by(request.user, pk))


@permission_required("billing.add_arrearspolicyversion", raise_exception=True)
@require_http_methods(["GET", "POST"])
def policy_draft(request: StaffRequest, code: str) -> HttpResponse:
    """Write a new version of a policy, beginning with the newest one."""
    policy = get_object_or_404(policies_seen_by(request.user), code=code)
    newest = policy.versions.order_by("-effective_from", "-pk").first()
    tomorrow = business_date_of(timezone.now()) + A_DAY
    terms = replace(terms_of(newest), effective_from=tomorrow) if newest else None
    editor = PolicyEditor(request.POST or None, terms=terms)
    if request.method == "POST" and editor.is_valid():
        try:
            version = draft_policy_version(policy, editor.terms(), made_by=request.user, at=timezone.now())
        except ArrearsRefused as refusal:
            editor.form.add_error(None, refusal)
        else:
            return redirect("billing:policy_version", pk=version.pk)
    return _editor(request, policy, None, editor)


@permission_required("billing.add_arrearspolicyversion", raise_exception=True)
@require_http_methods(["GET", "POST"])
def policy_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Write a draft anew; an approved version is shown as it is."""
    version = version_seen_by(request.user, pk)
    editor = PolicyEditor(request.POST or None, terms=terms_of(version))
    if request.method == "POST" and editor.is_valid():
        try:
            change_policy_version(version, editor.terms(), changed_by=request.user, at=timezone.now())
        except ArrearsRefused as refusal:
            editor.form.add_error(None, refusal)
        else:
            return redirect("billing:policy_version", pk=version.pk)
    return _editor(request, version.policy, version, editor)


@permission_required("billing.approve_arrearspolicyversion", raise_exception=True)
@require_POST
def policy_approve(request: StaffRequest, pk: int) -> HttpResponse:
    """Put in force what somebody else wrote."""
    version = version_seen_by(request.user, pk)
    try:
        approved = approve_policy_version(version, approved_by=request.user, at=timezone.now())
    except ArrearsRefused as refusal:
        return _page(request, version_seen_by(request.user, pk), refusal)
    messages.success(request, _("Approved: in force from %(date)s.") % {"date": approved.effective_from})
    return redirect("billing:policy_version", pk=pk)


@permission_required("billing.approve_arrearspolicyversion", raise_exception=True)
@require_POST
def policy_send_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a draft back to its maker."""
    version = version_seen_by(request.user, pk)
    reason = request.POST.get("reason", "")
    try:
        send_back_policy_version(version, reason=reason, by=request.user, at=timezone.now())
    except ArrearsRefused as refusal:
        return _page(request, version_seen_by(request.user, pk), refusal)
    messages.success(request, _("Sent back: its maker reads why on this page."))
    return redirect("billing:policy_version", pk=pk)


def version_seen_by(staff: Staff, pk: int) -> ArrearsPolicyVersion:
    versions = ArrearsPolicyVersion.objects.filter(policy__in=policies_seen_by(staff))
    return get_object_or_404(
        versions.select_related("policy__branch", "made_by", "approved_by", "sent_back_by"), pk=pk
    )


def _page(
    request: StaffRequest, version: ArrearsPolicyVersion, refusal: ArrearsRefused | None = None
) -> HttpResponse:
    user, is_draft = request.user, version.state == State.DRAFT
    today = business_date_of(timezone.now())
    rows = {one.version.pk: one for one in version_rows(version.policy, today)}
    is_own = version.made_by_id == user.pk
    context = {
        "version": version,
        "policy": version.policy,
        "name": name_of(version.policy),
        "standing": rows[version.pk],
        "steps": step_rows(version),
        "story": story_of(version),
        "refusals": refusal.messages if refusal else [],
        "is_draft": is_draft,
        "is_own": is_own,
        "may_change": is_draft and user.has_perm("billing.add_arrearspolicyversion"),
        "may_approve": is_draft
        and not is_own
        and not version.sent_back_for
        and user.has_perm("billing.approve_arrearspolicyversion"),
    }
    return render(request, "billing/arrears/policy_version.html", context, status=422 if refusal else 200)


def _editor(
    request: StaffRequest,
    policy: ArrearsPolicy,
    version: ArrearsPolicyVersion | None,
    editor: PolicyEditor,
) -> HttpResponse:
    context = {
        "policy": policy,
        "name": name_of(policy),
        "version": version,
        "is_approved": version is not None and version.state == State.APPROVED,
        "form": editor.form,
        "steps": editor.steps,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "billing/arrears/policy_editor.html", context, status=status)
