from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceQualityConfig(AppConfig):
    name = "service_quality"
    verbose_name = _("Service quality")

    def ready(self) -> None:
        from accounts.action_words import name_actions

        name_actions(
            {
                "quality.rate": _("visit rated"),
                "quality.renew_tablet": _("rating tablet given a new address"),
                "quality.record_finding": _("finding of a follow-up recorded"),
                "quality.finish_follow_up": _("follow-up of a bad rating finished"),
                "quality.make_card_book": _("book of 5P cards printed"),
                "quality.give_card": _("5P card given"),
                "quality.enter_card": _("5P card entered from paper"),
                "quality.void_card": _("5P card voided"),
                "quality.show_words": _("words of a 5P card shown in the hall"),
            }
        )
