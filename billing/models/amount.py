from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

# numeric(14,2) holds more; NaN sorts above every number, so an upper bound is what keeps it out.
LARGEST_AMOUNT = Decimal("99999999999.99")


class MoneyField(models.DecimalField[Any, Any]):
    """Yuan with two decimals, as it stands in a posted row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = 14, 2
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs


def at_least(column: str, least: Decimal) -> Q:
    """The column holds an amount from `least` up, and nothing that is not a number."""
    return Q(**{f"{column}__gte": least, f"{column}__lte": LARGEST_AMOUNT})
