from counters.models.card_handover import CardHandover
from counters.models.diary_entry import DiaryEntry
from counters.models.hall import Hall, Window
from counters.models.hall_posting import HallPosting
from counters.models.pause import Pause
from counters.models.reader_job import ReaderJob
from counters.models.reader_token import ReaderToken
from counters.models.shift import CashCount, Shift
from counters.models.ticket import Ticket, TicketCounter, TicketPayment, TicketPeriod
from counters.models.ticket_service import TicketService, WindowService
from counters.models.till_entry import TillEntry

__all__ = [
    "CardHandover",
    "CashCount",
    "DiaryEntry",
    "Hall",
    "HallPosting",
    "Pause",
    "ReaderJob",
    "ReaderToken",
    "Shift",
    "Ticket",
    "TicketCounter",
    "TicketPayment",
    "TicketPeriod",
    "TicketService",
    "TillEntry",
    "Window",
    "WindowService",
]
