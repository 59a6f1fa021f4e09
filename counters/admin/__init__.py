from counters.admin import halls, shifts, till_entries, windows

__all__ = ["halls", "shifts", "till_entries", "windows"]
