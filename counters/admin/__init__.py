from counters.admin import halls, queue, shifts, till_entries, windows

__all__ = ["halls", "queue", "shifts", "till_entries", "windows"]
