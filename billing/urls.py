from django.urls import include, path

from billing.views import bills

app_name = "billing"

urlpatterns = [
    path("bills/<str:number>/", bills.bill_detail, name="bill_detail"),
    path("", include("billing.correction_urls")),
]
