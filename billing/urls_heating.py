"""The addresses of the heating season; billing/urls.py takes them in."""

from django.urls import path

from billing.views import heating, heating_accounts, heating_fees, suspensions, temperature

ACCOUNT = "heating/accounts/<str:account_no>/"

urlpatterns = [
    path("heating/", heating.heating_season, name="heating_season"),
    path("heating/seasons/<int:pk>/end/", heating.season_end, name="season_end"),
    path("heating/seasons/<int:pk>/early/", heating.season_early_payment, name="season_early_payment"),
    path(ACCOUNT, heating_accounts.heat_account, name="heat_account"),
    path(f"{ACCOUNT}suspension/", suspensions.suspension_apply, name="suspension_apply"),
    path(f"{ACCOUNT}test/", temperature.temperature_test, name="temperature_test"),
    path(f"{ACCOUNT}refund/", temperature.temperature_refund, name="temperature_refund"),
    path(f"{ACCOUNT}fee/", heating_fees.one_off_fee, name="one_off_fee"),
    path(f"{ACCOUNT}conversion/", heating_accounts.household_conversion, name="household_conversion"),
    path(f"{ACCOUNT}settlement/", heating_accounts.season_settlement, name="season_settlement"),
    path("heating/suspensions/<int:pk>/", suspensions.suspension_detail, name="suspension_detail"),
    path("heating/suspensions/<int:pk>/resume/", suspensions.suspension_resume, name="suspension_resume"),
    path("heating/refunds/<int:pk>/", temperature.refund_detail, name="refund_detail"),
]
