"""Every address of the site."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from config.dashboard.page import dashboard_part
from config.health import health
from config.home import home, look

urlpatterns = [
    path("", home, name="home"),
    path("", include("accounts.urls")),
    path("", include("billing.urls")),
    path("", include("service_quality.urls")),
    path("counter/", include("counters.urls")),
    path("queue/", include("counters.queue_urls")),
    path("api/v1/", include("config.api_urls")),
    path("admin/dashboard/", admin.site.admin_view(dashboard_part), name="dashboard"),
    path("admin/", admin.site.urls),
    path("health/", health, name="health"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("look/", look, name="look"),
]
