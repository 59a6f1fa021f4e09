"""The addresses of districts, their targets and what was recovered, under /arrears/recovery/."""

from django.urls import path

from billing.views import recovery, recovery_targets

urlpatterns = [
    path("", recovery.recovery, name="recovery"),
    path("districts/<str:code>/", recovery.recovery_bills, name="recovery_bills"),
    path("targets/", recovery_targets.recovery_target_list, name="recovery_target_list"),
    path(
        "targets/<int:pk>/decision/", recovery_targets.recovery_target_decide, name="recovery_target_decide"
    ),
    path("owners/", recovery_targets.district_give, name="district_give"),
]
