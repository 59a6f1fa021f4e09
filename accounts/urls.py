from django.urls import path, re_path

from accounts.views.accounts import account_detail, account_list, account_reveal
from accounts.views.evidence import evidence, evidence_extend, evidence_list, evidence_withdraw
from accounts.views.signing_in import sign_in, sign_out

app_name = "accounts"

# Anything else in its place is no account of ours, and must not get as far as the database.
ACCOUNT = r"^accounts/(?P<account_no>[0-9A-Z]{6,20})/"

urlpatterns = [
    path("accounts/", account_list, name="account_list"),
    re_path(ACCOUNT + r"\Z", account_detail, name="account_detail"),
    re_path(ACCOUNT + r"reveal/\Z", account_reveal, name="account_reveal"),
    re_path(ACCOUNT + r"evidence/\Z", evidence, name="evidence"),
    path("evidence/", evidence_list, name="evidence_list"),
    path("evidence/<int:evidence_id>/extend/", evidence_extend, name="evidence_extend"),
    path("evidence/<int:evidence_id>/withdraw/", evidence_withdraw, name="evidence_withdraw"),
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-out/", sign_out, name="sign_out"),
]
