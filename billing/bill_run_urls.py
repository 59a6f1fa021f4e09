from django.urls import path

from billing.views import bill_runs

urlpatterns = [
    path("", bill_runs.bill_run_list, name="bill_run_list"),
    path("<int:run_id>/", bill_runs.bill_run_detail, name="bill_run_detail"),
    path("<int:run_id>/progress/", bill_runs.bill_run_progress, name="bill_run_progress"),
    path("<int:run_id>/publish/", bill_runs.bill_run_publish, name="bill_run_publish"),
    path("<int:run_id>/close/", bill_runs.bill_run_close, name="bill_run_close"),
    path("<int:run_id>/bills/", bill_runs.bill_run_bills, name="bill_run_bills"),
    path("<int:run_id>/findings/", bill_runs.bill_run_findings, name="bill_run_findings"),
    path("findings/<int:finding_id>/explain/", bill_runs.finding_explain, name="finding_explain"),
]
