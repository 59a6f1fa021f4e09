"""The addresses of those who pay for others, and of what was given for households in hardship."""

from django.urls import path

from billing.views import donation_reversals, payers

urlpatterns = [
    path("", payers.payer_list, name="payer_list"),
    path("<int:pk>/", payers.payer, name="payer"),
    path("<int:pk>/donations/", payers.donation_receive, name="donation_receive"),
    path("<int:pk>/grants/", payers.grant_propose, name="grant_propose"),
    path("donations/<int:pk>/back/", donation_reversals.donation_reverse, name="donation_reverse"),
    path("grants/<int:pk>/decision/", payers.grant_decide, name="grant_decide"),
]
