from counters.admin import hall_postings, halls, queue, shifts, till_entries, windows

__all__ = ["hall_postings", "halls", "queue", "shifts", "till_entries", "windows"]
