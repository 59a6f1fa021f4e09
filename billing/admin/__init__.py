from billing.admin import books, meters, prices

__all__ = ["books", "meters", "prices"]
