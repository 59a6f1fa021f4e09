from django.urls import include, path

from counters.views import counter, credit_payments, payer_payments, payments, reader_tokens, receipts, shifts

app_name = "counters"

urlpatterns = [
    path("", counter.counter, name="counter"),
    path("results/", counter.results, name="results"),
    path("accounts/<str:account_no>/", counter.panel, name="panel"),
    path("gas/", include("counters.gas_urls")),
    path("readers/", reader_tokens.reader_list, name="reader_list"),
    path("readers/<int:pk>/issue/", reader_tokens.reader_token_issue, name="reader_token_issue"),
    path("readers/<int:pk>/revoke/", reader_tokens.reader_token_revoke, name="reader_token_revoke"),
    path("recent/", counter.recent, name="recent"),
    path("shift/open/", shifts.shift_open, name="shift_open"),
    path("shift/close/", shifts.shift_close, name="shift_close"),
    path("shift/close/explain/", shifts.shift_close_explain, name="shift_close_explain"),
    path("shifts/<str:code>/", shifts.shift_closed, name="shift_closed"),
    path("payments/<str:number>/", payments.payment, name="payment"),
    path("payments/<str:number>/undo/", payments.undo, name="undo"),
    path("payers/choices/", payer_payments.payer_choices, name="payer_choices"),
    path("payers/<int:pk>/", payer_payments.payer_payment, name="payer_payment"),
    path("credits/<uuid:request_id>/", credit_payments.credit_undo, name="credit_undo"),
    path("receipts/<str:number>/", receipts.receipt, name="receipt"),
    path("receipts/<str:number>/print/", receipts.print_one, name="print_receipt"),
]
