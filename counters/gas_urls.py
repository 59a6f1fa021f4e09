from django.urls import path

from counters.views import gas_cards, gas_sales, gas_writes

urlpatterns = [
    path("", gas_cards.gas_card_list, name="gas_card_list"),
    path("hand-over/", gas_cards.gas_hand_over, name="gas_hand_over"),
    path("sell/<str:account_no>/", gas_sales.gas_sale, name="gas_sale"),
    path("sell/<str:account_no>/read/", gas_sales.gas_read, name="gas_read"),
    path("issue/<str:account_no>/", gas_cards.gas_card_issue, name="gas_card_issue"),
    path("cards/<str:card_no>/", gas_cards.gas_card, name="gas_card"),
    path("cards/<str:card_no>/replace/", gas_cards.gas_card_replace, name="gas_card_replace"),
    path("cards/<str:card_no>/state/", gas_cards.gas_card_state, name="gas_card_state"),
    path("cards/<str:card_no>/safety/", gas_cards.gas_card_safety, name="gas_card_safety"),
    path("cards/<str:card_no>/reading/", gas_cards.gas_card_reading, name="gas_card_reading"),
    path("cards/<str:card_no>/meter/", gas_cards.gas_card_meter, name="gas_card_meter"),
    path("writes/<int:pk>/", gas_writes.gas_write, name="gas_write"),
    path("writes/<int:pk>/again/", gas_writes.gas_write_again, name="gas_write_again"),
    path("writes/<int:pk>/clear/", gas_writes.gas_clear, name="gas_clear"),
    path("writes/<int:pk>/keep/", gas_writes.gas_keep, name="gas_keep"),
]
