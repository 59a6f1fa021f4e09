from django.urls import path

from billing.views import bills

app_name = "billing"

urlpatterns = [
    path("bills/<str:number>/", bills.bill_detail, name="bill_detail"),
    path("bills/<str:number>/explanation/", bills.bill_explanation, name="bill_explanation"),
]
