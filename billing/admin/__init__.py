from billing.admin import books, corrections, heating, meters, prices

__all__ = ["books", "corrections", "heating", "meters", "prices"]
