"""The addresses under /api/v1/: each app brings its own."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

app_name = "api"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("", include("accounts.api.urls")),
    path("", include("counters.api.urls")),
]
