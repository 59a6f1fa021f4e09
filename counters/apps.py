from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CountersConfig(AppConfig):
    name = "counters"
    verbose_name = _("Counters")

    def ready(self) -> None:
        from accounts.action_words import name_actions
        from accounts.page_parts import show_with_account
        from counters.queries.account_page import payments_of_account

        show_with_account(payments_of_account)
        name_actions(
            {
                "open_shift": _("shift opened"),
                "count_cash": _("cash counted"),
                "close_shift": _("shift closed"),
                "sell_gas": _("gas sold"),
                "issue_reader_token": _("token of a card reader issued"),
                "revoke_reader_token": _("token of a card reader revoked"),
                "hand_over_cards": _("unwritten cards handed over"),
                "begin_pause": _("pause begun"),
                "end_pause": _("pause ended"),
                "open_window_for": _("window opened for services"),
            }
        )
