"""The customer's own pages: leave a matter, follow it, say how it was, open it again. Nobody signs in."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.masking import mask_phone
from billing.business_date import business_date_of
from service_quality.forms.following import FollowForm, PublicMatterForm
from service_quality.forms.matters import RateForm, TextForm
from service_quality.models import Matter
from service_quality.queries.matters.following import matter_followed
from service_quality.queries.matters.story import story_for_customer
from service_quality.services.matters.reopening import last_reopening_day, rate_matter, reopen_matter
from service_quality.services.matters.web_matters import take_web_matter
from service_quality.views.throttle import knocks_too_often

FOLLOWED = "followed_matter"
MOST_LOOKS, MOST_MATTERS = 20, 5
SAY_MORE = gettext_lazy("What is still not settled")


@login_not_required
@require_http_methods(["GET", "POST"])
@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for the telephone and the code; what was entered never stands in an address."""
    form = FollowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        phone = form.cleaned_data["phone"]
        if knocks_too_often(request, "follow", most=MOST_LOOKS, also=phone):
            return _too_often(request, "service_quality/follow.html", form)
        if matter := matter_followed(**form.cleaned_data):
            request.session[FOLLOWED] = matter.pk
            return redirect("service_quality:followed")
        sentence = _("No matter has this telephone and this code. Look at the slip once more.")
        form.add_error(None, ValidationError(sentence, code="unknown_matter"))
    return render(request, "service_quality/follow.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_http_methods(["GET", "POST"])
@never_cache
def follow_new(request: HttpRequest) -> HttpResponse:
    """Leave a matter; its number, code and date are on the next page."""
    # Before the form looks for the account: who gets an answer knows that there is such a number.
    names_account = bool(request.POST.get("account_no", "").strip())
    if names_account and knocks_too_often(request, "account of a matter", most=MOST_LOOKS):
        form = PublicMatterForm(initial=request.POST.dict())
        return render(
            request, "service_quality/follow_new.html", {"form": form, "is_too_often": True}, status=429
        )
    form = PublicMatterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        if knocks_too_often(request, "new matter", most=MOST_MATTERS, also=form.cleaned_data["phone"]):
            return _too_often(request, "service_quality/follow_new.html", form)
        try:
            matter = take_web_matter(form.new_matter(), file=form.cleaned_data["file"], at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            request.session[FOLLOWED] = matter.pk
            return redirect("service_quality:followed")
    status = 422 if request.method == "POST" else 200
    return render(request, "service_quality/follow_new.html", {"form": form}, status=status)


@login_not_required
@require_GET
@never_cache
def followed(request: HttpRequest) -> HttpResponse:
    """How the matter stands, in the customer's words."""
    matter = _followed(request)
    return _page(request, matter) if matter else redirect("service_quality:follow")


@login_not_required
@require_POST
def follow_done(request: HttpRequest) -> HttpResponse:
    """Forget the matter: whoever uses the computer next finds an empty form. No browser keeps the page for Back."""
    request.session.pop(FOLLOWED, None)
    return redirect("service_quality:follow")


@login_not_required
@require_POST
def follow_rate(request: HttpRequest) -> HttpResponse:
    """The customer says how satisfied they are, once."""
    matter = _followed(request)
    if matter is None:
        return redirect("service_quality:follow")
    form = RateForm(request.POST, prefix="rate")
    if form.is_valid():
        try:
            rate_matter(matter, **form.cleaned_data, by=None, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("service_quality:followed")
    return _page(request, matter, rate_form=form)


@login_not_required
@require_POST
def follow_reopen(request: HttpRequest) -> HttpResponse:
    """The customer says that it is not settled."""
    matter = _followed(request)
    if matter is None:
        return redirect("service_quality:follow")
    form = TextForm(request.POST, prefix="reopen", label=SAY_MORE)
    if form.is_valid():
        try:
            reopen_matter(matter, **form.cleaned_data, by=None, at=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("service_quality:followed")
    return _page(request, matter, reopen_form=form)


def _followed(request: HttpRequest) -> Matter | None:
    return (
        Matter.objects.filter(pk=request.session.get(FOLLOWED, 0))
        .select_related("policy", "branch", "duplicate_of")
        .first()
    )


def _page(request: HttpRequest, matter: Matter, **forms: Any) -> HttpResponse:
    last_day = last_reopening_day(matter) if matter.is_closed else None
    may_reopen = (
        last_day is not None and business_date_of(timezone.now()) <= last_day and matter.duplicate_of is None
    )
    context = {
        "matter": matter,
        "masked_phone": mask_phone(matter.phone) if matter.phone else "",
        "events": story_for_customer(matter),
        "last_reopening_day": last_day,
        "may_reopen": may_reopen,
        "may_rate": matter.is_closed and matter.satisfaction is None,
        "rate_form": RateForm(prefix="rate"),
        "levels": Matter.Satisfaction.choices,
        "reopen_form": TextForm(prefix="reopen", label=SAY_MORE),
        **forms,
    }
    return render(request, "service_quality/followed.html", context, status=422 if forms else 200)


def _too_often(request: HttpRequest, template: str, form: Any) -> HttpResponse:
    sentence = _("That was too often. Wait a quarter of an hour, or ring us.")
    form.add_error(None, ValidationError(sentence, code="too_often"))
    return render(request, template, {"form": form}, status=429)
