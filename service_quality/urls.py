from django.urls import include, path

app_name = "service_quality"

urlpatterns = [
    path("", include("service_quality.ratings_urls")),
]
