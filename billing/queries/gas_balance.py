"""What an account bought and what its mechanical register says it used."""

from decimal import Decimal

from billing.models import GasCard


def gas_used(card: GasCard, register: Decimal) -> Decimal:
    """Gas since the first card, over all its meters, m³."""
    used: Decimal = card.used_before + register - card.meter_start
    return used
