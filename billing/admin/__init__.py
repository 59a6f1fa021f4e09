from billing.admin import books, gas, meters, prices

__all__ = ["books", "gas", "meters", "prices"]
