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
            }
        )
