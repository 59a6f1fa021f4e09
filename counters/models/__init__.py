from counters.models.card_handover import CardHandover
from counters.models.hall import Hall, Window
from counters.models.reader_job import ReaderJob
from counters.models.reader_token import ReaderToken
from counters.models.shift import CashCount, Shift
from counters.models.till_entry import TillEntry

__all__ = ["CardHandover", "CashCount", "Hall", "ReaderJob", "ReaderToken", "Shift", "TillEntry", "Window"]
