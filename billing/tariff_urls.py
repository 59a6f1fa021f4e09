from django.urls import path

from billing.views import late_charge_rules, price_board, tariffs

urlpatterns = [
    path("prices/", price_board.price_board, name="price_board"),
    path("prices/poster/", price_board.price_poster, name="price_poster"),
    path("prices/screen/", price_board.price_screen, name="price_screen"),
    path("tariffs/", tariffs.tariff_list, name="tariff_list"),
    path("tariffs/versions/<int:pk>/", tariffs.tariff_version, name="tariff_version"),
    path("tariffs/versions/<int:pk>/submit/", tariffs.tariff_submit, name="tariff_submit"),
    path("tariffs/versions/<int:pk>/withdraw/", tariffs.tariff_withdraw, name="tariff_withdraw"),
    path("tariffs/versions/<int:pk>/approve/", tariffs.tariff_approve, name="tariff_approve"),
    path("tariffs/versions/<int:pk>/refuse/", tariffs.tariff_refuse, name="tariff_refuse"),
    path("tariffs/late-charges/new/", late_charge_rules.late_charge_new, name="late_charge_new"),
    path("tariffs/late-charges/<int:pk>/", late_charge_rules.late_charge_rule, name="late_charge_rule"),
    path("tariffs/late-charges/<int:pk>/edit/", late_charge_rules.late_charge_edit, name="late_charge_edit"),
    path(
        "tariffs/late-charges/<int:pk>/submit/",
        late_charge_rules.late_charge_submit,
        name="late_charge_submit",
    ),
    path(
        "tariffs/late-charges/<int:pk>/withdraw/",
        late_charge_rules.late_charge_withdraw,
        name="late_charge_withdraw",
    ),
    path(
        "tariffs/late-charges/<int:pk>/approve/",
        late_charge_rules.late_charge_approve,
        name="late_charge_approve",
    ),
    path(
        "tariffs/late-charges/<int:pk>/refuse/",
        late_charge_rules.late_charge_refuse,
        name="late_charge_refuse",
    ),
]
