from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models.organisation import in_current_language
from accounts.requests import StaffRequest
from billing.business_date import business_date_of
from billing.forms.late_charges import LateChargeForm, can_be_edited_here, initial_of
from billing.forms.tariffs import DecisionForm
from billing.models import LateChargeRule
from billing.queries.late_charge_preview import late_examples
from billing.queries.price_board.late import late_charge_sentence
from billing.queries.tariff_page import state_tone, state_words, steps_of
from billing.rating import compile_late_charge
from billing.services.late_charge_rules import (
    approve_late_charge_rule,
    change_late_charge_rule,
    draft_late_charge_rule,
    refuse_late_charge_rule,
    submit_late_charge_rule,
    withdraw_late_charge_rule,
)


@permission_required("billing.add_latechargerule", raise_exception=True)
@require_http_methods(["GET", "POST"])
def late_charge_new(request: StaffRequest) -> HttpResponse:
    """Write a rule; it charges nothing before somebody else has approved it."""
    form = LateChargeForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            rule = draft_late_charge_rule(
                service=said["service"],
                branch=said["branch"],
                effective_from=said["effective_from"],
                terms=form.terms,
                made_by=request.user,
                at=timezone.now(),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect(rule)
    status = 422 if form.errors else 200
    return render(request, "billing/late_charge_form.html", {"form": form}, status=status)


@permission_required("billing.change_latechargerule", raise_exception=True)
@require_http_methods(["GET", "POST"])
def late_charge_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Write a draft anew. Service and branch stay."""
    rule = _rule(pk)
    if not can_be_edited_here(rule):
        messages.error(request, _("This rule says more than the form can show. Import the changed file."))
        return redirect(rule)
    form = LateChargeForm(request.POST or None, initial=initial_of(rule))
    for fixed in ("service", "branch"):
        form.fields[fixed].disabled = True
    if form.is_valid():
        try:
            change_late_charge_rule(
                rule,
                effective_from=form.cleaned_data["effective_from"],
                terms=form.terms,
                changed_by=request.user,
                at=timezone.now(),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect(rule)
    context = {"form": form, "rule": rule}
    return render(request, "billing/late_charge_form.html", context, status=422 if form.errors else 200)


@permission_required("billing.view_latechargerule", raise_exception=True)
@require_GET
@never_cache
def late_charge_rule(request: StaffRequest, pk: int) -> HttpResponse:
    """One rule: what being late costs before and after it, and what can be done now."""
    return _page(request, _rule(pk), DecisionForm())


@permission_required("billing.add_latechargerule", raise_exception=True)
@require_POST
def late_charge_submit(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for approval of a draft."""

    def submit(rule: LateChargeRule, note: str) -> str:
        submit_late_charge_rule(rule, submitted_by=request.user, note=note, at=timezone.now())
        return _("Submitted. A second person has to approve it now.")

    return _decide(request, pk, submit)


@permission_required("billing.add_latechargerule", raise_exception=True)
@require_POST
def late_charge_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a submitted rule back."""

    def withdraw(rule: LateChargeRule, note: str) -> str:
        withdraw_late_charge_rule(rule, withdrawn_by=request.user, note=note, at=timezone.now())
        return _("Withdrawn: it is a draft again.")

    return _decide(request, pk, withdraw)


@permission_required("billing.approve_tariff", raise_exception=True)
@require_POST
def late_charge_approve(request: StaffRequest, pk: int) -> HttpResponse:
    """Put in force what somebody else submitted."""

    def approve(rule: LateChargeRule, note: str) -> str:
        approved = approve_late_charge_rule(rule, approved_by=request.user, note=note, at=timezone.now())
        return _("Approved: for bills due from %(date)s.") % {"date": approved.effective_from}

    return _decide(request, pk, approve)


@permission_required("billing.approve_tariff", raise_exception=True)
@require_POST
def late_charge_refuse(request: StaffRequest, pk: int) -> HttpResponse:
    """Send what was submitted back to its maker."""

    def refuse(rule: LateChargeRule, note: str) -> str:
        refuse_late_charge_rule(rule, refused_by=request.user, note=note, at=timezone.now())
        return _("Sent back to its maker.")

    return _decide(request, pk, refuse)


def _decide(request: StaffRequest, pk: int, decide: Callable[[LateChargeRule, str], str]) -> HttpResponse:
    rule = _rule(pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            said = decide(rule, form.cleaned_data["note"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, said)
            return redirect("billing:late_charge_rule", pk=pk)
    return _page(request, _rule(pk), form, status=422)


def _rule(pk: int) -> LateChargeRule:
    people = ("branch", "made_by", "submitted_by", "approved_by")
    return get_object_or_404(LateChargeRule.objects.select_related(*people), pk=pk)


def _page(
    request: StaffRequest, rule: LateChargeRule, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    user, today = request.user, business_date_of(timezone.now())
    examples = [
        {"row": row, "sentence": in_current_language(row.sentence_zh, row.sentence_en)}
        for row in late_examples(rule)
    ]
    may_write = user.has_perm("billing.add_latechargerule")
    context = {
        "rule": rule,
        "state": state_words(rule, today),
        "tone": state_tone(rule, today),
        "sentence": late_charge_sentence(compile_late_charge(rule.terms)),
        "document": rule.terms.get("note", ""),
        "examples": examples,
        "steps": steps_of(rule),
        "form": form,
        "may_submit": rule.is_draft and may_write,
        "may_withdraw": rule.is_waiting and may_write,
        "may_decide": rule.is_waiting and user.has_perm("billing.approve_tariff"),
        "is_own": user.pk in (rule.made_by_id, rule.submitted_by_id),
        "may_edit": rule.is_draft and may_write and can_be_edited_here(rule),
    }
    return render(request, "billing/late_charge_rule.html", context, status=status)
