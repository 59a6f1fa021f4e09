from django.urls import include, path, re_path

from accounts.urls import ACCOUNT
from billing import urls_heating
from billing.views import bills, simulations

app_name = "billing"

urlpatterns = [
    path("", include("billing.tariff_urls")),
    path("bills/<str:number>/", bills.bill_detail, name="bill_detail"),
    path("bill-runs/", include("billing.bill_run_urls")),
    path("readings/", include("billing.reading_urls")),
    path("bills/<str:number>/explanation/", bills.bill_explanation, name="bill_explanation"),
    re_path(ACCOUNT + r"simulation/\Z", simulations.simulation, name="simulation"),
    path("", include("billing.correction_urls")),
    path("arrears/", include("billing.arrears_policy_urls")),
    path("", include("billing.arrears_reach_urls")),
    path("arrears/", include("billing.arrears_supply_urls")),
    path("payers/", include("billing.payer_urls")),
    path("arrears/recovery/", include("billing.recovery_urls")),
    path("", include("billing.arrears_ladder_urls")),
    *urls_heating.urlpatterns,
]
