from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

app_name = "accounts"

from django.views.generic import RedirectView

urlpatterns = [
    path("accounts/", RedirectView.as_view(url="/"), name="account_list"),
    path("accounts/<str:account_no>/", RedirectView.as_view(url="/"), name="account_detail"),
    path(
        "sign-in/",
        login_not_required(LoginView.as_view(template_name="registration/sign_in.html")),
        name="sign_in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
]
