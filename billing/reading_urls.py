"""The addresses of meters and readings, under /readings/."""

from django.urls import path

from billing.views import readers, reading_entry, reading_review, route_way, routes, unit_corrections

urlpatterns = [
    path("", reading_review.reading_list, name="reading_list"),
    path("<int:pk>/", reading_review.reading_review, name="reading_review"),
    path("<int:pk>/photo/", reading_review.reading_photo, name="reading_photo"),
    path("accounts/<str:account_no>/new/", reading_entry.reading_new, name="reading_new"),
    path("accounts/<str:account_no>/replace/", reading_entry.meter_replace, name="meter_replace"),
    path("accounts/<str:account_no>/remove/", reading_entry.meter_remove, name="meter_remove"),
    path("accounts/<str:account_no>/test/", reading_entry.meter_test, name="meter_test"),
    path("routes/", routes.route_list, name="route_list"),
    path("routes/<str:code>/", routes.route_sheet, name="route_sheet"),
    path("routes/<str:code>/way/", route_way.route_way, name="route_way"),
    path("readers/", readers.reader_list, name="reader_list"),
    path("readers/<str:number>/", readers.reader_month, name="reader_month"),
    path("units/", unit_corrections.unit_correction_list, name="unit_correction_list"),
]
