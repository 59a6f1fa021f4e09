"""What arrears forbid. A state is only a name: every business asks here, and what the law protects is never refused."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import ArrearsCase, CaseStep


class Business(models.TextChoices):
    """What a customer comes for, as far as arrears have a say in it or must have none."""

    SUSPENSION = "SUSPENSION", gettext_lazy("season without heat")
    NEXT_SEASON = "NEXT_SEASON", gettext_lazy("application for the next season")
    CONVERSION = "CONVERSION", gettext_lazy("change of the way of billing")
    GAS_CARD = "GAS_CARD", gettext_lazy("gas card")
    RESUMPTION = "RESUMPTION", gettext_lazy("heat again inside the season")
    TRANSFER = "TRANSFER", gettext_lazy("transfer to a new owner")
    COMPLAINT = "COMPLAINT", gettext_lazy("complaint")
    PAYMENT = "PAYMENT", gettext_lazy("payment")
    TEMPERATURE_TEST = "TEMPERATURE_TEST", gettext_lazy("temperature test")
    SAFETY = "SAFETY", gettext_lazy("safety check or repair")


# No debt may stand in the way of these (domain.md 2.3.5 and 2.3.6).
PROTECTED = frozenset(
    {
        Business.TRANSFER,
        Business.COMPLAINT,
        Business.PAYMENT,
        Business.TEMPERATURE_TEST,
        Business.SAFETY,
    }
)
# What a step that refuses the next season refuses, while the rest of business goes on.
OF_THE_NEXT_SEASON = frozenset({Business.SUSPENSION, Business.NEXT_SEASON})


def blocked_by_arrears(account_id: int, business: Business) -> str:
    """Why the business has to wait for the arrears, in a sentence; nothing if it need not. At most one query."""
    if business in PROTECTED:
        return ""
    effect = Q(rule__suspends_business=True)
    if business in OF_THE_NEXT_SEASON:
        effect |= Q(rule__refuses_next_season=True)
    # Only a step that was delivered has effects, and only while its case is open.
    step = (
        CaseStep.objects.filter(
            effect,
            case__account_id=account_id,
            case__state=ArrearsCase.State.OPEN,
            state=CaseStep.State.DONE,
        )
        .order_by("-position")
        .values_list("rule__stage", "case__reached_on")
        .first()
    )
    if step is None:
        return ""
    return _(
        "%(business)s waits for the arrears of this account, for which business was suspended on %(date)s. "
        "Take the payment first."
    ) % {
        "business": business.label,
        "date": step[1],
    }
