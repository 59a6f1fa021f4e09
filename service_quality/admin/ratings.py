from django.contrib import admin

from accounts.admin.audited import Audited
from accounts.admin_rights import LookOnly
from service_quality.models import PraiseCard, PromotionLevel, Rating, Supervision


@admin.register(PromotionLevel)
class PromotionLevelAdmin(Audited):
    list_display = ("name", "cards", "each")


@admin.register(Supervision)
class SupervisionAdmin(Audited):
    list_display = ("hall", "supervisor")
    list_select_related = ("hall", "supervisor")


@admin.register(Rating)
class RatingAdmin(LookOnly):
    list_display = ("business_date", "hall", "window", "staff", "level", "channel")
    list_select_related = ("hall", "window__hall", "staff")
    list_filter = ("level", "channel", "hall")
    date_hierarchy = "business_date"


@admin.register(PraiseCard)
class PraiseCardAdmin(LookOnly):
    list_display = ("serial", "kind", "source", "medium", "receiver", "giver", "given_on", "voided_at")
    list_select_related = ("receiver", "giver")
    list_filter = ("kind", "source", "medium", "receiver__branch")
    search_fields = ("serial", "receiver__number")
