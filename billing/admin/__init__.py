from billing.admin import books, heating, meters, prices

__all__ = ["books", "heating", "meters", "prices"]
