from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CountersConfig(AppConfig):
    name = "counters"
    verbose_name = _("Counters")

    def ready(self) -> None:
        from accounts.page_parts import show_with_account
        from counters.queries.account_page import payments_of_account

        show_with_account(payments_of_account)
