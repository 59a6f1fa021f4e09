from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest

from accounts.admin.audited import Audited
from accounts.admin_rights import LookOnly
from service_quality.models import AssessmentRule, AssessmentRun, WorkloadWeight
from service_quality.queries.assessment.rules import kinds_of_business


@admin.register(AssessmentRule)
class AssessmentRuleAdmin(Audited):
    """A new rule begins with a month; an old one stays, for months that were reckoned by it."""

    list_display = ("effective_from", "fewest_ratings", "per_complaint", "per_missed_inquiry", "reward")


@admin.register(WorkloadWeight)
class WorkloadWeightAdmin(Audited):
    """The kinds of business are those that the books and the queue know."""

    list_display = ("name", "business", "weight", "effective_from")
    search_fields = ("business", "name")

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "business":
            return forms.ChoiceField(label=db_field.verbose_name, choices=list(kinds_of_business().items()))
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(AssessmentRun)
class AssessmentRunAdmin(LookOnly):
    list_display = ("month", "state", "formula_version", "made_at", "published_at", "locked_at")
    list_filter = ("state",)
