"""The addresses of supply orders, of the field worker and of write-offs, under /arrears/."""

from django.urls import path

from billing.views.arrears import field, supply_orders

urlpatterns = [
    path("orders/", supply_orders.supply_order_list, name="supply_order_list"),
    path("orders/<int:pk>/", supply_orders.supply_order, name="supply_order"),
    path("orders/<int:pk>/worker/", supply_orders.supply_order_worker, name="supply_order_worker"),
    path("orders/<int:pk>/announcement/", supply_orders.supply_order_announce, name="supply_order_announce"),
    path("orders/<int:pk>/photo/", supply_orders.supply_order_photo, name="supply_order_photo"),
    path("field/", field.field_list, name="field_list"),
    path("field/<int:pk>/", field.field_order, name="field_order"),
]
