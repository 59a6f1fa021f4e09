"""What a site demands of a gas sale on a day."""

import datetime

from billing.models import GasSaleRule


def gas_rule_on(branch_id: int, on: datetime.date) -> GasSaleRule:
    """The latest rule of the branch, else the one for all branches; without any, only the meter sets a limit."""
    rules = GasSaleRule.objects.filter(effective_from__lte=on).order_by("-effective_from")
    own = rules.filter(branch_id=branch_id).first()
    return own or rules.filter(branch=None).first() or GasSaleRule(effective_from=on)
