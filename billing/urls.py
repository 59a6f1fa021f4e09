from django.urls import include, path

from billing.views import bills

app_name = "billing"

urlpatterns = [
    path("", include("billing.tariff_urls")),
    path("bills/<str:number>/", bills.bill_detail, name="bill_detail"),
]
