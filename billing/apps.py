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
                "close_business_day": _("business day closed"),
                "issue_gas_card": _("gas card issued"),
                "replace_gas_card": _("gas card replaced"),
                "change_gas_card_state": _("state of a gas card changed"),
                "record_safety_check": _("safety check recorded"),
                "write_gas_card": _("gas card at the reader"),
                "clear_gas_card": _("gas to be taken off a card"),
                "keep_gas_on_card": _("gas left on a card"),
                "make_gas_good": _("gas made good"),
                "settle_gas_reading": _("gas register compared"),
                "change_gas_meter": _("gas meter changed"),
                "bill_gas_overuse": _("gas used beyond what was bought billed"),
            }
        )
