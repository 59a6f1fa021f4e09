"""The page of one matter, as it is and as it comes back with a refused act."""

import datetime
from collections.abc import Mapping

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.masking import mask_phone
from accounts.requests import StaffRequest
from service_quality.forms.matter_acts import form_of
from service_quality.models import Extension, HandOver, Matter
from service_quality.queries.matters.acts import acts_on
from service_quality.queries.matters.doubles import likely_doubles
from service_quality.queries.matters.story import story_of
from service_quality.queries.matters.time_left import time_left
from service_quality.queries.office import missing_calendar_year, office_at
from service_quality.services.matters.reopening import last_reopening_day
from service_quality.views.act_words import ACTS

# The longest limit of a matter with its extension, in calendar days: so far the calendar should reach.
AHEAD = datetime.timedelta(days=30)
EARLIER = 5


def show_matter(
    request: StaffRequest, matter: Matter, *, refused: Mapping[str, forms.Form] | None = None
) -> HttpResponse:
    """`refused` holds the form of an act as it was sent, with the reason; the page then answers 422."""
    now = timezone.now()
    matter = Matter.objects.select_related(
        "policy", "branch", "hall", "handler", "first_responder", "responsible", "duplicate_of",
        "account__customer", "account__premises",
    ).get(pk=matter.pk)  # fmt: skip
    last_day = last_reopening_day(matter) if matter.is_closed else None
    acts = acts_on(matter, request.user, now, last_reopening_day=last_day)
    refused = refused or {}
    earlier = (
        Matter.objects.visible_to(request.user, now)
        .filter(account=matter.account_id or 0)
        .exclude(pk=matter.pk)
    )
    context = {
        "matter": matter,
        "masked_phone": mask_phone(matter.phone) if matter.phone else "",
        "shows_phone": matter.is_unanswered and request.user.has_perm("service_quality.change_matter"),
        "left": time_left(matter, now, office_at(now)),
        "events": story_of(matter),
        "acts": [
            {
                "name": name,
                "words": words,
                "url": reverse(f"service_quality:matter_{name}", args=[matter.number]),
                "form": refused.get(name) or form_of(name, matter, request.user, now),
                "is_refused": name in refused,
            }
            for name, words in ACTS.items()
            if name in acts.possible or name in refused
        ],
        "missing": acts.missing,
        "hand_over": matter.hand_overs.filter(state=HandOver.State.OFFERED)
        .select_related("to_staff", "from_staff")
        .first(),
        "extension": matter.extensions.filter(state=Extension.State.ASKED).select_related("asked_by").first(),
        "attachments": matter.attachments.select_related("added_by"),
        "doubles": likely_doubles(
            staff=request.user,
            at=now,
            text=matter.text,
            phone=matter.phone,
            account=matter.account,
            without=matter,
        )
        if matter.is_unanswered
        else [],
        "earlier": earlier.order_by("-opened_at")[:EARLIER] if matter.account_id else [],
        "last_reopening_day": last_day,
        "missing_year": missing_calendar_year(now, ahead=AHEAD),
        "printed_at": now,
    }
    return render(request, "service_quality/matter_detail.html", context, status=422 if refused else 200)
