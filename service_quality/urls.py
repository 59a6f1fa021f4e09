from django.urls import include, path

app_name = "service_quality"

urlpatterns = [
    path("assessment/", include("service_quality.assessment_urls")),
    path("matters/", include("service_quality.matter_urls")),
    path("follow/", include("service_quality.follow_urls")),
    path("", include("service_quality.ratings_urls")),
]
