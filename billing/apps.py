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
                "apply_for_suspension": _("suspension applied for"),
                "approve_suspension": _("suspension approved"),
                "refuse_suspension": _("suspension refused"),
                "resume_heating": _("heating resumed"),
                "end_suspensions": _("suspensions ended with the season"),
                "grant_early_payment": _("share for early payment given back"),
                "record_temperature_test": _("temperature test recorded"),
                "propose_temp_refund": _("refund for low temperature proposed"),
                "approve_temp_refund": _("refund for low temperature approved"),
                "refuse_temp_refund": _("refund for low temperature refused"),
                "issue_one_off": _("one-off fee issued"),
                "convert_household": _("household converted"),
                "settle_two_part_season": _("season settled by the heat meter"),
            }
        )
