from tests.hall import clock, hall

__all__ = ["clock", "hall"]
