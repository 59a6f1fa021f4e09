from django.urls import path

from billing.views import price_board, tariffs

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
]
