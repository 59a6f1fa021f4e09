from django.urls import path

from billing.views.arrears import cases, workbench, year

urlpatterns = [
    path("arrears/", workbench.arrears_workbench, name="arrears_workbench"),
    path("arrears/year/", year.arrears_year, name="arrears_year"),
    path("arrears/year/<slug:kind>/", year.arrears_year_rows, name="arrears_year_rows"),
    path("arrears/run/", workbench.arrears_run, name="arrears_run"),
    path("arrears/cases/<int:pk>/", cases.arrears_case, name="arrears_case"),
    path("arrears/cases/<int:pk>/hold/", cases.case_hold, name="case_hold"),
    path("arrears/cases/<int:pk>/promise/", cases.case_promise, name="case_promise"),
    path("arrears/cases/<int:pk>/order/", cases.case_order, name="case_order"),
    path("arrears/cases/<int:pk>/instalments/", cases.case_instalments, name="case_instalments"),
    path("arrears/holds/<int:pk>/lift/", cases.hold_lift, name="hold_lift"),
]
