from django.contrib import admin

from accounts.admin.audited import Audited
from accounts.admin_rights import LookOnly
from service_quality.models import AssessmentRule, AssessmentRun, WorkloadWeight


@admin.register(AssessmentRule)
class AssessmentRuleAdmin(Audited):
    """A new rule begins with a month; an old one stays, for months that were reckoned by it."""

    list_display = ("effective_from", "fewest_ratings", "per_complaint", "per_missed_inquiry", "reward")


@admin.register(WorkloadWeight)
class WorkloadWeightAdmin(Audited):
    list_display = ("business", "name", "weight", "effective_from")
    search_fields = ("business", "name")


@admin.register(AssessmentRun)
class AssessmentRunAdmin(LookOnly):
    list_display = ("month", "state", "formula_version", "made_at", "published_at", "locked_at")
    list_filter = ("state",)
