from django.urls import path

from service_quality.views.assessment import corrections, inputs, lines, months, teams

urlpatterns = [
    path("", months.assessment_list, name="assessment_list"),
    path("run/", months.assessment_run, name="assessment_run"),
    path("months/<str:month>/", months.assessment_month, name="assessment_month"),
    path("months/<str:month>/publish/", months.assessment_publish, name="assessment_publish"),
    path("months/<str:month>/lock/", months.assessment_lock, name="assessment_lock"),
    path("months/<str:month>/inputs/", inputs.assessment_inputs, name="assessment_inputs"),
    path("lines/<int:pk>/", lines.assessment_line, name="assessment_line"),
    path("lines/<int:pk>/rows/", lines.assessment_rows, name="assessment_rows"),
    path("lines/<int:pk>/correct/", corrections.assessment_correct, name="assessment_correct"),
    path("corrections/<int:pk>/decide/", corrections.assessment_decide, name="assessment_decide"),
    path("teams/", teams.team_years, name="team_years"),
    path("teams/<int:year>/", teams.team_year_page, name="team_year"),
    path("teams/<int:year>/inputs/", inputs.assessment_year_inputs, name="assessment_year_inputs"),
]
