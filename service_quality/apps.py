from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceQualityConfig(AppConfig):
    name = "service_quality"
    verbose_name = _("Service quality")

    def ready(self) -> None:
        from accounts.action_words import name_actions
        from accounts.page_parts import show_with_account
        from service_quality.models import MatterEvent
        from service_quality.queries.matters.account_page import matters_of_account

        show_with_account(matters_of_account)
        name_actions(
            {
                "record_leave": _("leave recorded"),
                "cancel_leave": _("leave cancelled"),
                **{
                    f"matter.{kind.lower()}": MatterEvent.Kind(kind).label for kind in MatterEvent.Kind.values
                },
                "run_assessment": _("month assessed"),
                "publish_assessment": _("assessment published"),
                "lock_assessment": _("assessment locked"),
                "ask_assessment_correction": _("correction of an assessment asked for"),
                "approve_assessment_correction": _("correction of an assessment approved"),
                "refuse_assessment_correction": _("correction of an assessment refused"),
                "enter_pay_pool": _("pay pool entered"),
                "enter_team_scores": _("scores of teams entered"),
                "enter_branch_completion": _("completion of a branch entered"),
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
