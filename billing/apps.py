from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from accounts.page_parts import show_in_list, show_with_account
        from billing.queries.account_page import books_in_list, books_of_account

        show_with_account(books_of_account)
        show_in_list(books_in_list)
