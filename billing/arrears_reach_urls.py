from django.urls import path

from billing.views.arrears import calls, deliveries, letters, mailings, messages, reports

urlpatterns = [
    path("arrears/messages/", messages.message_list, name="message_list"),
    path("arrears/messages/new/", messages.message_new, name="message_new"),
    path("arrears/messages/opt-out/", messages.message_opt_out, name="message_opt_out"),
    path("arrears/messages/<int:pk>/decide/", messages.message_decide, name="message_decide"),
    path("arrears/reminders/new/", mailings.reminder_new, name="reminder_new"),
    path("arrears/mailings/<int:pk>/", mailings.mailing_detail, name="mailing_detail"),
    path("arrears/mailings/<int:pk>/progress/", mailings.mailing_progress, name="mailing_progress"),
    path("arrears/sms-reports/<str:token>/", reports.sms_reports, name="sms_reports"),
    path("arrears/calls/", calls.call_list, name="call_list"),
    path("arrears/letters/", letters.letter_list, name="letter_list"),
    path("arrears/letters/<int:pk>/", letters.letter_run, name="letter_run"),
    path("arrears/letters/<int:pk>/progress/", letters.letter_progress, name="letter_progress"),
    path("arrears/letters/<int:pk>/file/", letters.letter_file, name="letter_file"),
    path("arrears/deliveries/", deliveries.delivery_list, name="delivery_list"),
    path("arrears/deliveries/<int:pk>/", deliveries.delivery_new, name="delivery_new"),
    path("arrears/proofs/<int:pk>/photo/", deliveries.proof_photo, name="proof_photo"),
]
