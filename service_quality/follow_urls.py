"""The customer's own pages, outside the sign-in."""

from django.urls import path

from service_quality.views import following

urlpatterns = [
    path("", following.follow, name="follow"),
    path("new/", following.follow_new, name="follow_new"),
    path("matter/", following.followed, name="followed"),
    path("done/", following.follow_done, name="follow_done"),
    path("matter/rate/", following.follow_rate, name="follow_rate"),
    path("matter/reopen/", following.follow_reopen, name="follow_reopen"),
]
