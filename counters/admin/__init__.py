from counters.admin import halls, queue, shifts

__all__ = ["halls", "queue", "shifts"]
