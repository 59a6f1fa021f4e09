"""The addresses of supply orders, of the field worker and of write-offs, under /arrears/."""

from django.urls import path

from billing.views.arrears import field, supply_orders, write_offs

urlpatterns = [
    path("orders/", supply_orders.supply_order_list, name="supply_order_list"),
    path("orders/<int:pk>/", supply_orders.supply_order, name="supply_order"),
    path("orders/<int:pk>/worker/", supply_orders.supply_order_worker, name="supply_order_worker"),
    path("orders/<int:pk>/announcement/", supply_orders.supply_order_announce, name="supply_order_announce"),
    path("orders/<int:pk>/photo/", supply_orders.supply_order_photo, name="supply_order_photo"),
    path("write-offs/", write_offs.write_off_list, name="write_off_list"),
    path("write-offs/bills/<str:number>/new/", write_offs.write_off_form, name="write_off_form"),
    path("write-offs/<int:pk>/decision/", write_offs.write_off_decide, name="write_off_decide"),
    path("write-offs/<int:pk>/recovery/", write_offs.write_off_recover, name="write_off_recover"),
    path("field/", field.field_list, name="field_list"),
    path("field/<int:pk>/", field.field_order, name="field_order"),
]
