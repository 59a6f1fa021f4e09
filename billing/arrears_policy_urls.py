from django.urls import path

from billing.views.arrears import flagged_days, policies, policy_simulation

urlpatterns = [
    path("policies/", policies.policy_list, name="policy_list"),
    path("policies/<slug:code>/new/", policies.policy_draft, name="policy_draft"),
    path("policies/versions/<int:pk>/", policies.policy_version, name="policy_version"),
    path("policies/versions/<int:pk>/change/", policies.policy_change, name="policy_change"),
    path("policies/versions/<int:pk>/approve/", policies.policy_approve, name="policy_approve"),
    path("policies/versions/<int:pk>/send-back/", policies.policy_send_back, name="policy_send_back"),
    path(
        "policies/versions/<int:pk>/simulation/",
        policy_simulation.policy_simulation,
        name="policy_simulation",
    ),
    path("flagged-days/", flagged_days.flagged_day_list, name="flagged_day_list"),
    path("flagged-days/<int:pk>/remove/", flagged_days.flagged_day_remove, name="flagged_day_remove"),
]
