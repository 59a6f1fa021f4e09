from accounts.models.account import Service
from billing.models import ReadingPolicy


def policies() -> dict[str, ReadingPolicy]:
    """The rules by service; where none were entered, the usual ones. One query."""
    entered = {policy.service: policy for policy in ReadingPolicy.objects.all()}
    return {service: entered.get(service) or ReadingPolicy(service=service) for service in Service.values}
