from django.urls import path

from service_quality.views import attachments, hand_overs, leaves, matter_acts, matter_new, matters, overdue
from service_quality.views.act_words import ACTS

urlpatterns = [
    path("", matters.matter_list, name="matter_list"),
    path("new/", matter_new.matter_new, name="matter_new"),
    path("hand-overs/", hand_overs.hand_over_list, name="hand_over_list"),
    path("overdue/", overdue.overdue_list, name="overdue_list"),
    path("leave/", leaves.leave_list, name="leave_list"),
    path("leave/<int:pk>/cancel/", leaves.leave_cancel, name="leave_cancel"),
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
    path("<str:number>/", matters.matter_detail, name="matter_detail"),
    *(
        path(f"<str:number>/{act}/", matter_acts.matter_act, {"act": act}, name=f"matter_{act}")
        for act in ACTS
    ),
]
