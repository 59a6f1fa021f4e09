"""What ten typical households would pay before and after a version, through the engine that bills them."""

from billing.queries.tariff_preview.comparison import Comparison, compare, compare_version

__all__ = ["Comparison", "compare", "compare_version"]
