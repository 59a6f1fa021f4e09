from django.urls import path

from billing import urls_heating
from billing.views import bills

app_name = "billing"

urlpatterns = [
    path("bills/<str:number>/", bills.bill_detail, name="bill_detail"),
    *urls_heating.urlpatterns,
]
