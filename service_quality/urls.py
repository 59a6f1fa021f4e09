from django.urls import include, path

app_name = "service_quality"

urlpatterns = [
    path("assessment/", include("service_quality.assessment_urls")),
]
