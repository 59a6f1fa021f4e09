from django.urls import path

from billing.views import bill_corrections, correction_batches, corrections

urlpatterns = [
    path("bills/<str:number>/cancel/", bill_corrections.bill_cancel, name="bill_cancel"),
    path("bills/<str:number>/adjust/", bill_corrections.adjustment_form, name="adjustment_form"),
    path("bills/<str:number>/waive/", bill_corrections.waiver_form, name="waiver_form"),
    path("corrections/", corrections.correction_list, name="correction_list"),
    path("corrections/adjustments/<int:pk>/", corrections.adjustment_decide, name="adjustment_decide"),
    path("corrections/waivers/<int:pk>/", corrections.waiver_decide, name="waiver_decide"),
    path("corrections/batches/new/", correction_batches.batch_form, name="batch_form"),
    path("corrections/batches/<int:pk>/", correction_batches.batch, name="batch"),
    path("corrections/batches/<int:pk>/progress/", correction_batches.batch_progress, name="batch_progress"),
    path("corrections/batches/<int:pk>/decide/", correction_batches.batch_decide, name="batch_decide"),
    path("corrections/batches/<int:pk>/run/", correction_batches.batch_run, name="batch_run"),
]
