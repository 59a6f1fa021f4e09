from counters.models.hall import Hall, Window
from counters.models.shift import CashCount, Shift
from counters.models.till_entry import TillEntry

__all__ = ["CashCount", "Hall", "Shift", "TillEntry", "Window"]
