from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceQualityConfig(AppConfig):
    name = "service_quality"
    verbose_name = _("Service quality")

    def ready(self) -> None:
        from accounts.action_words import name_actions

        name_actions(
            {
                "run_assessment": _("month assessed"),
                "publish_assessment": _("assessment published"),
                "lock_assessment": _("assessment locked"),
                "ask_assessment_correction": _("correction of an assessment asked for"),
                "approve_assessment_correction": _("correction of an assessment approved"),
                "refuse_assessment_correction": _("correction of an assessment refused"),
                "enter_pay_pool": _("pay pool entered"),
                "enter_team_scores": _("scores of teams entered"),
                "enter_branch_completion": _("completion of a branch entered"),
            }
        )
