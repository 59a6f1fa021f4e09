from django.urls import path

from accounts.api.search import AccountsView

urlpatterns = [
    path("accounts/", AccountsView.as_view(), name="accounts"),
]
