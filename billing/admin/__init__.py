from billing.admin import books, corrections, meters, prices

__all__ = ["books", "corrections", "meters", "prices"]
