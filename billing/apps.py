from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from accounts.action_words import name_actions
        from accounts.page_parts import show_in_list, show_with_account
        from billing.queries.account_page import books_in_list, books_of_account

        show_with_account(books_of_account)
        show_in_list(books_in_list)
        name_actions(
            {
                "run_billing": _("bill run started"),
                "continue_billing": _("bill run continued"),
                "take_payment": _("payment taken"),
                "void_payment": _("payment voided"),
                "reverse_payment": _("payment reversed"),
                "reprint_receipt": _("receipt reprinted"),
                "create_tariff": _("tariff entered"),
                "change_tariff": _("tariff changed"),
                "draft_tariff": _("tariff version drafted"),
                "change_tariff_draft": _("tariff draft changed"),
                "submit_tariff": _("tariff submitted for approval"),
                "withdraw_tariff": _("tariff withdrawn"),
                "approve_tariff": _("tariff approved"),
                "refuse_tariff": _("tariff sent back"),
                "import_tariffs": _("tariffs imported"),
                "close_business_day": _("business day closed"),
            }
        )
