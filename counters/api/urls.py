from django.urls import path

from counters.api.payments import DueView, PaymentsView, PaymentView, PreviewView, VoidView
from counters.api.reader import CardReadView, CardWrittenView, NextJobView

urlpatterns = [
    path("accounts/<str:account_no>/due/", DueView.as_view(), name="account_due"),
    path("payments/", PaymentsView.as_view(), name="payments"),
    path("payments/preview/", PreviewView.as_view(), name="payment_preview"),
    path("payments/<uuid:request_id>/", PaymentView.as_view(), name="payment"),
    path("payments/<uuid:request_id>/void/", VoidView.as_view(), name="payment_void"),
    path("reader/next/", NextJobView.as_view(), name="reader_next"),
    path("reader/jobs/<int:job>/card/", CardReadView.as_view(), name="reader_card"),
    path("reader/jobs/<int:job>/written/", CardWrittenView.as_view(), name="reader_written"),
]
