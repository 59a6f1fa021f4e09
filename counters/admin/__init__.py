from counters.admin import halls, shifts

__all__ = ["halls", "shifts"]
